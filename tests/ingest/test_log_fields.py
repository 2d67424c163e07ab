from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.imports.log_fields import DateReader, FieldError, parse_number, plain


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("82.5", 82.5),
        ("82,5", 82.5),
        (" 100 ", 100.0),
        ("45.359237", 45.359237),
        ("61,235", 61.235),
        ("-20", -20.0),
    ],
)
def test_numbers_have_a_point_or_a_comma(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "  ", "\u00a0"])
def test_nothing_is_no_number(text):
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["x", "1e5", "nan", "inf", "1.2.3", "--1", "1 000", "0x10", "1,2,3", "5kg"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(FieldError, match="is not a number"):
        parse_number(text)


def test_a_comma_that_may_stand_for_thousands_is_refused():
    with pytest.raises(FieldError, match="thousands or thousandths"):
        parse_number("1,250")


@given(st.floats(0.01, 999, allow_nan=False).map(lambda x: round(x, 2)), st.sampled_from(".,"))
def test_a_weight_survives_either_decimal_mark(number, mark):
    assert parse_number(f"{number:.2f}".replace(".", mark)) == pytest.approx(number)


@given(st.text())
def test_any_text_is_a_number_nothing_or_refused(text):
    with contextlib.suppress(FieldError):
        assert parse_number(text) is None or plain(text)[-1].isdecimal()


MOMENT = "2026-02-03T18:05:00"


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-03 18:05:00",
        "2026-02-03T18:05",
        "2026-02-03T18:05:00.123Z",
        "2026-02-03T18:05:00+02:00",
        "2026/2/3 6:05 PM",
        "2026-02-03 6:05:00\u202fp.m.",
        "3 Feb 2026, 18:05",
        "3 February 2026 at 18:05",
        "Feb 3, 2026, 6:05 PM",
        "3. Feb. 2026, 18:05",
        "3 févr. 2026 à 18:05",
        "3 feb 2026, 18:05",
        "3 de fev. de 2026, 18:05",
        "03.02.2026 18:05",
    ],
)
def test_a_moment_in_many_forms(text):
    assert DateReader(None).read(text).isoformat() == MOMENT


@pytest.mark.parametrize(
    ("names", "month"),
    [
        ("Jan janv. ene. gen enero", 1),
        ("Mar Mär. März mars mrt maart marzo", 3),
        ("Apr avr. abr", 4),
        ("May Mai mag mei", 5),
        ("Jun juin giu", 6),
        ("Jul juil. lug", 7),
        ("Aug août ago", 8),
        ("Sep sept. set", 9),
        ("Oct Okt out ott", 10),
        ("Dec Dez. déc. dic", 12),
    ],
)
def test_months_in_seven_languages(names, month):
    for name in names.split():
        assert DateReader(None).read(f"5 {name} 2026, 08:00").isoformat() == f"2026-{month:02}-05T08:00:00"


def test_midnight_and_noon_by_the_twelve_hour_clock():
    read = DateReader(None).read
    assert read("2026-02-03 12:05 AM").hour == 0
    assert read("2026-02-03 12:05 PM").hour == 12
    with pytest.raises(FieldError, match="does not exist"):
        read("2026-02-03 13:05 PM")


def test_a_date_alone_is_midnight():
    assert DateReader(None).read("2026-02-03").isoformat() == "2026-02-03T00:00:00"


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13-01", "31 Apr 2026", "2026-02-03 24:00", "31.02.2026"]
)
def test_what_the_calendar_lacks_is_refused(text):
    with pytest.raises(FieldError, match="does not exist"):
        DateReader(None).read(text)


@pytest.mark.parametrize("text", ["", "soon", "2026", "3 Fev", "20260203", "1760000000", "3/2/26"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(FieldError, match="not a date in a known form"):
        DateReader(None).read(text)


def test_one_date_of_the_file_tells_how_all_are_meant():
    texts = ["03/02/2026 18:05", "13/02/2026 18:05"]
    assert DateReader.for_texts(texts, day_first=None).read(texts[0]).isoformat() == MOMENT
    texts = ["02/03/2026 18:05", "02/13/2026 18:05"]
    assert DateReader.for_texts(texts, day_first=None).read(texts[0]).isoformat() == MOMENT


def test_dates_that_may_be_either_are_asked_for_unless_they_are_the_same():
    with pytest.raises(FieldError, match="--date-order"):
        DateReader.for_texts(["03/02/2026"], day_first=None)
    assert DateReader.for_texts(["03/02/2026"], day_first=True).day_first
    assert DateReader.for_texts(["03/03/2026"], day_first=None).read("03/03/2026").day == 3
    assert DateReader.for_texts(["2026-03-02", "03.02.2026"], day_first=None).day_first is None


def test_terminal_codes_and_odd_spaces_do_not_get_through():
    assert plain("a\u202f\t b\x1b[2J\u200b\x07c") == "a b[2Jc"
