"""Reps and bar paths of other instruments."""

import json

import numpy as np
import pytest

from tests.ingest import import_samples_reference as samples
from tests.ingest.import_samples_b import SAMPLES
from tests.ingest.import_tables import save
from tests.ingest.importing import DATA, bar, needs_data, real, reference, refused


@pytest.mark.parametrize("name", ["vitruve", "openbarbell"])
def test_reference_reps_come_back_in_their_sets(tmp_path, name):
    found = reference(SAMPLES[name](tmp_path))
    assert [rep.rep_index for rep in found.reps] == [0, 1, 2, 0, 1, 2]
    assert [rep.mean_velocity_mps for rep in found.reps] == [mean for mean, *_ in samples.REPS * 2]
    assert [rep.peak_velocity_mps for rep in found.reps] == [peak for _, _, peak, _ in samples.REPS * 2]
    assert [rep.range_of_motion_m for rep in found.reps] == [reach for *_, reach in samples.REPS * 2]
    loads_kg = np.repeat(samples.LOADS_KG, 3).tolist()
    assert [rep.load_kg for rep in found.reps] == pytest.approx(loads_kg, rel=1e-6)
    assert len({rep.set_name for rep in found.reps}) == 2


def test_vitruve_in_pounds_and_with_eccentric_rows(tmp_path):
    path = samples.vitruve(tmp_path, "Weight (lb)", 1 / 0.45359237)
    path.write_text(path.read_text().replace("1,2,concentric", "1,2,eccentric").replace(",0.6,", ",,"))
    found = reference(path)
    assert [rep.load_kg for rep in found.reps] == pytest.approx([60, 60, 62.5, 62.5, 62.5], rel=1e-4)
    assert [rep.mean_velocity_mps for rep in found.reps] == [0.62, None, 0.62, 0.65, None]
    assert "1 rows that are no concentric rep" in found.notes[0]


def test_names_and_addresses_of_athletes_are_not_taken(tmp_path):
    assert "a@b" not in repr(reference(samples.vitruve(tmp_path)))


def test_impossible_values_of_openbarbell_are_none_and_removed_reps_go(tmp_path):
    state = samples.openbarbell_state()
    first, second = state.values()
    first["reps"][0]["data"][2] = "Infinity"
    first["reps"][1]["data"][2] = "299792458"
    first["reps"][2]["data"][3] = "9001"
    second["reps"][0]["removed"] = True
    second["reps"][1]["isValid"] = False
    second["reps"].append({"data": "x"})
    second["metric"] = "stones"
    found = reference(save(tmp_path, "a.json", json.dumps(list(state.values()))))
    assert [rep.mean_velocity_mps for rep in found.reps] == [None, None, 0.6, 0.6]
    assert [rep.range_of_motion_m is None for rep in found.reps] == [False, False, True, False]
    assert found.reps[-1].load_kg is None
    assert any("3 reps" in note for note in found.notes)
    assert any("3 impossible" in note for note in found.notes)


@pytest.mark.parametrize(
    ("name", "rate_hz", "scale"),
    [
        ("wl-analysis", 24.0, 1.0),
        ("kinovea", 30.0, 100.0),
        ("kinovea text", 25.0, 100.0),
        ("aruco-path", 20.0, 1.0),
    ],
)
def test_a_bar_path_comes_back_with_up_positive(tmp_path, name, rate_hz, scale):
    path = bar(SAMPLES[name](tmp_path))
    t_s, across, up = samples.bar_points(rate_hz, path.t_s[-1] + 1 / rate_hz)
    np.testing.assert_allclose(path.t_s, t_s[: len(path.t_s)], atol=0.006)  # hundredths of a second
    step = 0.006 * scale
    np.testing.assert_allclose(path.x_m, scale * across, atol=step)
    np.testing.assert_allclose(path.y_m - path.y_m[0], scale * (up - up[0]), atol=2 * step)
    assert path.scale_known is (scale == 1.0)


def change_lines(path, change):
    """Write a table anew with each line after the header changed."""
    head, *lines = path.read_text().splitlines()
    path.write_text("\n".join([head, *(change(n, line.split(";")) for n, line in enumerate(lines))]))


def test_times_that_a_spreadsheet_program_damaged_are_mended_where_frames_prove_it(tmp_path):
    def damage(n, fields):
        time = fields[0]
        if n == 61:
            time = "02. Mrz"  # 2.03
        elif time >= "1":
            time = f"{float(time) * 1000:.0f}"
        return ";".join([time, *fields[1:]])

    path = samples.kinovea(tmp_path)
    change_lines(path, damage)
    found = bar(path)
    t_s, *_ = samples.bar_points(30.0, 3.0)
    np.testing.assert_allclose(found.t_s, np.delete(t_s, 61), atol=0.001)
    assert any("59 times had lost their decimal point" in note for note in found.notes)
    assert any("made dates of them" in note for note in found.notes)


