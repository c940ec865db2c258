"""Settings are strict, and the complaint names the key."""

import json
import re

import pytest
from pydantic import ValidationError

from dashboard import __main__ as dashboard
from dashboard.settings import Settings as Dashboard
from etl import __main__ as etl
from etl.settings import REQUIRED_FIELDS, FilesSource
from sql import settings
from sql.settings import PROJECT
from sql.strict import SettingsError

CONFIG = PROJECT / "config.yaml"
TEXT = CONFIG.read_text(encoding="utf-8")

SOURCE = """
sources:
  platform:
    kind: database
    url: ${PLATFORM_URL}
    table: public.injections
    fields:
      record_id: ma
      site_code: diem
      vaccine_code: vac_xin
      injected_at: {join: [ngay, gio], format: "%d/%m/%Y %H:%M"}
      updated_at: cap_nhat
      sex: {column: gioi_tinh, values: {Nam: male, No: other, 1: female}, default: unknown}
      dose_kind: {value: primary}
"""
ENVIRONMENT = {"PLATFORM_URL": "postgresql://someone:secret@somewhere/platform"}


def parse(old: str = "", new: str = "", environment=ENVIRONMENT):
    assert old in TEXT
    return settings.parse(TEXT.replace(old, new, 1), CONFIG, "somewhere", environment)


def with_source(old: str = "", new: str = ""):
    assert old in SOURCE
    return parse("sources: {}", SOURCE.replace(old, new, 1))


def complaint(change, *words) -> str:
    with pytest.raises(SettingsError) as refused:
        change(*words)
    return str(refused.value)


def test_the_projects_own_file_is_right():
    found = parse()
    assert found.is_sample
    assert [band.label for band in found.age_bands] == ["0-4", "5-11", "12-17", "18-49", "50-64", "65+"]
    assert found.age_bands[-1].from_age == 65
    assert found.age_bands[-1].to_age is None
    assert found.reference.units.path == PROJECT / "etl/reference/units.csv"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("every_seconds: 2 ", "every_seconds: 0 ", "etl.every_seconds: must be at least 1 (found 0)"),
        ("batch_size: 10000", "batch_sise: 1", "etl.batch_sise: is not a key here; is batch_size meant?"),
        ("sources: {}", "sources: {}\nflies: 1", "flies: is not a key here; look for a spelling mistake"),
        ("void_share", "viod_share", "etl.brake.viod_share: is not a key here; is void_share meant?"),
        ('"77"', "77", "units.root: must be text; put it in quotes (found 77)"),
        ("5-11", "5to11", "age_bands[1]: must look like 5-11, or 65+ for the last (found 5to11)"),
        ("12-17", "13-17", "age_bands: 13-17 must begin where 5-11 ends"),
        ("[0-4, 5-11", "[3-4, 5-11", "age_bands: the first must begin at 0 (found 3-4)"),
        ("50-64, 65+]", "50-64, 65-99]", "age_bands: the last must have no end, as 65+ (found 65-99)"),
        ("age: 12 ", "age: 13 ", "eligible_from_age: must be where an age band begins"),
        ("Asia/Ho_Chi_Minh", "Asia/Hanoi", "time_zone: is not a time zone such as Asia/Ho_Chi_Minh (found Asia/Hanoi)"),
        ("127.0.0.1", "0.0.0.0", "dashboard.host: must be '127.0.0.1' or 'localhost' (found 0.0.0.0)"),
        ("port: 8050", "port: http", "dashboard.port: must be a whole number (found http)"),
        ("port: 8050", "port: 1\n  port: 2", "the key port is there twice"),
        ("name: {vi: Bà Rịa – Vũng Tàu, en", "name: {en", "name.vi: is missing"),
        ("name: {vi", "name: [{vi", "not YAML:"),
        ("sites: etl/reference/sites.csv", "sites: {url: x}", "reference.sites: must be the path of a CSV"),
        ("sources: {}", "data: x\nsources: {}", "data: is not a key here; use --data or VACCINE_DATA"),
    ],
)
def test_a_fault_is_named_by_its_key(old, new, said):
    assert complaint(parse, old, new).startswith("config.yaml: ")
    assert said in complaint(parse, old, new)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("updated_at", "updated", "sources.platform.fields.updated: must be 'record_id', 'person_id'"),
        ("updated_at: cap_nhat", "{}: x", "sources.platform"),
        ("updated_at: cap_nhat", "updated_at: {}", "fields.updated_at: must have exactly one of column, value"),
        ("cap_nhat", "{column: a, value: b}", "fields.updated_at: must have exactly one of column, value"),
        ("cap_nhat", "{file: modified}", "sources.platform: a database has no file"),
        ("kind: database", "kind: oracle", "sources.platform: must be of a kind among 'database', 'files'"),
        ("kind: database", "", "sources.platform: needs the key 'kind'"),
        ("table: public.injections", "", "sources.platform: must have table or query, one of the two"),
        ("platform:", "Platform X:", "sources.Platform X: must look like"),
    ],
)
def test_a_fault_of_a_source_is_named_by_its_key(old, new, said):
    assert said in complaint(with_source, old, new)


def test_a_database_without_a_clock_is_a_snapshot():
    found = with_source("updated_at: cap_nhat", "").sources["platform"]
    assert found.is_read_whole and not found.is_reconciled
    assert with_source().sources["platform"].is_reconciled


