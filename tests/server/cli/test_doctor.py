"""``upright doctor FILE``: sentences for people, a document for programs, a picture for both."""

from __future__ import annotations

import json
import re

import numpy as np
import polars as pl
import pytest

from analysis.checkup import check_up
from analysis.imu import ImuBlock, SensorInfo
from ingest.imports.imu_csv import COLUMNS
from ingest.items import StreamCounts
from ingest.replay import open_recording
from server.checkup_plot import MAX_POINTS, draw_checkup
from server.checkup_words import findings, in_one_line
from server.examining import Examined, examine
from server.plotting import save
from tests.analysis.test_checkup import lifted, whole, with_gaps


@pytest.fixture
def told(upright):
    """What the command says of a file, in one line."""

    def run(*options):
        done = upright("doctor", *options)
        assert (done.code, done.err) == (0, "")
        return " ".join(done.out.split())

    return run


def table_of(path, items):
    rows = [
        np.column_stack([one.t_s, one.specific_force_mps2, one.gyro_radps])
        for one in items
        if isinstance(one, ImuBlock)
    ]
    pl.DataFrame(np.concatenate(rows), schema=list(COLUMNS)).write_csv(path)
    return path


def test_a_recording_is_explained(told, squats):
    words = told(squats.mcap)
    for what in (
        r"mcap of .* UTC, sensor BMI270: \d+ samples in",
        r"\d+\.\d+ Hz measured, 200 Hz stated",
        r"\d+ packets, one every 50 ms",
        "All were understood",
        "gaps None",
        "clipping None",
        r"2 still periods of a second or more",
        r"m/s² at rest, .* in 1 orientation",
        r"Accelerometer \d+ µg/√Hz, as data sheets of such sensors say",
        r"gyro bias [+-]\d",
        r"Stated: shaft. Suspected: shaft or sleeve .* Bar along",
    ):
        assert re.search(what, words), what
    assert "What can be computed - Repetitions, Mean and peak velocity" in words
    assert "What cannot" not in words


def test_the_document_is_for_programs(upright, squats):
    done = upright("doctor", squats.mcap, "--json")
    document = json.loads(done.out)
    assert document["schema"] == "upright.checkup/1"
    assert document["packets"] == {"refused": 0, "duplicates": 0, "late": 0, "restarts": 0}
    assert document["arrivals"]["interval_s"] == pytest.approx(0.05)
    assert document["rate"]["measured_hz"] == pytest.approx(200, rel=0.01)
    assert document["mount"]["positions"] == ["shaft", "sleeve"]
    assert {answer["state"] for answer in document["answers"]} == {"good"}
    assert "stretches" not in document


def test_a_table_with_gaps_is_explained_without_packets(told, tmp_path):
    path = table_of(tmp_path / "gappy.csv", with_gaps(lifted(), [(900, 930), (1500, 1640)]))
    words = told(path, "--bar-axis", "0,1,0")
    assert "2 gaps, 170 samples" in words
    assert "(missing rows)" in words
    assert "with doubts - Repetitions" in words
    assert "stated; steps" not in words
    assert "packets" not in words


def test_options_state_the_mount(told, squats):
    words = told(squats.mcap, "--mount", "wrist")
    assert "Stated: wrist." in words
    assert "What cannot, and why - Forward path and drift, Pitch of the shaft, Tilt" in words
    assert "a wrist has no bar axis" in words


def test_wrong_units_are_told_first(told, tmp_path):
    path = table_of(tmp_path / "degrees.csv", whole(lifted(), gyro_factor=180 / np.pi))
    words = told(path)
    assert "looks like degrees per second" in words
    assert "multiply it by 0.0174533" in words
    assert "What can be computed" not in words


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_picture_is_drawn_and_nothing_else_is_opened(ending, told, squats, tmp_path):
    out = tmp_path / f"seen.{ending}"
    assert f"drawn in {out}" in told(squats.mcap, "--plot", out)
    assert out.stat().st_size > 10_000


def test_the_title_says_what_is_seen_and_the_line_is_broken_where_samples_are_lost(tmp_path):
    found = check_up(with_gaps(lifted(), [(900, 930), (1500, 1640)]), SensorInfo(200.0))
    figure = draw_checkup(found, "gappy")
    assert figure.get_suptitle().startswith("gappy: ")
    assert "2 gaps, nothing clipped, 2 rests" in figure.get_suptitle()
    force = figure.axes[0]
    first = np.asarray(force.lines[0].get_ydata())
    assert np.flatnonzero(np.isnan(first)).tolist() == list(range(900, 930))
    labels = force.get_legend_handles_labels()[1]
    assert labels == ["still", "no samples"]
    save(figure, tmp_path / "gappy.png")


def test_a_long_recording_is_drawn_as_a_band(tmp_path):
    n = 3 * MAX_POINTS
    rng = np.random.default_rng(1)
    force = rng.normal(0, 0.01, (n, 3)) + np.array([0, 0, 9.8])
    items = [ImuBlock(np.arange(n) / 200, force, rng.normal(0, 0.001, (n, 3)))]
    figure = draw_checkup(check_up(items, SensorInfo(200.0)), "long")
    assert len(figure.axes[0].collections) >= 1
    save(figure, tmp_path / "long.svg")
    assert (tmp_path / "long.svg").stat().st_size < 3_000_000


def test_nothing_is_said_of_nothing(squats):
    whole_one = examine(open_recording(squats.mcap))
    nothing = check_up([], SensorInfo(200.0))
    empty = Examined(whole_one.header, StreamCounts(), None, nothing, ())
    assert findings(empty) == [("recording", "No samples. File complete.")]
    no_gyro = Examined(whole_one.header, StreamCounts(samples=7), None, nothing, ())
    assert findings(no_gyro)[0][1].startswith("7 samples of an accelerometer without a gyroscope.")
    assert in_one_line(nothing) == "no samples"
    draw_checkup(nothing, "empty")


def test_what_cannot_be_examined_is_told(refused, upright, tmp_path):
    assert "no such file" in refused("doctor", tmp_path / "nothing.mcap")
    path = tmp_path / "x.csv"
    path.write_text("hello\n")
    assert "unknown kind of file" in refused("doctor", path)
    assert upright("doctor", "--json").code == 2
    assert upright("doctor", "--plot", tmp_path / "x.png").code == 2


def test_a_picture_of_an_unknown_kind_is_refused(refused, squats, tmp_path):
    done = refused("doctor", squats.mcap, "--json", "--plot", tmp_path / "x.docx")
    assert "use .png, .svg or .pdf" in done
