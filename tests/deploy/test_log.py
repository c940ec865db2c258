"""A log begins anew when it is large, and goes on after the disk was full."""

from deploy.log import Log, before


def test_a_large_log_begins_anew_and_keeps_one_before(tmp_path):
    log = Log(tmp_path / "part.log", largest=10)
    for line in (b"first line of many\n", b"second\n"):
        log.write(line)
    assert before(log.file) == tmp_path / "part.log.1"
    assert before(log.file).read_text() == "first line of many\n"
    assert log.file.read_text() == "second\n"


def test_what_a_full_disk_took_is_counted_and_the_rest_is_written(tmp_path):
    log = Log(tmp_path / "part.log")
    log.write(b"before\n")
    kept = log.file.rename(tmp_path / "kept")
    log.file.symlink_to("/dev/full")
    for _ in range(3):
        log.write(b"lost\n")
    log.file.unlink()
    kept.rename(log.file)
    log.write(b"after\n")
    assert log.file.read_text() == "before\n\n… 3 lines are missing here: No space left on device\nafter\n"


def test_a_log_whose_folder_is_gone_raises_nothing(tmp_path):
    log = Log(tmp_path / "gone" / "part.log")
    log.write(b"lost\n")
    (tmp_path / "gone").mkdir()
    log.write(b"here\n")
    assert log.file.read_text().endswith("1 lines are missing here: No such file or directory\nhere\n")
