"""The environment is made once, asked of pip only when its list changed, and its faults are one line."""

import os
import subprocess
from pathlib import Path

import pytest

from sql.settings import PROJECT

SCRIPT = PROJECT / "deploy" / "environment.sh"


@pytest.fixture
def bash(tmp_path):
    """Runs words of environment.sh, with nothing but the tools that it names and the programs of `tmp_path/bin`."""
    tools = tmp_path / "bin"
    tools.mkdir()

    def run(words: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["bash", "-c", f'set -euo pipefail; . "{SCRIPT}"; {words}'],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tmp_path)} | environment,
        )

    return run


def program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/bash\n{text}\n")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("exit 1", "Python 3.11 or later is needed: apt install python3 python3-venv"),
        ('[[ "$*" != *ensurepip* ]]', "cannot make environments: apt install python3-venv"),
    ],
)
def test_a_missing_python_is_one_line(bash, tmp_path, answer, said):
    if Path("/usr/local/bin/python3").exists():
        pytest.skip("this machine has a Python where it is looked for last")
    for name in ("python3", *(f"python3.{minor}" for minor in range(11, 15))):
        program(tmp_path / "bin" / name, answer)
    found = bash("find_python")
    assert found.returncode == 1
    assert said in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_python_without_venv_is_passed_over(bash, tmp_path):
    program(tmp_path / "bin" / "python3", '[[ "$*" != *ensurepip* ]]')
    program(tmp_path / "bin" / "python3.11", "exit 0")
    assert bash("find_python").stdout == "python3.11"


@pytest.fixture
def environment(tmp_path):
    """A project with an environment, whose Python only writes down how it is called."""
    calls_pip(tmp_path, "true")
    (tmp_path / "project" / "list.txt").write_text("one==1\n")
    return 'project=$PWD/project; install data "$project/list.txt"; echo "$python"'


def calls_pip(tmp_path, answer) -> None:
    program(tmp_path / "project/.venv/bin/python", f'echo "$*" >>"{tmp_path}/calls"; {answer}')


def installs(tmp_path) -> int:
    return (tmp_path / "calls").read_text().count("pip install")


def test_pip_is_asked_only_when_the_list_changed(bash, environment, tmp_path):
    for _ in range(2):
        assert bash(environment).stdout == f"{tmp_path}/project/.venv/bin/python\n"
    assert installs(tmp_path) == 1
    (tmp_path / "project/list.txt").write_text("one==2\n")
    assert bash(environment).returncode == 0
    assert installs(tmp_path) == 2


def test_an_install_that_fails_is_tried_again(bash, environment, tmp_path):
    calls_pip(tmp_path, '[[ "$*" != *install* ]]')
    assert bash(environment).returncode == 1
    assert bash(environment).returncode == 1
    assert installs(tmp_path) == 2


def test_a_project_that_is_closed_to_us_puts_its_environment_with_the_data(bash, tmp_path):
    program(tmp_path / "data/.venv/bin/python", "true")
    (tmp_path / "list.txt").touch()
    found = bash('project=/nowhere; install data list.txt; echo "$python"')
    assert found.stdout == f"{tmp_path}/data/.venv/bin/python\n"


def test_a_data_folder_that_cannot_be_made_is_one_line(bash, tmp_path):
    (tmp_path / "data").touch()
    (tmp_path / "list.txt").touch()
    found = bash("project=/nowhere; install data list.txt")
    assert (found.returncode, found.stderr) == (1, "data may not be written by this user: choose another folder by --data\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_finished_environment_is_used_by_who_may_not_write_there(bash, environment, tmp_path):
    assert bash(environment).returncode == 0
    (tmp_path / "project").chmod(0o555)
    assert bash(environment).stdout == f"{tmp_path}/project/.venv/bin/python\n"


def test_the_two_commands_hand_on_the_exit_code():
    for name in ("run", "test", ".ci/run"):
        assert os.access(PROJECT / name, os.X_OK)
    assert "exec" in (PROJECT / "test").read_text().splitlines()[-1]
    assert "exec" in (PROJECT / ".ci/run").read_text().splitlines()[-1]
