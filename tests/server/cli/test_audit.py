from __future__ import annotations

import datetime as dt
import json

import pytest

HEADER = (
    "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE"
)


def write_log(path, *lifts, weeks=6, unit_header=True):
    """Write a Strong log: each lift is (name, sets, reps, weight), done in this order twice a week."""
    header = HEADER.replace("Weight,", "Weight (kg),") if unit_header else HEADER
    rows = [header]
    for session in range(2 * weeks):
        date = dt.date(2026, 1, 5) + dt.timedelta(days=7 * (session // 2) + 3 * (session % 2))
        for name, sets, reps, weight in lifts:
            rows += [f'{date} 18:00:00,"Day",1h,"{name}",{k + 1},{weight},{reps},0,0,,,' for k in range(sets)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def eights(tmp_path):
    return write_log(
        tmp_path / "eights.csv",
        ("Snatch (Barbell)", 1, 2, 50),
        ("Squat (Barbell)", 5, 5, 140),
        ("Bench Press (Barbell)", 4, 5, 100),
        ("Bent Over Row (Barbell)", 3, 8, 60),
    )


def words(text):
    return " ".join(text.split())


def test_it_says_what_it_finds_from_which_sets_and_what_to_do(upright, eights):
    done = upright("audit", eights)
    assert (done.code, done.err) == (0, "")
    text = words(done.out)
    assert "eights.csv (Strong): 156 sets in 12 sessions, 2026-01-05 to 2026-02-12." in text
    assert "In 12 of 12 sessions that train the upper back, its sets have 8 reps or more" in text
    assert "2026-02-12 Bent Over Row (Barbell) 3 × 8 at 60 kg" in text
    assert "1. Muscle snatch: a variation of your Snatch (Barbell)" in text
    assert text.index("Muscle snatch") < text.index("Hang snatch")
    assert "2026-02-09 2 2 26 8 2 0" in text
    assert "Bent Over Row (Barbell) at least 75 kg (log)" in text
    assert "A coach's opinion" in text


def test_json_gives_the_same_with_the_sets(upright, eights):
    done = upright("audit", eights, "--json")
    assert (done.code, done.err) == (0, "")
    document = json.loads(done.out, parse_constant=pytest.fail)
    assert document["schema"] == "upright.audit/1"
    assert document["log"]["names"]["Snatch (Barbell)"] == {
        "exercise": None,
        "group": "snatch",
        "by": "word",
    }
    by_index = {item["index"]: item for item in document["working_sets"]}
    finding = next(one for one in document["findings"] if one["kind"] == "three_sets_of_eight_at_the_end")
    assert finding["sureness"] == "sure"
    assert {by_index[index]["exercise"] for index in finding["sets"]} >= {"bent_over_row"}
    assert [one["exercise"] for one in document["suggestions"]] == ["muscle_snatch", "hang_snatch"]


def test_a_good_programme_is_told_so(upright, tmp_path):
    log = write_log(
        tmp_path / "good.csv", ("Bent Over Row (Barbell)", 4, 4, 100), ("Squat (Barbell)", 5, 5, 140)
    )
    done = upright("audit", log, "--one-rm", "bent_over_row=115")
    assert "Nothing to find fault with: 48 heavy sets" in words(done.out)
    assert "(probably)" not in done.out
    assert "Suggestions" not in done.out
    assert "(probably)" in upright("audit", log).out


def test_a_missing_unit_is_asked_for_and_can_be_said(upright, refused, tmp_path):
    log = write_log(tmp_path / "old.csv", ("Bent Over Row (Barbell)", 4, 8, 100), unit_header=False)
    assert "--unit kg or --unit lb" in refused("audit", log)
    assert "Row (Barbell) 4 × 8 at 45.36 kg" in words(upright("audit", log, "--unit", "lb").out)


def test_unknown_names_are_named_and_can_be_explained(upright, tmp_path):
    log = write_log(tmp_path / "es.csv", ("Remo con Barra [x]", 4, 8, 60), ("Squat (Barbell)", 5, 5, 140))
    text = words(upright("audit", log).out)
    assert "Remo con Barra [x] (48)" in text
    assert '--name "Remo con Barra [x]=row"' in text
    for meaning in ("row", "bent_over_row"):
        explained = words(upright("audit", log, "--name", f"remo con  barra [x]={meaning}").out)
        assert "its sets have 8 reps or more" in explained
        assert "names not known" not in explained


def test_pull_ups_need_the_body_mass(upright, tmp_path):
    log = write_log(tmp_path / "up.csv", ("Pull Up", 4, 4, 20), ("Squat (Barbell)", 5, 5, 140))
    assert "give the body mass" in words(upright("audit", log).out)
    assert "Nothing to find fault with" in words(upright("audit", log, "--body-mass-kg", 80).out)


def test_only_the_last_weeks_count(upright, eights):
    document = json.loads(upright("audit", eights, "--weeks", 3, "--json").out)
    assert [week["monday"] for week in document["weeks"]] == ["2026-01-26", "2026-02-02", "2026-02-09"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "bad.csv: is empty"),
        (b"t_s,ax\n1,2\n", "bad.csv, line 1: is no export of Strong or Hevy"),
        ("Datum;Übung\n".encode("cp1252"), "bad.csv, line 1: is not UTF-8 or UTF-16 text"),
        (f"{HEADER}\n2026-01-05,Day,1h,Row,1,x,5,0,0,,,\n".encode(), "bad.csv, line 2: 'x' is not a number"),
    ],
)
def test_a_bad_file_is_one_sentence_and_exit_code_1(refused, tmp_path, content, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    assert message in refused("audit", path)


def test_a_missing_file_is_named(refused, tmp_path):
    assert "none.csv: cannot be read" in refused("audit", tmp_path / "none.csv")


@pytest.mark.parametrize("load", ["0", "-5", "nan", "inf"])
def test_a_one_rep_max_must_be_a_load(refused, eights, load):
    assert "no positive number" in refused("audit", eights, "--one-rm", f"bent_over_row={load}")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--unit", "stone"), "'stone' is none of kg, lb"),
        (("--date-order", "ymd"), "'ymd' is none of day-first, month-first"),
        (("--one-rm", "bent_over_row"), "is not of the form"),
        (("--one-rm", "bent_over_row=heavy"), "'heavy' is no number of kg"),
        (("--one-rm", "t_bar_row=100"), "the log has no 't_bar_row'; it has: back_squat"),
        (("--name", "Remo=rowing"), "'rowing' is none of"),
        (("--name", "=row"), "is not of the form"),
        (("--body-mass-kg", "5"), "20"),
        (("--weeks", "1"), "2"),
    ],
)
def test_an_option_that_makes_no_sense_is_a_usage_error(options, message, upright, eights):
    done = upright("audit", eights, *options)
    assert (done.code, done.out) == (2, "")
    assert message in words(done.err.replace("│", " "))


def test_a_name_is_shown_as_it_is_and_does_nothing_to_the_terminal(upright, tmp_path):
    log = write_log(tmp_path / "odd.csv", ("{0} [bold]Row[/] \x1b[2J%s", 3, 8, 60), ("Squat", 5, 5, 100))
    done = upright("audit", log)
    assert done.code == 0
    assert "{0} [bold]Row[/] [2J%s 3 × 8" in words(done.out)
    assert "\x1b" not in done.out
