"""The settings files that come with the project, with a few rows of each kind."""

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from etl.reference import TABLES, read_table
from etl.sources.kinds import open_source
from sql import settings

MAPPINGS = Path(settings.PROJECT) / "etl" / "mappings"
LIST = [
    "STT", "Họ và tên", "Ngày sinh", "Giới tính", "Mã nhóm đối tượng", "Đơn vị công tác", "Số điện thoại",
    "Số CMND/CCCD/HC", "Số thẻ BHYT", "Tỉnh/Thành phố", "Mã tỉnh", "Quận/Huyện", "Mã huyện", "Xã/Phường", "Mã xã",
    "Địa chỉ nơi ở", "Dân tộc", "Quốc tịch", "Tên vắc xin mũi 1", "Ngày tiêm mũi 1", "Số lô mũi 1",
    "Địa điểm tiêm mũi 1", "Tên vắc xin mũi 2", "Ngày tiêm mũi 2", "Số lô mũi 2", "Địa điểm tiêm mũi 2", "Ghi chú",
]  # fmt: skip


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    monkeypatch.setattr("etl.sources.files.SETTLED", -1.0)


def records(given, name) -> list[dict]:
    source = open_source(name, given.sources[name], given.time_zone, b"k" * 32)
    (delivery,) = source.deliveries()
    return source.read_delivery(delivery, 0, 1000).records.to_pylist()


def test_the_list_of_the_platform_has_two_doses_a_row(tmp_path):
    assert len(LIST) == 27
    person = {
        "STT": 1, "Họ và tên": "Nguyễn Thị Lan", "Ngày sinh": "01/02/1985", "Giới tính": "Nữ", "Mã nhóm đối tượng": 7,
        "Số điện thoại": "0903123456", "Số CMND/CCCD/HC": 77185001234, "Mã xã": 26506, "Địa chỉ nơi ở": "12 Lê Lợi",
        "Tên vắc xin mũi 1": "AstraZeneca", "Ngày tiêm mũi 1": datetime(2021, 8, 1), "Số lô mũi 1": "L1",
        "Địa điểm tiêm mũi 1": "TYT Phường 1",
    }  # fmt: skip
    second = {"Tên vắc xin mũi 2": "Pfizer", "Ngày tiêm mũi 2": "01/10/2021", "Địa điểm tiêm mũi 2": "TYT Phường 2"}
    book = openpyxl.Workbook()
    book.active.append(["DANH SÁCH ĐỐI TƯỢNG TIÊM CHỦNG"])
    book.active.append(LIST)
    for cells in (person | second, person | {"Số CMND/CCCD/HC": "077185009999", "Ngày sinh": 1950}):
        book.active.append([cells.get(name) for name in LIST])
    book.save(tmp_path / "list.xlsx")
    given = settings.read(MAPPINGS / "platform_import.yaml", tmp_path, {"PLATFORM_LISTS": str(tmp_path)})
    found = records(given, "platform_lists")
    assert [(r["dose_number"], r["vaccine_code"], r["site_code"]) for r in found] == [
        (1, "AstraZeneca", "TYT Phường 1"), (1, "AstraZeneca", "TYT Phường 1"), (2, "Pfizer", "TYT Phường 2"),
    ]  # fmt: skip
    assert found[0]["person_key"] == found[2]["person_key"] != found[1]["person_key"]
    assert len({r["record_id"] for r in found}) == 3
    assert [r["injected_at"] for r in found[::2]] == [
        datetime(2021, 7, 31, 17, tzinfo=UTC), datetime(2021, 9, 30, 17, tzinfo=UTC)
    ]  # fmt: skip
    assert (found[0]["residence_code"], found[0]["priority_group"], found[0]["sex"]) == ("26506", 7, "female")
    assert {r["identity_status"] for r in found} == {"unknown"} and found[1]["birth_year"] == 1950
    assert not any(r["unreadable"] for r in found)
    for secret in ("Lan", "0903123456", "Lợi", "77185001234"):
        assert secret not in str(found)


def italy(tmp_path):
    (tmp_path / "records.csv").write_text(
        "record_id,person_id,injected_at,injected_on,area_code,area_name,site_code,site_name,vaccine,dose_number,"
        "regimen_doses,lot,age_group,birth_year,sex\n"
        "R1,P0123456789abcdef,2021-03-28T23:59:21,2021-03-28,VDA,Valle d'Aosta,VDA0001,AUSL,Pfizer/BioNTech,1,"
        "2,PFI-1,20-29,1994,F\n"
    )
    (tmp_path / "sites.csv").write_text("area_code,site_code,site_name\nVDA,VDA0001,AUSL\n")
    (tmp_path / "population_area_age.csv").write_text(
        "area,nome_area,fascia_anagrafica,totale_popolazione\nVDA,Valle d'Aosta,12-19,9350\n"
    )
    return settings.read(MAPPINGS / "italy.yaml", tmp_path / "data", {"ITALY_DATA": str(tmp_path)})


def test_a_record_of_italy(tmp_path):
    (record,) = records(italy(tmp_path), "italy")
    assert (record["vaccine_code"], record["birth_year"], record["sex"]) == ("Pfizer/BioNTech", 1994, "female")
    # Summer time had begun that morning; by Rome's clock it is still the 28th.
    assert record["injected_at"] == datetime(2021, 3, 28, 21, 59, 21, tzinfo=UTC)
    assert (record["identity_status"], record["unreadable"]) == ("unknown", None)


def test_the_reference_tables_of_italy_can_be_read(tmp_path):
    given = italy(tmp_path)
    read = {name: read_table(name, getattr(given.reference, name)) for name in TABLES}
    assert [site["kind"] for site in read["sites"]] == ["fixed"]
    assert read["populations"][0]["persons"] == 9350 and read["populations"][0]["age_band"] == "12-19"
    assert {row["vaccine_code"] for row in read["vaccine_aliases"]} == {row["code"] for row in read["vaccines"]}
    assert len(read["units"]) == 9
