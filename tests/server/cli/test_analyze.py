from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analysis import BarAxis, Mount, MountPosition
from server.cli.analyze import set_mounts
from tests.server.cli.conftest import run_process
from tests.server.lifting import make_set

NUMBER = (int, float)
MAYBE_NUMBER = (int, float, type(None))
REP = {
    "index": int,
    "start_s": NUMBER,
    "concentric_start_s": NUMBER,
    "concentric_end_s": NUMBER,
    "end_s": MAYBE_NUMBER,
    "mean_concentric_velocity_mps": NUMBER,
    "mean_concentric_velocity_sd_mps": NUMBER,
    "peak_concentric_velocity_mps": NUMBER,
    "peak_concentric_velocity_sd_mps": NUMBER,
    "mean_propulsive_velocity_mps": NUMBER,
    "range_of_motion_m": NUMBER,
    "range_of_motion_sd_m": NUMBER,
    "forward_drift_m": MAYBE_NUMBER,
    "forward_drift_sd_m": MAYBE_NUMBER,
    "max_forward_m": MAYBE_NUMBER,
    "quality": {"state": str, "reasons": list},
}
CONTRACT = {
    "schema": str,
    "algorithm": str,
    "recording": {
        "sample_rate_hz": NUMBER,
        "duration_s": NUMBER,
        "samples": int,
        "lost_samples": int,
        "clipped_samples": int,
        "gaps": [{"start_s": NUMBER, "end_s": NUMBER}],
    },
    "sets": [
        {
            "index": int,
            "exercise": (str, type(None)),
            "load_kg": MAYBE_NUMBER,
            "start_s": NUMBER,
            "end_s": NUMBER,
            "reps": [REP],
            "rejected": list,
            "velocity_loss_fraction": MAYBE_NUMBER,
            "stability": dict,
            "bar_axis": {"axis": (list, type(None)), "sd_rad": MAYBE_NUMBER, "source": str},
        }
    ],
    "trend": dict,
}
"""Section 7 of the design: fields may be added, not renamed."""
TRAJECTORY = [
    "t_s",
    "x_m",
    "y_m",
    "z_m",
    "vx_mps",
    "vy_mps",
    "vz_mps",
    "x_sd_m",
    "z_sd_m",
    "qw",
    "qx",
    "qy",
    "qz",
    "y_sd_m",
    "xy_cov_m2",
    "xz_cov_m2",
    "yz_cov_m2",
    "vx_sd_mps",
    "vy_sd_mps",
    "vz_sd_mps",
]
HEADER = "t_s,ax_mps2,ay_mps2,az_mps2,gx_radps,gy_radps,gz_radps"


def check(value, contract, where="document"):
    """Compare a document with the contract, field by field."""
    if isinstance(contract, dict):
        for key, inner in contract.items():
            assert key in value, f"{where} lacks {key}"
            check(value[key], inner, f"{where}.{key}")
    elif isinstance(contract, list):
        assert isinstance(value, list), where
        for index, item in enumerate(value):
            check(item, contract[0], f"{where}[{index}]")
    else:
        assert isinstance(value, contract), f"{where} is {value!r}"
        assert not isinstance(value, bool), where


