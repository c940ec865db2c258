"""etl → sql ← dashboard, and the pure rooms do no input or output. Read from the source: nothing is imported here."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
ROOMS = ("sql", "etl", "dashboard", "deploy")
PURE = (
    "etl/mapping.py", "etl/fields.py", "etl/times.py", "etl/unreadable.py", "etl/pii.py", "etl/binary_copy.py", "dashboard/figures", "dashboard/components",
    "dashboard/filters.py", "dashboard/i18n.py", "dashboard/theme.py", "dashboard/texts",
)  # fmt: skip
OUTSIDE = {
    "psycopg",
    "sqlalchemy",
    "socket",
    "requests",
    "urllib.request",
    "http",
    "subprocess",
    "redis",
    "flask",
    "flask_caching",
}


def modules() -> dict[str, Path]:
    """The project's modules by their dotted names."""
    files = (file for room in ROOMS for file in (PROJECT / room).rglob("*.py"))
    return {".".join(file.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


MODULES = modules()


def imports(name: str) -> set[str]:
    """What a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports are written in full"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def reached(name: str) -> set[str]:
    """All that comes along with a module, through our own modules."""
    seen, todo = set(), [name]
    while todo:
        for imported in imports(todo.pop()) - seen:
            seen.add(imported)
            if imported in MODULES:
                todo.append(imported)
    return seen


def room(name: str) -> str:
    return name.split(".")[0]


def goes_outside(imported: str) -> bool:
    return any(imported == name or imported.startswith(name + ".") for name in OUTSIDE)


def of_room(*rooms: str) -> list[str]:
    return sorted(name for name in MODULES if room(name) in rooms)


def of_place(place: str) -> list[str]:
    dotted = place.removesuffix(".py").replace("/", ".")
    return sorted(name for name in MODULES if name == dotted or name.startswith(dotted + "."))


@pytest.mark.parametrize(
    ("inside", "never"),
    [("etl", {"dashboard", "deploy", "tests"}), ("dashboard", {"etl", "deploy", "tests"}), ("sql", {"etl", "dashboard", "deploy", "tests"}),
     ("deploy", {"tests"})],
    ids=["etl", "dashboard", "sql", "deploy"],
)  # fmt: skip
def test_a_room_imports_only_what_it_may(inside, never):
    assert of_room(inside)
    assert {name: wrong for name in of_room(inside) if (wrong := {i for i in imports(name) if room(i) in never})} == {}


def test_who_starts_the_parts_knows_their_settings_and_brings_none_of_their_libraries_along():
    assert {i for name in of_room("deploy") for i in imports(name) if room(i) == "dashboard"} == {
        "dashboard.settings", "dashboard.settings.Settings",
    }  # fmt: skip
    heavy = "{'dash', 'flask', 'pyarrow', 'uvicorn'} & set(sys.modules)"
    asked = f"import sys; from sql import settings; import deploy.local; settings.read(); print({heavy} or 'none')"
    said = subprocess.run([sys.executable, "-c", asked], cwd=PROJECT, capture_output=True, text=True)
    assert said.stdout == "none\n", said.stderr


@pytest.mark.parametrize("program", ["etl", "dashboard"])
def test_a_program_reads_its_own_settings_alone(program):
    """The others' keys are checked with it (sql.settings.read), and known to nobody else."""
    own = f"{program}.settings"
    readers = {room(name) for name in MODULES if own in imports(name)}
    assert readers == {program, "deploy"}


@pytest.mark.parametrize("place", PURE)
def test_a_pure_room_reaches_nothing_outside(place):
    assert of_place(place), f"{place} is no longer there"
    assert {name: wrong for name in of_place(place) if (wrong := {i for i in reached(name) if goes_outside(i)})} == {}


def test_the_look_would_notice():
    assert "psycopg" in reached("etl.pipeline")
    assert "sqlalchemy" in {room(i) for i in reached("etl.sources.postgresql")}
    assert "sql.settings" in reached("etl.mapping")


def test_no_module_is_longer_than_a_reader_can_hold():
    long = {
        name: lines for name, file in MODULES.items() if (lines := len(file.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_no_drawer_for_everything():
    assert [name for name in MODULES if {"utils", "helpers", "common", "manager"} & set(name.split("."))] == []
