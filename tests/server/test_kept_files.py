import json

import pytest

from server.errors import KeptFileError
from server.kept_files import content_id, folders, keep, kept_in


def files(folder, **contents):
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in contents.items():
        path = folder / f"{name}.csv"
        path.write_bytes(content)
        paths.append(path)
    return paths


def test_originals_are_kept_byte_by_byte_beside_the_decision(tmp_path):
    paths = files(tmp_path / "in", a=b"\xff\xfeone\r\n", b=b"two\0")
    kept = keep(tmp_path / "kept", paths, "import.json", {"format": "x"})
    assert [path.read_bytes() for path in kept.files] == [b"\xff\xfeone\r\n", b"two\0"]
    again, decision = kept_in(kept.folder, "import.json")
    assert again == kept
    assert decision["format"] == "x"
    assert [entry["bytes"] for entry in decision["files"]] == [7, 4]
    assert [path.name for path in (tmp_path / "kept").iterdir()] == [
        str(kept.id)
    ]  # nothing half-done is left


def test_the_same_bytes_are_the_same_whatever_their_names_and_order(tmp_path):
    one = files(tmp_path / "1", a=b"one", b=b"two")
    other = files(tmp_path / "2", y=b"two", x=b"one")
    assert content_id(one) == content_id(other)
    assert content_id(one) != content_id(one[:1])


def test_a_second_decision_replaces_the_first_and_the_originals_stay(tmp_path):
    paths = files(tmp_path / "in", a=b"one")
    keep(tmp_path / "kept", paths, "import.json", {"load_kg": 100})
    kept = keep(tmp_path / "kept", paths, "import.json", {"load_kg": 120})
    assert kept_in(kept.folder, "import.json")[1]["load_kg"] == 120
    assert folders(tmp_path / "kept", "import.json") == [kept.folder]


def test_two_files_of_one_name_do_not_overwrite_each_other(tmp_path):
    (one,) = files(tmp_path / "1", a=b"one")
    (other,) = files(tmp_path / "2", a=b"two")
    kept = keep(tmp_path / "kept", [one, other], "import.json", {})
    assert [path.read_bytes() for path in kept.files] == [b"one", b"two"]


def test_a_changed_original_is_noticed(tmp_path):
    kept = keep(tmp_path / "kept", files(tmp_path / "in", a=b"one"), "import.json", {})
    kept.files[0].write_bytes(b"One")
    with pytest.raises(KeptFileError, match="was changed since it was imported"):
        kept_in(kept.folder, "import.json")


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"id": 3, "files": []}', b"\xff", b'{"id": "x"}',
     b'{"id": "b8d5a6b1-3c63-4a0f-9a57-6f4c0e9b7c1e", "files": []}',
     b'{"id": "b8d5a6b1-3c63-4a0f-9a57-6f4c0e9b7c1e", "files": [{"name": "../../x", "sha256": ""}]}'],
)  # fmt: skip
def test_a_damaged_decision_is_refused(tmp_path, content):
    (tmp_path / "import.json").write_bytes(content)
    with pytest.raises(KeptFileError):
        kept_in(tmp_path, "import.json")


def test_a_missing_original_is_named(tmp_path):
    kept = keep(tmp_path / "kept", files(tmp_path / "in", a=b"one"), "import.json", {})
    kept.files[0].unlink()
    with pytest.raises(KeptFileError, match=r"a\.csv is missing"):
        kept_in(kept.folder, "import.json")
    assert json.loads((kept.folder / "import.json").read_text())["files"][0]["name"] == "a.csv"
