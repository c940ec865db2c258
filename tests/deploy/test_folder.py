"""The data folder is held by one run, and only what we made is removed."""

import os
from contextlib import closing

import pytest

from deploy.folder import DataFolder, FolderError


def test_a_second_run_is_told_where_the_first_one_is(tmp_path):
    with closing(DataFolder(tmp_path / "data")) as first:
        first.announce("http://127.0.0.1:8050")
        with pytest.raises(FolderError, match=rf"^already running at http://127.0.0.1:8050 \(pid {os.getpid()}\)$"):
            DataFolder(first.path)


def test_a_second_run_while_the_first_one_starts(tmp_path):
    with closing(DataFolder(tmp_path / "data")) as first, pytest.raises(FolderError, match="it is just starting"):
        DataFolder(first.path)


def test_the_lock_of_a_dead_run_holds_nobody_up(tmp_path):
    first = DataFolder(tmp_path / "data")
    first.announce("http://127.0.0.1:8050")
    first.close()
    DataFolder(first.path).close()


def test_fresh_removes_the_databases_and_keeps_the_key_and_the_logs(tmp_path):
    with closing(DataFolder(tmp_path / "data")) as folder:
        (folder.path / "postgres" / "cluster").mkdir(parents=True)
        (folder.path / "effective.yaml").touch()
        (folder.path / "person.key").touch()
        assert folder.to_remove() == [folder.path / "postgres", folder.path / "effective.yaml"]
        folder.remove_databases()
    left = sorted(place.name for place in folder.path.iterdir())
    assert left == [".vaccination-dashboard", "lock", "logs", "person.key"]


def test_fresh_leaves_a_folder_alone_that_somebody_else_made(tmp_path):
    (tmp_path / "postgres").mkdir()
    with closing(DataFolder(tmp_path)) as folder, pytest.raises(FolderError, match="--fresh leaves it alone"):
        folder.remove_databases()
    assert (tmp_path / "postgres").exists()


def test_a_folder_that_only_holds_the_environment_is_ours(tmp_path):
    (tmp_path / ".venv").mkdir()
    with closing(DataFolder(tmp_path)) as folder:
        assert folder.to_remove() == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="choose another folder by --data"):
        DataFolder(tmp_path / "file" / "data")
