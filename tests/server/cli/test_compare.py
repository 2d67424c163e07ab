"""``upright compare``: simulated sensors and instruments of one lifter, tables of reps, bar paths."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analysis import Mount, MountPosition, SetLabel
from firmware_sim.air import Air
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import single_set
from firmware_sim.simulator import start_sensors
from ingest.ble import BleSource
from ingest.bumble_host import close_host, register_in_process
from ingest.companions import Membership, SessionClock
from ingest.instrument_recording import read_instrument
from ingest.scaled_loop import run_scaled
from server.companion import Companion
from server.live_session import LiveSession, SessionSink

DATA = Path(os.environ.get("UPRIGHT_DATA", Path(__file__).parents[3] / ".." / "shared" / "data"))
SPEED = 5.0
TRANSPORT = "inproc:test-compare"
SCENARIO = single_set("back_squat", 5, 120.0, seed=21)
REPS = SCENARIO.sets[0].reps


@dataclass(frozen=True)
class Session:
    """Recordings of one session: bar, instrument, second sensor."""

    bar: Path
    instrument: Path
    second: Path


async def record_together(folder):
    """Record a sensor, an OpenBarbell and a second sensor of one lifter, as ``record --also`` does."""
    air = Air(RadioModel(interval_s=0.015, packet_error_fraction=0.02))
    register_in_process("test-compare", lambda: air.port("collector"))
    sensors = await start_sensors(air, [SCENARIO], ["native", "openbarbell", "native"], together=True)
    sources = [BleSource(address=sensor.address, transport=TRANSPORT) for sensor in sensors]
    bar = Membership(SessionClock.now())
    beside = [
        Companion(source, folder / role, bar.companion(role))
        for source, role in zip(sources[1:], ("reference", "second"), strict=True)
    ]
    session = LiveSession(
        sources[0],
        None,
        folder / "bar",
        SessionSink(None, None),
        mount=Mount(MountPosition.SHAFT, SCENARIO.bar_axis, SCENARIO.lever_m),
        membership=bar,
        companions=beside,
    )
    (folder / "bar").mkdir()
    running = asyncio.create_task(session.run())
    await asyncio.sleep(0)
    await session.label(SetLabel("back_squat", 120.0))
    await asyncio.wait([running], timeout=SCENARIO.duration_s + 15.0)
    sources[0].stop()
    await running
    started = {sensor.lifter_started_s for sensor in sensors}
    for sensor in sensors:
        await sensor.stop()
    await close_host(TRANSPORT)
    await air.close()
    assert len(started) == 1
    assert None not in started


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    folder = tmp_path_factory.mktemp("together")
    run_scaled(record_together(folder), SPEED)
    paths = (next((folder / role).glob("*.mcap")) for role in ("bar", "reference", "second"))
    return Session(*paths)


def words(text):
    return " ".join(text.split())


def document_of(upright, *options):
    done = upright("compare", *options, "--json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def test_a_sensor_and_an_instrument_of_one_session_are_paired_by_time(upright, together):
    document = document_of(upright, together.bar, together.instrument)
    assert document["schema"] == "upright.comparison/1"
    assert document["paired_by"] == "time"
    assert document["pairs"] == [{"measured": i, "reference": i} for i in range(len(REPS))]
    assert document["alone_measured"] == document["alone_reference"] == []
    # One clock: what is left is the first ticks of the string, 3 to 5 mm of a slow beginning, and the radio.
    assert abs(document["start_times_s"]["mean_difference"]) < 0.2
    found = document["agreement"]
    assert set(found) == {"mean_velocity_mps", "peak_velocity_mps", "range_of_motion_m"}
    # docs/sensors/openbarbell.md: its mean is 0.85 to 1.07 of ours by definition, peak and range to 1-4 %.
    mean = np.mean([rep.mean_concentric_velocity_mps for rep in REPS])
    assert abs(found["mean_velocity_mps"]["mean_difference"]) < 0.1 * mean
    assert found["mean_velocity_mps"]["sd_of_differences"] < 0.03
    assert abs(found["peak_velocity_mps"]["mean_difference"]) < 0.03
    assert abs(found["range_of_motion_m"]["mean_difference"]) < 0.03


def test_a_comparison_is_told_in_words_and_drawn(upright, together, tmp_path):
    out = tmp_path / "agreement.svg"
    done = upright("compare", together.bar, together.instrument, "--plot", out)
    assert (done.code, done.err) == (0, "")
    said = words(done.out)
    assert "OpenBarbell V3 OB 0002" in said
    assert "5 reps paired by the time at which they were made" in said
    assert "Mean velocity: " in said
    assert "leaves out what is slower than 21 mm/s" in said
    assert "5 pairs of one lifter say little" in said
    assert out.stat().st_size > 10_000


def test_two_sensors_on_one_bar_are_compared_in_drift_too(upright, together):
    axis = ",".join(str(component) for component in SCENARIO.bar_axis)
    lever = ",".join(str(component) for component in SCENARIO.lever_m)
    options = ("--reference-bar-axis", axis, "--reference-lever-m", lever)
    document = document_of(upright, together.bar, together.second, *options)
    assert document["paired_by"] == "time"
    assert len(document["pairs"]) == len(REPS)
    found = document["agreement"]
    # Two sensors of one radio agree in time to the fit of their clocks: docs, 3 ms.
    assert abs(found["mean_velocity_mps"]["mean_difference"]) < 0.02
    assert abs(document["start_times_s"]["mean_difference"]) < 0.02
    # Each drift has a standard deviation of some 10 mm.
    assert abs(found["forward_drift_m"]["mean_difference"]) < 0.03
    assert "drift mm" in upright("compare", together.bar, together.second, *options).out


def test_what_an_instrument_reported_has_times(together):
    recording = read_instrument(together.instrument)
    assert recording is not None
    assert [one.rep.index for one in recording.reps] == [1, 2, 3, 4, 5]
    for one, true in zip(recording.reps, REPS, strict=True):
        took_s = true.concentric_end_s - true.concentric_start_s
        assert took_s < one.reported_s - one.begun_s < took_s + 3.0  # until the bar goes down again
    assert read_instrument(together.bar) is None


def vitruve(path, means, load_kg=120.0, sets=1):
    """Write a table of reps as Vitruve does."""
    header = "Exercise,Workout Date,# Set,# Rep.,Type*,Mean Propulsive Velocity (m/s),Mean Velocity (m/s),"
    lines = [header + "Peak Velocity (m/s),ROM (Range of Motion) (m),Weight (kg)"]
    for number in range(1, sets + 1):
        for rep, mean in enumerate(means, 1):
            values = f"{mean + 0.02:.4f},{mean:.4f},{1.6 * mean:.4f},0.55,{load_kg}"
            lines.append(f"Squat,01/02/2026,{number},{rep},concentric,{values}")
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


def squat_means(squats):
    return [rep.mean_concentric_velocity_mps for rep in squats.truths]


def measured_by(squats):
    return (
        squats.csv,
        "--bar-axis",
        squats.bar_axis,
        "--lever-m",
        squats.lever_m,
        "--exercise",
        "back_squat",
    )


def test_a_table_of_reps_is_paired_by_order_and_its_bias_found(upright, squats, tmp_path):
    file, *options = measured_by(squats)
    table = vitruve(tmp_path / "v.csv", [mean - 0.05 for mean in squat_means(squats)])
    document = document_of(upright, file, table, *options)
    assert document["paired_by"] == "order"
    assert document["start_times_s"] is None
    # The estimate's own error is 3 mm/s.
    assert document["agreement"]["mean_velocity_mps"]["mean_difference"] == pytest.approx(0.05, abs=0.01)


def test_what_import_keeps_is_found_by_its_name_and_its_id(upright, refused, squats, tmp_path):
    file, *options = measured_by(squats)
    table, data_dir = vitruve(tmp_path / "v.csv", squat_means(squats)), tmp_path / "data"
    assert upright("import", table, "--data-dir", data_dir).code == 0
    (kept,) = (data_dir / "references").iterdir()
    for name in ("v.csv", kept.name[:8], str(kept)):
        document = document_of(upright, file, name, *options, "--data-dir", data_dir)
        assert len(document["pairs"]) == 3
    line = refused("compare", file, "w.csv", *options, "--data-dir", data_dir)
    assert "There is no file 'w.csv' to compare with" in line
    assert f"{kept.name[:8]} (v.csv)" in line


def test_counts_that_differ_are_never_shifted_in_silence(upright, refused, squats, tmp_path):
    file, *options = measured_by(squats)
    means = squat_means(squats)
    table = vitruve(tmp_path / "v.csv", [0.3, *means])
    line = refused("compare", file, table, *options)
    assert "3 repetitions measured, 4 in the reference" in line
    assert "--skip-reference" in line
    done = upright("compare", file, table, *options, "--skip-reference", "1")
    assert done.code == 0
    assert "3 reps paired by order" in words(done.out)
    assert "Without a partner: rep 1 of Vitruve (v.csv)." in words(done.out)
    assert "has repetitions 1 to 3, no 9" in refused("compare", file, table, *options, "--skip-measured", "9")


def test_a_set_of_the_reference_is_chosen(upright, refused, squats, tmp_path):
    file, *options = measured_by(squats)
    table = vitruve(tmp_path / "v.csv", squat_means(squats), load_kg=60.0, sets=2)
    assert "with --reference-set: 1 (01/02/2026, Squat, set 1, 3 reps)" in refused(
        "compare", file, table, *options
    )
    done = upright("compare", file, table, *options, "--reference-set", "2", "--load-kg", "120")
    assert done.code == 0
    assert "The loads differ (120 kg against 60 kg)" in words(done.out)
    assert "has no set '5'" in refused("compare", file, table, *options, "--reference-set", "5")


def test_a_bar_path_is_compared(upright, squats, tmp_path):
    scenario = single_set("back_squat", 3, 120.0, seed=5)  # the lifting of `squats`
    t_s = np.arange(0.0, scenario.duration_s, 1 / 60)
    height_m = scenario.axis_point(t_s).position_m[:, 2]
    path = tmp_path / "path.csv"
    pl.DataFrame(
        {
            "Time": t_s,
            "X_pix": np.zeros_like(t_s),
            "Y_pix": 500 - 300 * height_m,
            "X_m": np.zeros_like(t_s),
            "Y_m": height_m,
        }
    ).write_csv(path)
    file, *options = measured_by(squats)
    document = document_of(upright, file, path, *options)
    assert document["reference"]["kind"] == "path"
    assert abs(document["agreement"]["mean_velocity_mps"]["mean_difference"]) < 0.01
    assert abs(document["agreement"]["range_of_motion_m"]["mean_difference"]) < 0.02


def test_what_cannot_be_compared_is_told(upright, refused, squats, tmp_path):
    file, *options = measured_by(squats)
    assert "no clock that others share" in refused(
        "compare", file, vitruve(tmp_path / "v.csv", [0.5] * 3), *options, "--by", "time"
    )
    assert "no such file" in refused("compare", tmp_path / "none.csv", file)
    assert "unknown kind of file" in refused("compare", file, _text(tmp_path / "x.csv"), *options)
    assert upright("compare", file, file, "--by", "luck").code == 2
    assert upright("compare", file, file, "--skip-measured", "a").code == 2


def _text(path):
    path.write_text("hello\n", encoding="utf-8")
    return path


@pytest.mark.skipif(not (DATA / "watch-lpt").is_dir(), reason="the recordings of UPRIGHT_DATA are not here")
def test_a_real_set_of_rows_against_its_transducer(upright):
    watch = DATA / "watch-lpt" / "watch" / "20260615-ROW-2_watch.csv.gz"
    table = DATA / "vendor-exports" / "vitruve" / "20260615-ROW_vitruve.csv"
    options = ("--mount", "wrist", "--exercise", "bent_over_row", "--reference-set", "2")
    document = document_of(upright, watch, table, *options)
    assert len(document["pairs"]) == 10
    found = document["agreement"]["mean_velocity_mps"]
    # README: 0.065 m/s over all rows on the wrist.
    assert found["rmse"] < 0.09
    assert found["correlation"] > 0.6
