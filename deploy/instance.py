"""./run VERB: runs a verb of the ETL on the instance of a data folder, with its settings and database, running or not."""

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from deploy.effective import OVERLAY, effective
from deploy.folder import DataFolder, FolderError, Held, write_whole
from etl.settings import Settings
from sql import connect, settings, world
from sql.server import EmbeddedServer
from sql.settings import PROJECT
from sql.strict import SettingsError

_FILE = "instance.json"
# Options of ./run with a value: the word after them is not a verb.
_WITH_VALUE = ("--config", "--data", "--port", "--sample")
# Verbs that create the embedded server if there is none.
_MAKE_IT = ("migrate", "restore")


def remember(data: Path, config: str | Path, is_sample: bool) -> None:
    """Store which settings file the instance in `data` was started with, for verbs."""
    found = {"config": str(Path(config).resolve()), "is_sample": is_sample}
    write_whole(data / _FILE, json.dumps(found, ensure_ascii=False) + "\n")


def verb_of(words: Sequence[str]) -> tuple[str | None, list[str]]:
    """The verb on the command line, at any position, and the other words."""
    previous = None
    for place, word in enumerate(words):
        if not word.startswith("-") and previous not in _WITH_VALUE:
            return word, [*words[:place], *words[place + 1 :]]
        previous = word
    return None, list(words)


def verbs_in_words() -> str:
    """The list of verbs for --help."""
    from etl import __main__ as etl  # not at the top: its libraries take 100 MB, which ./run without a verb does not need

    lines = [f"  {etl.name_of(verb):12} {(verb.__doc__ or '').strip().splitlines()[0]}" for verb in etl.VERBS]
    return "\n".join(["verbs (./run VERB --help tells more of each):", *lines])


def do(verb: str, words: Sequence[str]) -> int:
    """The verb's exit code."""
    from etl import __main__ as etl

    with contextlib.ExitStack() as until_done:

        def find(options: argparse.Namespace) -> Settings:
            data = settings.data_folder(options.data)
            until_done.enter_context(_database(data, verb))
            return _settings(options, data)

        return etl.main([verb, *words], find, program="./run")


def _settings(options: argparse.Namespace, data: Path) -> Settings:
    """The current settings of the given file, or of the one that the instance was started with; sample included."""
    started: dict[str, Any] = {"config": str(PROJECT / "config.yaml"), "is_sample": None}
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        started = _read(data / _FILE)
    file = Path(options.config or started["config"])
    plain = Settings.of(settings.read(file, data))
    if not (plain.is_sample and started["is_sample"]):
        return plain if started["is_sample"] is None else plain.model_copy(update={"sample": False})
    connect.find_sample(plain)
    text = yaml.safe_dump(effective(file, OVERLAY), allow_unicode=True, sort_keys=False)
    return Settings.of(settings.parse(text, file, data, os.environ))


def _read(file: Path) -> dict:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise SettingsError(f"{file} is damaged: remove it, and name the settings file by --config") from None


@contextlib.contextmanager
def _database(data: Path, verb: str) -> Iterator[None]:
    """Ensures that the instance's embedded server runs meanwhile, if it has one."""
    try:
        is_there = (data / "postgres" / "cluster").exists()
    except OSError as refused:
        raise FolderError(
            f"{data}: {refused.strerror}; ask as the user who runs ./run, or name another folder by --data"
        ) from None
    if os.environ.get("DATABASE_URL") or not (is_there or verb in _MAKE_IT):
        yield  # an external server, or none yet, which the verb reports
        return
    try:
        folder = DataFolder(data)
    except Held:
        yield  # ./run holds it, and its server is running
        return
    with contextlib.closing(folder):
        folder.announce(f"./run {verb}")
        server = EmbeddedServer(data / "postgres")
        server.start(say=lambda line: print(line, file=sys.stderr))
        try:
            world.make_database(server.url("postgres"), "warehouse")
            yield
        finally:
            server.stop()
