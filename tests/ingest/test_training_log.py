"""Logs as Strong and Hevy write them, made up here, whole and damaged."""

from __future__ import annotations

import random
import re

import pytest

from analysis.logged_sets import LiftGroup, SetKind
from ingest.errors import ImportFileError
from ingest.imports.lift_names import Origin, lift_of
from ingest.imports.log_table import LogFormat
from ingest.imports.training_log import (
    TrainingLogConfig,
    TrainingLogOptions,
    WeightUnit,
    read_training_log,
)

STRONG_OLD = """\
Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE
2026-01-05 18:51:52,"Evening, heavy",1h 8m,"Hang Snatch (Barbell)",1,40.0,3,0,0,"","",
2026-01-05 18:51:52,"Evening, heavy",1h 8m,"Hang Snatch (Barbell)",2,50.0,3,0,0,"strap
on the left","",8.5
2026-01-05 18:51:52,"Evening, heavy",1h 8m,"Pull Up",1,0,8,0,0,,,
2026-01-05 18:51:52,"Evening, heavy",1h 8m,"Running",1,0,0,5.0,1800,,,
2026-01-07 07:05:00,"Morning",45m,"Bent Over Row (Barbell)",1,60.0,8,0,0,,,
"""
STRONG_BETWEEN = """\
Date;Workout Name;Exercise Name;Set Order;Weight;Weight Unit;Reps;RPE;Distance;Distance Unit;Seconds;Notes;\
Workout Notes;Workout Duration
2026-01-05 18:51:52;"Pull";"T Bar Row";1;45;kg;8;;;;0;"";"";44m
2026-01-05 18:51:52;"Pull";"T Bar Row";2;100;lbs;8;;;;0;;;44m
2026-01-05 18:51:52;"Pull";"Pull Up (Assisted)";1;20;kg;8;;;;0;;;44m
"""
STRONG_TODAY = """\
"Workout #";"Date";"Workout Name";"Duration (sec)";"Exercise Name";"Set Order";"Weight (lbs)";"Reps";"RPE";\
"Distance (meters)";"Seconds";"Notes";"Workout Notes"
"1";"2026-01-05 17:30:00";"Pull";"4200";"Deadlift (Barbell)";"W";"135";"5";"";"";"";"";""
"1";"2026-01-05 17:30:00";"Pull";"4200";"Deadlift (Barbell)";"1";"315,5";"5";"8,5";"";"";"";""
"1";"2026-01-05 17:30:00";"Pull";"4200";"Deadlift (Barbell)";"Rest Timer";"";"";"";"";"180.0";"";""
"1";"2026-01-05 17:30:00";"Pull";"4200";"Deadlift (Barbell)";"D";"225";"8";"";"";"";"";""
"1";"2026-01-05 17:30:00";"Pull";"4200";"Seated Row (Cable)";"Note";"";"";"";"";"";"slow; light";""
"1";"2026-01-05 17:30:00";"Pull";"4200";"Seated Row (Cable)";"F";"120.0";"10.0";"";"";"";"";""
"2";"2026-01-05 20:00:00";"Pull";"600";"Remo con Barra";"1";"95";"5";"";"";"";"";""
"""
HEVY = """\
"title","start_time","end_time","description","exercise_title","superset_id","exercise_notes","set_index",\
"set_type","weight_kg","reps","distance_km","duration_seconds","rpe"
"Upper","9 Jan 2026, 06:46","9 Jan 2026, 08:27","","Lat Pulldown (Cable)",,"",0,"normal",65,10,,0,9.5
"Upper","9 Jan 2026, 06:46","9 Jan 2026, 08:27","","Lat Pulldown (Cable)",,"",1,"failure",60,9,,0,10
"Upper","9 Jan 2026, 06:46","9 Jan 2026, 08:27","","Pull Up (Weighted)",0,"",0,"normal",12.5,5,,0,
"Upper","9 Jan 2026, 06:46","9 Jan 2026, 08:27","","Plank",,"",0,"normal",,0,,60,
"Lower","7 Jan 2026, 07:48","7 Jan 2026, 09:13","","Squat (Barbell)",,"",0,"warmup",37.5,10,,0,6
"Lower","7 Jan 2026, 07:48","7 Jan 2026, 09:13","","Squat (Barbell)",,"",1,"dropset",50,12,,0,
"""
KG = TrainingLogOptions(unit=WeightUnit.KG)
SILENT = TrainingLogOptions()
FILES = {"old": STRONG_OLD, "between": STRONG_BETWEEN, "today": STRONG_TODAY, "hevy": HEVY}


