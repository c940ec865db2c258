import hmac
import stat
import threading

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl import identity


@given(st.binary(min_size=32, max_size=80), st.text(max_size=8), st.lists(st.text(max_size=80)))
def test_digests_are_the_first_half_of_the_standard_hmac(key, prefix, values):
    found = identity.digests(key, prefix, pa.array(values, pa.string()))
    assert [row.tobytes() for row in found] == [
        hmac.digest(key, (prefix + value).encode(), "sha256")[:16] for value in values
    ]


def test_a_slice_of_values_is_hashed_as_itself():
    values = pa.array(["a", "bc", "", "đ"])
    assert (identity.digests(b"k" * 32, "", values.slice(1, 2)) == identity.digests(b"k" * 32, "", values)[1:3]).all()


def test_the_key_is_made_once_for_the_owner_alone(tmp_path):
    key = identity.load_key({}, tmp_path / "data")
    file = tmp_path / "data" / "person.key"
    assert len(key) == 32 and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert identity.load_key({}, tmp_path / "data") == key
    assert [path.name for path in file.parent.iterdir()] == ["person.key"]


def test_programs_that_start_at_once_agree_on_one_key(tmp_path):
    keys, gate = [], threading.Barrier(8)

    def start():
        gate.wait()
        keys.append(identity.load_key({}, tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8 and len(set(keys)) == 1


def test_the_environment_gives_the_key_before_the_file_does(tmp_path):
    assert identity.load_key({"PERSON_ID_KEY": "ab" * 32}, tmp_path) == b"\xab" * 32
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("text", "said"), [("xyz", "hexadecimal"), ("ab" * 31, "at least 32 bytes .found 31.")])
def test_a_key_that_cannot_be_used_is_named_and_never_shown(tmp_path, text, said):
    with pytest.raises(identity.PersonKeyError, match=f"PERSON_ID_KEY: .*{said}") as refused:
        identity.load_key({"PERSON_ID_KEY": text}, tmp_path)
    assert text not in str(refused.value)


def test_a_key_that_others_can_read_is_refused(tmp_path):
    identity.load_key({}, tmp_path)
    (tmp_path / "person.key").chmod(0o644)
    with pytest.raises(identity.PersonKeyError, match="others can read it; run: chmod 600"):
        identity.load_key({}, tmp_path)


def test_a_fingerprint_tells_keys_apart():
    assert identity.fingerprint(b"a" * 32) != identity.fingerprint(b"b" * 32)
    assert len(identity.fingerprint(b"a" * 32)) == 16


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nguyễn Văn Hòa", "nguyễn  văn HOÀ"),
        ("Lê Thuý", "Lê Thúy"),
        ("Trần Thị Huyền", "Tra\u0302\u0300n Thi\u0323 Huye\u0302\u0300n"),
    ],
)
def test_spellings_of_one_name_are_one(one, other):
    assert identity.normal_names([one]) == identity.normal_names([other])


def test_names_that_differ_by_an_accent_are_two():
    first, second, third = identity.normal_names(["Hoa", "Hòa", "Hoá"])
    assert len({first, second, third}) == 3


def test_where_a_key_is_in_use_a_lost_one_is_not_replaced(tmp_path):
    with pytest.raises(
        identity.PersonKeyError, match=r"is not there: neither PERSON_ID_KEY nor .*person\.key\. Bring it back"
    ):
        identity.load_key({}, tmp_path, is_in_use=True)
    assert list(tmp_path.iterdir()) == []
    assert identity.load_key({"PERSON_ID_KEY": "ab" * 32}, tmp_path, is_in_use=True) == b"\xab" * 32