def parse(text):
    """Parse JSON as strictly as the contract asks: no NaN, no infinity."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the document"))


def test_a_recording_gives_the_document_of_the_contract(upright, squats):
    done = upright("analyze", squats.mcap, "--json")
    assert (done.code, done.err) == (0, "")
    document = parse(done.out)
    check(document, CONTRACT)
    assert document["schema"] == "upright.analysis/1"
    (only,) = document["sets"]
    assert (only["exercise"], only["load_kg"]) == ("back_squat", 120.0)
    assert document["recording"]["lost_samples"] == 0


def test_the_numbers_are_those_of_the_simulated_motion(upright, squats):
    (only,) = parse(upright("analyze", squats.mcap, "--json").out)["sets"]
    assert len(only["reps"]) == len(squats.truths)
    for found, true in zip(only["reps"], squats.truths, strict=True):
        error = found["mean_concentric_velocity_mps"] - true.mean_concentric_velocity_mps
        # Four standard deviations: with three reps chance alone stays below it 99.98 % of the time.
        assert abs(error) < 4 * found["mean_concentric_velocity_sd_mps"] + 0.005
        assert abs(found["forward_drift_m"] - true.forward_drift_m) < 4 * found["forward_drift_sd_m"] + 0.005


def test_a_table_gives_what_the_recording_of_the_same_motion_gives(upright, squats):
    options = ("--exercise", "back_squat", "--load-kg", "120", "--mount", "shaft")
    options += (f"--bar-axis={squats.bar_axis}", f"--lever-m={squats.lever_m}", "--json")
    document = parse(upright("analyze", squats.csv, *options).out)
    check(document, CONTRACT)
    (imported,), (recorded,) = (
        document["sets"],
        parse(upright("analyze", squats.mcap, "--json").out)["sets"],
    )
    for one, other in zip(imported["reps"], recorded["reps"], strict=True):
        for field in ("mean_concentric_velocity_mps", "range_of_motion_m", "forward_drift_m"):
            # The same samples on clocks that differ by some 10 ppm.
            assert one[field] == pytest.approx(other[field], abs=1e-3)


def test_without_a_bar_axis_drift_has_no_value(upright, squats):
    (only,) = parse(upright("analyze", squats.csv, "--exercise", "back_squat", "--json").out)["sets"]
    assert {rep["forward_drift_m"] for rep in only["reps"]} == {None}


def test_without_a_bar_axis_one_is_found_and_said_how_to_state(upright, squats):
    done = upright("analyze", squats.csv, "--exercise", "back_squat", "--json")
    found = parse(done.out)["sets"][0]["bar_axis"]
    true = np.array([float(part) for part in squats.bar_axis.split(",")])
    assert found["source"] == "data"
    assert abs(np.dot(found["axis"], true)) > np.cos(4 * found["sd_rad"])
    assert "--bar-axis=" in found["reason"]
    table = upright("analyze", squats.csv, "--exercise", "back_squat").out
    assert "bar axis" in table
    assert "found from the motion" in " ".join(table.split())


def test_a_stated_bar_axis_is_not_remarked_upon(upright, squats):
    done = upright("analyze", squats.mcap, "--json")
    axis = parse(done.out)["sets"][0]["bar_axis"]
    assert (axis["source"], axis["sd_rad"], axis["reason"]) == ("stated", None, None)
    assert "bar axis" not in upright("analyze", squats.mcap).out


def test_the_trajectory_without_a_bar_axis_is_that_with_one_but_for_the_sign(upright, squats, tmp_path):
    lever = f"--lever-m={squats.lever_m}"
    tables = []
    for number, options in enumerate(((), (f"--bar-axis={squats.bar_axis}",))):
        out = tmp_path / f"{number}.parquet"
        upright("analyze", squats.csv, "--exercise", "back_squat", lever, *options, "--trajectory", out)
        tables.append(pl.read_parquet(out))
    found, stated = tables
    reach_m = stated["x_m"].abs().max()
    signs = [np.sign((found[name] * stated[name]).sum()) for name in ("x_m", "y_m")]
    assert signs[0] == signs[1] != 0  # forward and left change their signs together
    for name in ("x_m", "y_m"):
        assert (found[name] * signs[0] - stated[name]).abs().max() < 0.07 * reach_m + 1e-3  # 4 degrees
    assert (found["z_m"] - stated["z_m"]).abs().max() < 1e-9


def test_found_signs_agree_from_set_to_set():
    axes = [(0.7, -0.714, 0.0), None, (-0.7, 0.714, 0.01), (0.714, -0.7, 0.0)]
    sets = [replace(make_set(k), bar_axis=BarAxis(axis)) for k, axis in enumerate(axes)]
    mounts = set_mounts(sets, Mount(MountPosition.SLEEVE))
    assert mounts[1] == Mount(MountPosition.SLEEVE)
    for k in (0, 2, 3):
        x, y, _ = mounts[k].bar_axis or (0.0, 0.0, 0.0)
        assert x > 0.6
        assert y < -0.6
    stated = Mount(bar_axis=(0.0, 1.0, 0.0))
    assert set(set_mounts(sets, stated).values()) == {stated}


def test_missing_rows_are_lost_samples(upright, squats, tmp_path):
    lines = squats.csv.read_text().splitlines(keepends=True)
    thinned = tmp_path / "thinned.csv"
    thinned.write_text("".join(lines[:1001] + lines[1041:]))
    document = parse(upright("analyze", thinned, "--json").out)
    (gap,) = document["recording"]["gaps"]
    assert document["recording"]["lost_samples"] == gap["missing"] == 40
    assert gap["end_s"] - gap["start_s"] == pytest.approx(41 / 200, rel=0.01)


def test_the_trajectory_has_its_columns_and_starts_at_the_first_rep(upright, squats, tmp_path):
    out = tmp_path / "path.parquet"
    done = upright("analyze", squats.mcap, "--json", "--trajectory", out)
    first_s = parse(done.out)["sets"][0]["reps"][0]["start_s"]
    table = pl.read_parquet(out)
    assert table.columns == [*TRAJECTORY, "set_index"]
    assert set(table.select(TRAJECTORY).dtypes) == {pl.Float64}
    assert set(table["set_index"]) == {0}
    assert table["t_s"].is_sorted()
    origin = table.filter((pl.col("t_s") - first_s).abs() < 0.003)
    assert abs(origin["z_m"][0]) < 0.003
    assert np.hypot(*table.select("qw", "qx").to_numpy().T).max() <= 1 + 1e-9
    assert (table["x_sd_m"] >= 0).all()  # 0 at the origin itself


def test_a_table_for_people_is_printed_without_json(squats):
    done = run_process("analyze", squats.mcap)
    assert (done.code, done.err) == (0, "")
    assert "Set 1 back squat 120 kg" in done.out
    assert "0 lost" in done.out


def test_a_truncated_recording_is_analysed_as_far_as_it_goes_and_says_so(upright, squats, tmp_path):
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(squats.mcap.read_bytes()[: squats.mcap.stat().st_size * 6 // 10])
    done = upright("analyze", cut)
    assert done.code == 0
    assert "the recorder was interrupted" in " ".join(done.out.split())


def test_a_recording_cut_within_its_header_is_refused(refused, squats, tmp_path):
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(squats.mcap.read_bytes()[:30])
    assert "cut.mcap: is not a recording of Upright, or its header is lost" in refused("analyze", cut)


ROW = "0.{:03d},0,0,9.81,0,0,0"
BAD_TABLES = {
    "columns": ("t_s,ax_mps2,ay_mps2\n0,0,0\n", "line 1: columns are missing: az_mps2"),
    "nan": (f"{HEADER}\n{ROW.format(0)}\n0.005,0,nan,9,0,0,0\n", "line 3: column ay_mps2 holds 'nan'"),
    "text": (f"{HEADER}\n0,0,abc,9.8,0,0,0\n", "line 2: column ay_mps2 holds 'abc'"),
    "nothing": (f"{HEADER}\n0,0,,9.8,0,0,0\n", "line 2: column ay_mps2"),
    "backwards": (
        "\n".join([HEADER, ROW.format(0), ROW.format(9), ROW.format(5)]) + "\n",
        "line 4: time does not increase",
    ),
    "empty": ("", "is empty; expected the header t_s"),
    "header_only": (f"{HEADER}\n", "has a header and no samples"),
    "short": ("\n".join([HEADER, ROW.format(0), ROW.format(5)]) + "\n", "is too short"),
}


@pytest.mark.parametrize("name", BAD_TABLES)
def test_a_bad_table_is_refused_with_the_line_and_the_reason(name, refused, tmp_path):
    text, message = BAD_TABLES[name]
    table = tmp_path / f"{name}.csv"
    table.write_text(text)
    line = refused("analyze", table)
    assert f"{name}.csv" in line
    assert message in line


def test_other_files_are_refused(refused, tmp_path):
    unknown, empty = tmp_path / "notes.docx", tmp_path / "empty.mcap"
    unknown.write_text("hello")
    empty.touch()
    assert "notes.docx: unknown kind of file; expected a recording (.mcap)" in refused("analyze", unknown)
    assert "nowhere.csv: no such file" in refused("analyze", tmp_path / "nowhere.csv")
    assert "empty.mcap: is empty" in refused("analyze", empty)


def test_an_unknown_exercise_is_refused_with_those_that_are_known(refused, squats):
    line = refused("analyze", squats.mcap, "--exercise", "curl")
    assert "unknown exercise 'curl'; known are: back_squat, " in line


def test_a_trajectory_that_cannot_be_written_is_told(refused, squats, tmp_path):
    line = refused("analyze", squats.mcap, "--trajectory", tmp_path / "nowhere" / "path.parquet")
    assert "path.parquet: cannot be written" in line


def test_the_whole_process_ends_with_one_line_and_no_traceback(tmp_path):
    done = run_process("analyze", tmp_path / "nowhere.mcap")
    assert (done.code, done.out) == (1, "")
    assert done.err == "upright: nowhere.mcap: no such file\n"