def test_a_database_of_changes_needs_a_clock():
    source = SOURCE.replace("updated_at: cap_nhat", "").replace("kind: database", "kind: database\n    deliveries: changes")
    with pytest.raises(
        SettingsError, match="updated_at must be mapped; without it the source is read whole each time: deliveries: snapshot"
    ):
        settings.parse(TEXT.replace("sources: {}", source, 1), CONFIG, "somewhere", ENVIRONMENT)


def test_whichever_program_starts_names_the_faults_of_all_parts(tmp_path, monkeypatch, capsys):
    file, misspelt = tmp_path / "config.yaml", TEXT.replace("port: 8050", "prot: 8050").replace("void_share", "viod_share")
    file.write_text(misspelt.replace("eligible_from_age", "eligible_age"), encoding="utf-8")
    options = ["--config", str(file), "--data", str(tmp_path)]
    monkeypatch.setattr("sys.argv", ["dashboard", *options])
    for start in (lambda: etl.main(["check", *options]), lambda: etl.main(["run", *options]), dashboard.main):
        assert start() == 2
        assert sorted(capsys.readouterr().err.splitlines()) == [
            "config.yaml: dashboard.prot: is not a key here; is port meant?",
            "config.yaml: eligible_age: is not a key here; is eligible_from_age meant?",
            "config.yaml: eligible_from_age: is missing",
            "config.yaml: etl.brake.viod_share: is not a key here; is void_share meant?",
        ]


def test_several_faults_are_said_at_once():
    said = complaint(parse, "port: 8050\n  workers: 1", "port: 0\n  workers: 0")
    assert said.splitlines() == [
        "config.yaml: dashboard.port: must be at least 1 (found 0)",
        "config.yaml: dashboard.workers: must be at least 1 (found 0)",
    ]


def test_a_secret_comes_from_the_environment_and_is_never_shown():
    found = with_source()
    assert found.sources["platform"].url == ENVIRONMENT["PLATFORM_URL"]
    assert "secret" not in repr(found)
    assert "secret" not in complaint(with_source, "${PLATFORM_URL}", "[${PLATFORM_URL}]")


def test_a_missing_secret_is_named_with_its_key():
    said = complaint(parse, "sources: {}", SOURCE, {})
    assert said == "config.yaml: sources.platform.url: ${PLATFORM_URL} is not set in the environment"


def test_the_pages_read_their_settings_without_the_secrets_of_the_sources(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text(TEXT.replace("sources: {}", SOURCE), encoding="utf-8")
    found = settings.read(file, tmp_path, {}, Dashboard)
    assert (found.sources["platform"].url, found.is_sample) == ("${PLATFORM_URL}", False)
    coded = TEXT.replace("sources: {}", SOURCE.replace("    kind: database", "    time_zone: ${ZONE}\n    kind: database"))
    file.write_text(re.sub(r"reconcile_at: \S+", "reconcile_at: ${AT}", coded), encoding="utf-8")
    found = settings.read(file, tmp_path, {}, Dashboard)
    assert (list(found.sources), found.is_sample, found.dashboard.port) == (["platform"], False, 8050)
    file.write_text(coded.replace("port: 8050", "prot: 8050"), encoding="utf-8")
    assert "dashboard.prot: is not a key here" in complaint(settings.read, file, tmp_path, {}, Dashboard)
    file.write_text(TEXT.replace("time_zone: Asia/Ho_Chi_Minh", "time_zone: ${ZONE}"), encoding="utf-8")
    assert "${ZONE} is not set" in complaint(settings.read, file, tmp_path, {}, Dashboard)


def test_words_of_a_source_stay_words():
    sex = with_source().sources["platform"].fields["sex"]
    assert sex.values == {"Nam": "male", "No": "other", "1": "female"}
    assert (sex.origin, sex.columns) == ("column", ("gioi_tinh",))


def test_a_source_makes_the_world_real():
    assert not with_source().is_sample
    assert with_source("\nsources:", "\nsample: true\nsources:").is_sample


def test_rows_may_hold_what_fields_leave_out():
    rows = "    rows:\n      - {vaccine_code: v1, dose_number: {value: 1}}\n      - {vaccine_code: v2}\n"
    source = SOURCE.replace("      vaccine_code: vac_xin\n", "") + rows
    found = parse("sources: {}", source).sources["platform"]
    assert [name for name, _spec in found.specs()].count("vaccine_code") == 2
    said = complaint(parse, "sources: {}", source.replace("{vaccine_code: v2}", "{dose_number: n}"))
    assert "sources.platform: fields: vaccine_code must be mapped" in said


def test_the_data_folder_is_the_option_then_the_environment_then_the_projects(tmp_path):
    assert settings.read(CONFIG, tmp_path, {"VACCINE_DATA": "/elsewhere"}).data == tmp_path
    assert str(settings.read(CONFIG, None, {"VACCINE_DATA": "/elsewhere"}).data) == "/elsewhere"
    assert settings.read(CONFIG, None, {}).data == PROJECT / "data"


def test_a_missing_file_is_said():
    assert "nowhere.yaml: No such file" in complaint(settings.read, "nowhere.yaml")


def test_an_encoding_that_is_none_is_named():
    given = {
        "kind": "files",
        "folder": "inbox",
        "pattern": "*",
        "encoding": "utf-9",
        "fields": dict.fromkeys(REQUIRED_FIELDS, "x"),
    }
    with pytest.raises(ValidationError, match=r"is not an encoding of text such as utf-8, utf-16 or cp1258 \(found utf-9\)"):
        FilesSource.model_validate_json(json.dumps(given))
