from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--bar-axis=0,1", "'0,1' is not three numbers"),
        ("--bar-axis=left", "'left' is not three numbers"),
        ("--lever-m=1,2,3,4", "is not three numbers"),
        ("--mount=nose", "'nose' is none of shaft, sleeve, wrist"),
        ("--load-kg=-3", "greater than or equal to 0"),
        ("--load-kg=heavy", "unable to parse string as a number"),
        ("--speed=3", "--speed"),
    ],
)
def test_an_option_that_makes_no_sense_is_a_usage_error(option, message, upright, squats):
    done = upright("analyze", squats.mcap, option)
    assert (done.code, done.out) == (2, "")
    assert message in " ".join(done.err.replace("│", " ").split())


@pytest.mark.parametrize("axis", ["0,0,0", "nan,0,1", "inf,0,0"])
def test_a_bar_axis_without_direction_is_refused(axis, refused, squats):
    assert "has no direction; give a unit vector such as 0,1,0" in refused(
        "analyze", squats.mcap, f"--bar-axis={axis}"
    )


def test_a_lever_arm_must_be_finite(refused, squats):
    assert "not a finite number" in refused("analyze", squats.mcap, "--lever-m=0,0,inf")


def test_a_data_folder_that_cannot_be_made_is_told(refused, tmp_path):
    blocker = tmp_path / "file"
    blocker.touch()
    for command in (["rebuild"], ["doctor"], ["demo", "--port=0"], ["serve", "--no-sensor", "--port=0"]):
        line = refused(*command, "--data-dir", blocker / "data")
        assert "cannot be used" in line
        assert "--data-dir" in line


def test_help_names_every_command(upright):
    done = upright("--help")
    assert done.code == 0
    for command in [
        "demo",
        "analyze",
        "replay",
        "serve",
        "record",
        "simulate",
        "scan",
        "devices",
        "doctor",
        "rebuild",
    ]:
        assert f" {command} " in done.out