def test_milliseconds_are_told_from_seconds_by_the_steps_of_frames(tmp_path):
    path = samples.kinovea(tmp_path)
    seconds = bar(path)
    change_lines(path, lambda _, fields: ";".join([str(1000 * float(fields[0] or "nan")), *fields[1:]]))
    np.testing.assert_allclose(bar(path).t_s, seconds.t_s, atol=1e-9)


def test_a_path_of_frames_has_no_time(tmp_path):
    path = samples.kinovea(tmp_path)
    change_lines(path, lambda n, fields: ";".join([str(n), *fields[1:]]))
    refused(path, "neither seconds nor milliseconds")


def test_a_video_on_its_side_is_said(tmp_path):
    path = samples.kinovea(tmp_path)
    change_lines(path, lambda _, fields: ";".join([fields[0], fields[2], fields[1], *fields[3:]]))
    assert "lay on its side" in " ".join(bar(path).notes)


def test_frame_numbers_that_contradict_the_times_are_refused(tmp_path):
    path = samples.wl_analysis(tmp_path)
    head, table = path.read_text().split("\nFrame number")
    lines = table.split("\n")
    lines[300:] = [line.replace(",12,", ",19,").replace(",13,", ",19,") for line in lines[300:]]
    path.write_text(head + "\nFrame number" + "\n".join(lines))
    refused(path, "frame numbers contradict")


@pytest.mark.parametrize("path", [real("vendor-exports/vitruve/20260615-ROW_vitruve.csv")])
def test_a_real_vitruve_table(path):
    found = reference(path)
    assert len(found.reps) == 52
    assert len({rep.set_name for rep in found.reps}) == 5
    assert all(rep.mean_velocity_mps and rep.range_of_motion_m and rep.load_kg for rep in found.reps)


@pytest.mark.parametrize(
    "path", [pytest.param(DATA / "lpt-velocity-profiles/TestData.json", marks=needs_data)]
)
def test_a_real_openbarbell_state(path):
    found = reference(path)
    assert len(found.reps) == 162
    velocities = [rep.mean_velocity_mps for rep in found.reps if rep.mean_velocity_mps is not None]
    assert len(velocities) == 160  # one is infinite, one the speed of light
    assert 0.05 < min(velocities) < max(velocities) < 2


@pytest.mark.parametrize(
    ("path", "duration_s", "farthest_m", "at_s"),
    [
        # The app's own summary gives the time of the farthest point in ms, where the table has whole seconds.
        pytest.param(
            DATA / "vendor-exports/wl_analysis/20260527-SQ-1_wl_analysis.txt.gz",
            44.8,
            -0.79,
            30.233,
            marks=needs_data,
        ),
        pytest.param(
            DATA / "vendor-exports/wl_analysis/20260529-DL-1_wl_analysis.txt.gz",
            35.4,
            0.64,
            13.883,
            marks=needs_data,
        ),
    ],
)
def test_a_real_path_of_wl_analysis_keeps_the_time_of_its_summary(path, duration_s, farthest_m, at_s):
    found = bar(path)
    assert found.t_s[-1] == pytest.approx(duration_s, abs=0.1)
    farthest = found.t_s[np.abs(found.y_m - farthest_m) < 0.006]
    assert np.abs(farthest - at_s).min() < 0.042  # one frame


@pytest.mark.parametrize("path", [real("vendor-exports/snatch_trajectory_kinovea_semicolon.csv")])
def test_a_real_path_of_kinovea_that_a_spreadsheet_program_damaged(path):
    found = bar(path)
    assert not found.scale_known
    assert found.t_s[-1] == pytest.approx(3.96, abs=0.01)
    steps_s = np.diff(found.t_s)
    assert np.median(steps_s) == pytest.approx(0.034, abs=0.001)
    assert steps_s.max() < 0.07  # where a date was
    assert "lay on its side" in " ".join(found.notes)


@pytest.mark.parametrize(
    "path",
    [
        real("vendor-exports/smartclips/220131-213734_backsquat.csv"),
        real("vendor-exports/smartclips/220305-153233_backsquat.csv"),
    ],
)
def test_a_real_aruco_path_is_turned_over(path):
    found = bar(path)
    assert found.scale_known
    assert np.ptp(found.y_m) == pytest.approx(1.3, abs=0.2)
    assert found.y_m.max() <= 0
