"""A folder of lists as a source, and the warehouse that they come into."""

import os
import time
from pathlib import Path

from etl.recount import recount
from sql import connect
from tests.etl.register import configure, verb
from tests.etl.world import ZONE

FIELDS = {name: name for name in ("record_id", "residence_code", "site_code", "vaccine_code", "dose_number", "injected_at")}
FIELDS |= {"person_id": "person_id", "birth_year": {"value": 1980}, "updated_at": {"file": "modified"}}
DAY = 86_400


class Inbox:
    """A folder of lists, and the warehouse that they come into."""

    def __init__(self, folder: Path, url: str):
        self.root, self.folder, self.url = folder, folder / "inbox", url
        self.folder.mkdir()
        self.db = connect.raw_at(url, "owner", autocommit=True)
        self.configure()

    def configure(self, fields=FIELDS, brake=None, **more) -> None:
        """Of files this small a record less is much: that they shrink is let pass."""
        given = {"kind": "files", "folder": str(self.folder), "pattern": "**/*.csv", "fields": fields} | more
        self.file = configure(self.root, {"lists": given}, brake={"shrink_share": 1} | (brake or {}))

    def put(self, name: str, numbers, age: float = DAY, **given) -> Path:
        """A list of records of one person each; `given` in place of the usual cells."""
        usual = {
            "residence_code": "C1",
            "site_code": "S1",
            "vaccine_code": "JS",
            "dose_number": "1",
            "injected_at": "2021-10-05 09:30",
        } | given
        lines = [",".join(["record_id", "person_id", *usual])]
        lines += [",".join([f"R{n:03}", f"{n + 77_080_000_000:012}", *usual.values()]) for n in numbers]
        return self.write(name, "\n".join(lines) + "\n", age)

    def write(self, name: str, text: str, age: float = DAY) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        os.utime(path, (time.time() - age,) * 2)
        return path

    def once(self) -> int:
        while (code := verb(self.file, "once", "--json")) == 3:
            time.sleep(0.05)  # the connection of the run before is not closed yet
        return code

    def ask(self, question: str, *values) -> list:
        return self.db.execute(question, values).fetchall()

    def counted(self) -> list[int]:
        """The numbers of the records in the figures, which are those of the ledger, too."""
        found = [int(record[1:]) for (record,) in self.ask(
            "SELECT record_id FROM warehouse.injection WHERE status = 'completed' ORDER BY 1")]  # fmt: skip
        assert self.ask("SELECT coalesce(sum(doses), 0) FROM warehouse.ledger_doses") == [(len(found),)]
        return found

    def state(self) -> tuple:
        return self.ask("SELECT state, reason FROM warehouse.source WHERE name = 'lists'")[0]

    def missing(self) -> list[tuple]:
        return self.ask("SELECT path, missing FROM warehouse.delivery WHERE missing > 0 ORDER BY 1")

    def differences(self) -> dict:
        with connect.raw_at(self.url, "etl_writer", autocommit=True) as db:
            return {name: rows for name, rows in recount(db, ZONE, 0).items() if rows}
