from __future__ import annotations

import pytest

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_set_becomes_a_picture_beside_where_one_stands(upright, squats, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = upright("plot", squats.mcap)
    assert (done.code, done.err) == (0, "")
    (picture,) = tmp_path.iterdir()
    assert done.out.strip() == picture.name
    assert picture.name.endswith("-set1.png")
    assert picture.read_bytes().startswith(PNG)


def test_it_says_what_it_shows(upright, squats, tmp_path):
    out = tmp_path / "set.svg"
    assert upright("plot", squats.mcap, "--out", out).code == 0
    # Letters become outlines in SVG; each run of text stays in a comment.
    text = out.read_text(encoding="utf-8")
    for words in ("back squat, 120 kg", "vertical velocity, m/s", "height, m", "Bar path from the side"):
        assert words in text


def test_a_wrist_shows_why_it_has_no_path(upright, squats, tmp_path):
    out = tmp_path / "set.svg"
    done = upright("plot", squats.csv, "--exercise", "back_squat", "--mount", "wrist", "-o", out)
    assert done.code == 0
    assert "a wrist has no bar axis" in out.read_text(encoding="utf-8").replace("\n", " ")


@pytest.mark.parametrize(
    ("options", "words"),
    [(("--set", "7"), "it has sets 1 to 1"), (("--out", "picture.xyz"), "use .png, .svg or .pdf")],
)
def test_what_cannot_be_drawn_is_said_in_a_sentence(upright, squats, options, words):
    done = upright("plot", squats.mcap, *options)
    assert done.code == 1
    assert words in " ".join(done.err.split())


def test_a_file_that_is_not_there_is_said_too(upright, tmp_path):
    assert upright("plot", tmp_path / "no.mcap").code == 1
