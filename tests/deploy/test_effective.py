"""The children read one file: the user's settings, the sample over them, no secret in it."""

from deploy.effective import OVERLAY, effective, write
from etl.settings import DatabaseSource, FilesSource, Reference
from sql import settings
from sql.settings import PROJECT
from sql.strict import LocalPath

CONFIG = PROJECT / "config.yaml"

OWN = """
sources:
  lists:
    kind: files
    folder: inbox
    pattern: "*.csv"
    fields: {record_id: a, site_code: b, vaccine_code: c, injected_at: d, updated_at: {file: modified}}
  platform:
    kind: database
    url: ${MY_SECRET}
    table: injections
    fields: {record_id: a, site_code: b, vaccine_code: c, injected_at: d, updated_at: e}
"""


def read_back(found, tmp_path, environment):
    write(found, tmp_path / "effective.yaml")
    return settings.read(tmp_path / "effective.yaml", tmp_path, environment)


def test_without_a_source_and_without_sample_nothing_is_added(tmp_path):
    found = read_back(effective(CONFIG, None), tmp_path, {})
    original = settings.read(CONFIG, tmp_path, {})
    assert not found.is_sample
    assert found == original.model_copy(update={"sample": False})


def test_the_sample_is_laid_over_the_users_settings_and_says_so(tmp_path):
    found = read_back(effective(CONFIG, OVERLAY), tmp_path, {"PLATFORM_URL": "postgresql:///platform"})
    assert found.is_sample
    assert found.sources["platform"].url == "postgresql:///platform"
    assert found.reference.units.path == PROJECT / "etl/reference/units.csv"
    assert found.dashboard == settings.read(CONFIG, tmp_path, {}).dashboard


def test_paths_stay_where_they_were_and_secrets_stay_out(tmp_path):
    config = tmp_path / "there" / "config.yaml"
    config.parent.mkdir()
    config.write_text(CONFIG.read_text().replace("sources: {}", OWN).replace("etl/reference/sites", "sites"))
    found = read_back(effective(config, None), tmp_path, {"MY_SECRET": "postgresql://x:secret@y/z"})
    assert found.sources["lists"].folder == tmp_path / "there" / "inbox"
    assert found.reference.sites.path == tmp_path / "there" / "sites.csv"
    assert found.sources["platform"].url == "postgresql://x:secret@y/z"
    assert "secret@" not in (tmp_path / "effective.yaml").read_text()


def test_a_place_from_the_environment_stays_as_it_is(tmp_path):
    """`${ITALY_DATA}/sites.csv` is absolute once it is filled in."""
    config = tmp_path / "config.yaml"
    config.write_text("reference: {sites: {path: '${D}/sites.csv'}, units: units.csv}\nsources: {a: {folder: '${D}'}}\n")
    found = effective(config, None)
    assert found["reference"] == {"sites": {"path": "${D}/sites.csv"}, "units": str(tmp_path / "units.csv")}
    assert found["sources"] == {"a": {"folder": "${D}"}}


def test_the_map_stays_beside_the_users_settings(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    text = CONFIG.read_text(encoding="utf-8") + "  map: {geojson: map.geojson}\n"
    (own / "config.yaml").write_text(text, encoding="utf-8")
    found = read_back(effective(own / "config.yaml", None), tmp_path, {})
    assert found.dashboard.map.geojson == own / "map.geojson"


def test_a_place_at_home_is_where_the_settings_say(tmp_path, monkeypatch):
    """A mapping of any kind, a place under `~`, and what is no settings at all."""
    monkeypatch.setenv("HOME", "/home/an")
    config = tmp_path / "config.yaml"
    config.write_text(
        "sources: {a: {kind: files, folder: ~/inbox, pattern: '*.csv'}, b: x}\nreference: [units.csv]\nmap: {geojson: m}\n"
    )
    assert effective(config, None) == {
        "sources": {"a": {"kind": "files", "folder": "/home/an/inbox", "pattern": "*.csv"}, "b": "x"},
        "reference": ["units.csv"], "map": {"geojson": "m"}, "sample": False,
    }  # fmt: skip


def test_where_paths_stand_the_types_of_the_settings_say(tmp_path, monkeypatch):
    """A key that is added is placed without a word about it here."""

    class Added(FilesSource):
        keys: LocalPath | None = None
        parts: dict[str, Reference] = {}  # noqa: RUF012 - frozen

    monkeypatch.setattr(settings.whole().model_fields["sources"], "annotation", dict[str, DatabaseSource | Added])
    config = tmp_path / "config.yaml"
    config.write_text(
        "sources: {a: {kind: added, keys: key.pem, parts: {x: x.csv, y: {path: y.csv}, z: {url: u, query: q}}}}\n"
    )
    assert effective(config, None)["sources"]["a"] == {
        "kind": "added", "keys": str(tmp_path / "key.pem"),
        "parts": {"x": str(tmp_path / "x.csv"), "y": {"path": str(tmp_path / "y.csv")}, "z": {"url": "u", "query": "q"}},
    }  # fmt: skip