def save(tmp_path, content, name="log.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(tmp_path, content, options=KG, **config):
    return read_training_log(save(tmp_path, content), options, TrainingLogConfig(**config))


def refusal(tmp_path, content, options=SILENT):
    with pytest.raises(ImportFileError) as caught:
        read(tmp_path, content, options)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("log.csv")
    return caught.value


def numbers(log):
    return [(one.name, one.load_kg, one.reps, one.rpe, one.kind) for one in log.sets]


# What the apps write


def test_an_old_export_of_strong(tmp_path):
    log = read(tmp_path, STRONG_OLD)
    assert log.format is LogFormat.STRONG
    assert [(one.exercise_id, one.load_kg, one.reps, one.rpe) for one in log.sets] == [
        ("hang_snatch", 40.0, 3, None),
        ("hang_snatch", 50.0, 3, 8.5),
        ("pull_up", 0.0, 8, None),
        ("bent_over_row", 60.0, 8, None),
    ]
    assert [(one.session, one.position, one.date.isoformat()) for one in log.sets] == [
        (0, 0, "2026-01-05"),
        (0, 1, "2026-01-05"),
        (0, 2, "2026-01-05"),
        (1, 0, "2026-01-07"),
    ]
    assert log.skipped == {"rows without reps (timed, distances, failed)": 1}
    assert log.notes == ()


def test_every_row_may_have_a_unit_of_its_own(tmp_path):
    log = read(tmp_path, STRONG_BETWEEN, SILENT)
    assert [one.load_kg for one in log.sets] == [45.0, pytest.approx(45.359237), -20.0]


def test_todays_export_of_strong_with_its_markers(tmp_path):
    log = read(tmp_path, STRONG_TODAY, SILENT)
    assert [(one.reps, one.rpe, one.kind) for one in log.sets] == [
        (5, None, SetKind.WARM_UP),
        (5, 8.5, SetKind.NORMAL),
        (8, None, SetKind.DROP),
        (10, None, SetKind.FAILURE),
        (5, None, SetKind.NORMAL),
    ]
    assert log.sets[1].load_kg == pytest.approx(315.5 * 0.45359237)
    assert log.skipped == {"notes": 1, "rest timers": 1}
    assert [one.session for one in log.sets] == [0, 0, 0, 0, 1]
    assert (log.sets[3].exercise_id, log.sets[3].group) == (None, LiftGroup.ROW)
    assert (log.sets[4].exercise_id, log.sets[4].group) == (None, None)
    assert log.lifts["Remo con Barra"].origin is Origin.UNKNOWN


def test_an_export_of_hevy_is_put_in_the_order_of_time(tmp_path):
    log = read(tmp_path, HEVY, SILENT)
    assert log.format is LogFormat.HEVY
    assert numbers(log) == [
        ("Squat (Barbell)", 37.5, 10, 6.0, SetKind.WARM_UP),
        ("Squat (Barbell)", 50.0, 12, None, SetKind.DROP),
        ("Lat Pulldown (Cable)", 65.0, 10, 9.5, SetKind.NORMAL),
        ("Lat Pulldown (Cable)", 60.0, 9, 10.0, SetKind.FAILURE),
        ("Pull Up (Weighted)", 12.5, 5, None, SetKind.NORMAL),
    ]
    assert [one.session for one in log.sets] == [0, 0, 1, 1, 1]


def test_hevy_in_pounds(tmp_path):
    log = read(tmp_path, HEVY.replace("weight_kg", "weight_lbs"), SILENT)
    assert log.sets[2].load_kg == pytest.approx(65 * 0.45359237)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_encoding_and_the_line_ends_do_not_matter(tmp_path, name, encoding, line_end):
    plain = read(tmp_path, FILES[name])
    assert read(tmp_path, FILES[name].replace("\n", line_end).encode(encoding)).sets == plain.sets


def test_the_order_of_the_columns_and_the_delimiter_do_not_matter(tmp_path):
    rows = [line.split(";") for line in STRONG_BETWEEN.splitlines()]
    turned = "\n".join("\t".join(reversed(row)) for row in rows)
    assert read(tmp_path, turned).sets == read(tmp_path, STRONG_BETWEEN).sets


@pytest.mark.parametrize(
    "date",
    [
        "2026-01-09T06:46:00Z",
        "2026-01-09 6:46:00\u202fAM",
        "Jan 9, 2026, 6:46 AM",
        "9 janv. 2026, 06:46",
        "9 ene 2026, 06:46",
        "9 de jan. de 2026, 06:46",
        "09.01.2026 06:46",
        "9/1/2026 06:46",
    ],
)
def test_dates_come_in_many_forms(tmp_path, date):
    content = HEVY.replace("9 Jan 2026, 06:46", date)
    log = read(tmp_path, content, TrainingLogOptions(day_first=True))
    assert log.sets == read(tmp_path, HEVY).sets


def test_a_stated_meaning_counts_before_the_tables(tmp_path):
    stated = {
        "remo con barra": lift_of("bent_over_row", LiftGroup.ROW, "Remo con Barra", Origin.STATED),
        "seated row (cable)": lift_of(None, LiftGroup.ASSISTANCE, "Seated Row (Cable)", Origin.STATED),
    }
    log = read(tmp_path, STRONG_TODAY, TrainingLogOptions(lifts=stated))
    assert [one.group for one in log.sets[3:]] == [LiftGroup.ASSISTANCE, LiftGroup.ROW]
    assert log.sets[4].exercise_id == "bent_over_row"


def test_a_set_type_that_is_new_is_taken_as_work_and_mentioned(tmp_path):
    log = read(tmp_path, HEVY.replace('"failure"', '"rest-pause"'))
    assert log.sets[3].kind is SetKind.NORMAL
    assert log.notes == ("set type 'rest pause' is not known; sets with it, taken as work: 1",)


def test_a_weight_of_nothing_is_not_a_load_but_no_added_weight_is(tmp_path):
    log = read(tmp_path, HEVY.replace(",65,10,", ",0,10,").replace(",12.5,5,", ",,5,"))
    assert log.sets[2].load_kg is None
    assert log.sets[4].load_kg == 0.0


def test_the_number_beside_a_rubber_band_is_no_load(tmp_path):
    assert read(tmp_path, HEVY.replace("Pull Up (Weighted)", "Pull Up (Band)")).sets[4].load_kg is None


def test_empty_lines_do_not_matter_but_count(tmp_path):
    spaced = HEVY.replace("\n", "\n\n")
    assert read(tmp_path, spaced).sets == read(tmp_path, HEVY).sets
    assert refusal(tmp_path, spaced.replace(",60,9,", ",60,x,")).line == 5


# What a file does not say is asked for


def test_a_missing_unit_is_asked_for(tmp_path):
    error = refusal(tmp_path, STRONG_OLD)
    assert error.line == 2
    assert "--unit kg or --unit lb" in str(error)
    pounds = read(tmp_path, STRONG_OLD, TrainingLogOptions(unit=WeightUnit.LB))
    assert pounds.sets[0].load_kg == pytest.approx(40 * 0.45359237)


def test_a_unit_that_no_weight_needs_is_not_asked_for(tmp_path):
    lines = STRONG_OLD.splitlines(keepends=True)
    log = read(tmp_path, "".join([lines[0], lines[4]]), SILENT)
    assert log.sets[0].name == "Pull Up"


def test_a_file_that_names_its_unit_is_believed(tmp_path):
    assert read(tmp_path, HEVY, TrainingLogOptions(unit=WeightUnit.LB)).sets == read(tmp_path, HEVY).sets


def test_the_order_of_day_and_month_is_found_or_asked_for(tmp_path):
    either = HEVY.replace("9 Jan 2026", "09/01/2026").replace("7 Jan 2026", "07/01/2026")
    assert "--date-order" in str(refusal(tmp_path, either))
    months = read(tmp_path, either, TrainingLogOptions(day_first=False))
    assert [one.date.month for one in months.sets] == [7, 7, 9, 9, 9]
    proved = HEVY.replace("9 Jan 2026", "01/19/2026").replace("7 Jan 2026", "01/07/2026")
    assert [one.date.day for one in read(tmp_path, proved).sets] == [7, 7, 19, 19, 19]
    both = HEVY.replace("9 Jan 2026", "01/19/2026").replace("7 Jan 2026", "17/01/2026")
    assert "some dates have the day first" in str(refusal(tmp_path, both))


# What is wrong is said with its line


def cut(text, lines, characters=0):
    kept = text.splitlines(keepends=True)[:lines]
    return "".join(kept)[: -characters or None]


def as_excel_saves_it(text):
    return text.replace("Evening", "Après-midi").encode("cp1252")


def repeat(text, times):
    header, *rows = text.splitlines(keepends=True)
    return header + "".join(rows) * times


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", None, "is empty"),
        (b"  \n\n", None, "is empty"),
        (b"PK\x03\x04\x14\x00\x06\x00" * 50, 1, "UTF-8|zero bytes|no export"),
        (bytes(range(256)) * 20, None, "UTF"),
        (HEVY.encode("utf-16")[:-1], None, "UTF-16"),
        (HEVY.encode("utf-32"), None, "UTF-16|zero bytes|no export"),
        (as_excel_saves_it(STRONG_OLD), 2, "not UTF-8"),
        (HEVY.replace('"Lower"', '"Lo\0wer"', 1), 6, "zero bytes"),
        ("t_s,ax_mps2\n0,1\n", 1, "no export of Strong or Hevy"),
        ("<html><body>Sign in</body></html>", 1, "no export"),
        (cut(HEVY, 1), None, "no rows"),
        (cut(STRONG_OLD, 1, 12), None, "no rows|lacks|no export"),
        (HEVY.replace('"reps"', '"repetitions"'), 1, "looks like Hevy but lacks: reps"),
        (STRONG_OLD.replace("Set Order", "Set"), 1, "looks like Strong but lacks: set order"),
        (HEVY.replace('"weight_kg"', '"mass"'), 1, "no column of weights"),
        (HEVY.replace('"rpe"', '"reps"'), 1, "two columns of the same name"),
        (cut(HEVY, 3, 30), 3, "fields|quotation"),
        (cut(STRONG_TODAY, 4, 20), 4, "fields|quotation"),
        (cut(HEVY, 4, 90), 4, "quotation|fields"),
        (HEVY.replace(",60,9,", ",60,9,,,"), 3, "has 16 fields where the header has 14"),
        (HEVY.replace('"Upper","9', '"Upp"er","9', 1), 2, "quotation marks"),
        (HEVY.replace(",65,10,", ",6S,10,"), 2, "'6S' is not a number"),
        (HEVY.replace(",65,10,", ",nan,10,"), 2, "not a number"),
        (HEVY.replace(",65,10,", ",6e5,10,"), 2, "not a number"),
        (HEVY.replace(",65,10,", ",65000,10,"), 2, "65000 kg is no load"),
        (HEVY.replace(",65,10,", "," + "9" * 400 + ",10,"), 2, "is no load"),
        (HEVY.replace(",65,10,", ",-65,10,"), 2, "makes no sense"),
        (HEVY.replace(",65,10,", ',"1,250",10,'), 2, "thousands or thousandths"),
        (HEVY.replace(",65,10,", ",65,ten,"), 2, "'ten' is not a number"),
        (HEVY.replace(",65,10,", ",65,10.5,"), 2, "10.5 reps"),
        (HEVY.replace(",65,10,", ",65,-3,"), 2, "-3 reps"),
        (HEVY.replace(",65,10,", ",65,99999,"), 2, "99999 reps"),
        (HEVY.replace(",0,9.5", ",0,95"), 2, "RPE goes from 1 to 10"),
        (HEVY.replace('"Lat Pulldown (Cable)",,"",0', '" ",,"",0'), 2, "the exercise has no name"),
        (HEVY.replace("7 Jan 2026, 07", "7 Jxn 2026, 07"), 6, "'Jxn' is not a month"),
        (HEVY.replace("7 Jan 2026, 07", "37 Jan 2026, 07"), 6, "does not exist"),
        (HEVY.replace("7 Jan 2026, 07", "7 Jan 2026, 77"), 6, "does not exist"),
        (HEVY.replace("7 Jan 2026, 07", "7 Jan 0026, 07"), 6, "lies in the year 26"),
        (HEVY.replace("7 Jan 2026, 07:48", "yesterday"), 6, "not a date in a known form"),
        (HEVY.replace("7 Jan 2026, 07:48", ""), 6, "not a date"),
        (STRONG_BETWEEN.replace(";kg;", ";st;", 1), 2, "'st' is not a known unit"),
        (STRONG_BETWEEN.replace(";kg;", ";;", 1), 2, "does not say whether weights are in kg or lb"),
        (cut(STRONG_OLD, 1) + STRONG_OLD.splitlines(keepends=True)[5], None, "no set with reps"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, content, line, words):
    error = refusal(tmp_path, content)
    assert any(word in str(error) for word in words.split("|")), str(error)
    if line is not None:
        assert error.line == line


def test_a_file_that_is_missing_a_folder_or_too_large(tmp_path):
    with pytest.raises(ImportFileError, match=r"none\.csv: cannot be read"):
        read_training_log(tmp_path / "none.csv")
    with pytest.raises(ImportFileError, match="cannot be read"):
        read_training_log(tmp_path)
    with pytest.raises(ImportFileError, match="larger than"):
        read(tmp_path, repeat(HEVY, 30), max_bytes=10_000)


# Damage: refused, or read as what the file then says; never anything else


def truncations():
    for name, text in FILES.items():
        data = text.encode()
        for part in range(1, 12):
            yield pytest.param(data[: len(data) * part // 12], id=f"{name}-cut-{part}")


def flips():
    for name, text in FILES.items():
        for seed in range(25):
            rng = random.Random(f"{name}{seed}")
            data = bytearray(repeat(text, 3).encode())
            for _ in range(rng.choice((1, 1, 3, 20))):
                data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
            yield pytest.param(bytes(data), id=f"{name}-flip-{seed}")


def wrong_encodings():
    for name, text in FILES.items():
        data = text.replace("Pull", "Zug Rücken").replace("Lower", "Unterkörper").encode("utf-16")
        for number, damaged in enumerate((data[1:], data[2:-1], data[:-3], b"\xef\xbb\xbf" + data)):
            yield pytest.param(damaged, id=f"{name}-encoding-{number}")


def shuffled_columns():
    for name, text in FILES.items():
        for seed in range(5):
            rng = random.Random(f"{name}{seed}")
            lines = text.encode().split(b"\n")
            at = rng.randrange(1, len(lines) - 1)
            fields = lines[at].split(b";" if b";" in lines[0] else b",")
            rng.shuffle(fields)
            lines[at] = b",".join(fields)
            yield pytest.param(b"\n".join(lines), id=f"{name}-shuffled-{seed}")


def attempt(tmp_path, content):
    """Read a file; give the log, or the refusal."""
    try:
        return read(tmp_path, content), ""
    except ImportFileError as error:
        return None, str(error)


def numbers_in(text):
    """Every number of a text, a comma read as a decimal mark and as a delimiter."""
    found = re.findall(r"\d+", text) + re.findall(r"\d+[.,]\d+", text)
    return {float(number.replace(",", ".")) for number in found}


@pytest.mark.parametrize("damaged", [*truncations(), *flips(), *wrong_encodings(), *shuffled_columns()])
def test_a_damaged_file_is_refused_or_read_as_what_it_says(tmp_path, damaged):
    log, refused = attempt(tmp_path, damaged)
    if log is None:
        assert refused.startswith("log.csv")
        assert "\n" not in refused
        assert len(refused) < 600
        return
    text = damaged.decode("utf-16" if damaged[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    said = numbers_in(text)
    loads_kg = {number * factor for number in said for factor in (1, 0.45359237)}
    assert len(log.sets) + sum(log.skipped.values()) <= text.count("\n") + 1
    for one in log.sets:
        assert one.reps in said
        assert one.date.year in said
        assert not one.load_kg or min(abs(abs(one.load_kg) - load) for load in loads_kg) < 1e-9


def test_the_damage_is_neither_always_fatal_nor_always_harmless(tmp_path):
    refused = [attempt(tmp_path, parameter.values[0])[0] is None for parameter in flips()]
    assert 0.2 * len(refused) < sum(refused) < 0.9 * len(refused)


def test_a_file_cut_between_two_rows_gives_the_rows_before(tmp_path):
    whole = read(tmp_path, STRONG_TODAY)
    assert read(tmp_path, cut(STRONG_TODAY, 3)).sets == whole.sets[:2]
