"""Lifts of the user's own: what a file may say, and what is said about one that makes no sense."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis.exercises import CATALOGUE, Exercise, FirstPhase, LiftGroup, Role, StartsFrom
from analysis.lifts.entry import PATH
from analysis.velocity_priors import VelocityPrior
from ingest.errors import LiftFileError
from ingest.lift_files import KEYS, VELOCITY_KEYS, lift_paths, read_lift_file

PAGE = Path(__file__).resolve().parents[2] / "docs" / "exercises.md"
LEAST = """
name = "Zercher squat"
first = "down"
starts_from = "rack"
usual_rom_m = [0.25, 0.95]
"""
VELOCITY = '\n[one_rm_velocity]\nmps = 0.3\nsd_mps = 0.1\nsource = "a guess"\nconfidence = "assumed"\n'


def template() -> str:
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return block


@pytest.fixture
def written(tmp_path):
    def write(text, name="zercher_squat.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_the_documented_template_is_read(written):
    lift = read_lift_file(written(template()))
    assert lift == Exercise(
        id="zercher_squat",
        name="Zercher squat",
        first_phase=FirstPhase.DOWN,
        starts_from=StartsFrom.RACK,
        usual_rom_m=(0.25, 0.95),
        parts=("forward_displacement_m", "path_consistency_m"),
        role=Role.DEPENDENT,
        trains="legs; the upper back keeps the bar from falling forward",
        group=LiftGroup.OTHER,
        one_rm_velocity=VelocityPrior(
            0.30, 0.08, 0.0, 0.15, "taken from the front squat, no own figure found"
        ),
        aliases=("Zercher Squat (Barbell)",),
    )


def test_the_documented_template_names_every_key_and_every_choice():
    for key in (*KEYS, *VELOCITY_KEYS):
        assert re.search(rf"^(# |\[)?{key}\b", template(), re.MULTILINE), key
    for choice in (*FirstPhase, *StartsFrom, *Role, *LiftGroup, "mean", "peak", "published", "from memory"):
        assert f'"{choice}"' in template(), choice


def test_the_least_that_a_file_can_say_is_enough(written):
    lift = read_lift_file(written(LEAST))
    assert (lift.concentric_sign, lift.main_velocity, lift.role) == (1, "mean", Role.NEITHER)
    assert (lift.group, lift.one_rm_velocity, lift.aliases) == (LiftGroup.OTHER, None, ())
    assert lift.parts == PATH


def test_every_built_in_lift_can_be_said_in_a_file(written):
    def quoted(values):
        return "[" + ", ".join(f'"{value}"' for value in values) + "]"

    for lift in CATALOGUE.values():
        text = (
            f'name = "{lift.name}"\nfirst = "{lift.first_phase}"\nstarts_from = "{lift.starts_from}"\n'
            f'usual_rom_m = {list(lift.usual_rom_m)}\nmain_velocity = "{lift.main_velocity}"\n'
            f'concentric = "{"up" if lift.concentric_sign > 0 else "down"}"\nrole = "{lift.role}"\n'
            f'moves = "{"on an arc" if lift.fixed_end else "freely"}"\n'
            f'parts = {quoted(lift.parts)}\ntrains = "{lift.trains}"\ngroup = "{lift.group}"\n'
            f"aliases = {quoted(lift.aliases)}\n"
        )
        if prior := lift.one_rm_velocity:
            text += (
                f"[one_rm_velocity]\nmps = {prior.one_rm_velocity_mps}\n"
                f"sd_mps = {prior.one_rm_velocity_sd_mps}\nbend = {prior.bend}\nbend_sd = {prior.bend_sd}\n"
                f'source = "{prior.source}"\nconfidence = "{prior.confidence}"\n'
            )
        assert read_lift_file(written(text, f"{lift.id}.toml")) == lift


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"\xff", "is not UTF-8 text"),
        ("name = ", "is not TOML: "),
        (LEAST.replace('name = "Zercher squat"', ""), "name: is missing"),
        (LEAST + 'weight = "kg"', "weight: is not known; known are name, first,"),
        (LEAST.replace('"down"', '"sideways"'), "first: 'sideways' is none of 'down', 'up'"),
        (LEAST.replace('"rack"', '"hook"'), "starts_from: 'hook' is none of 'rack', 'floor'"),
        (LEAST.replace("[0.25, 0.95]", "0.5"), "usual_rom_m: 0.5 is not a list of 2 numbers"),
        (LEAST.replace("[0.25, 0.95]", "[0.5]"), "usual_rom_m: must have 2 numbers, not 1"),
        (LEAST.replace("0.95", '"deep"'), "usual_rom_m: 'deep' is not a number"),
        (LEAST.replace("0.95", "true"), "usual_rom_m: True is not a number"),
        (LEAST.replace("0.95", "0.1"), "usual_rom_m: 0.25 and 0.1 are not two growing numbers"),
        (LEAST.replace("0.95", "nan"), "usual_rom_m: "),
        (LEAST.replace('"Zercher squat"', "7"), "name: 7 is not a text in quotes"),
        (LEAST.replace('"Zercher squat"', '" "'), "name: must not be empty"),
        (LEAST + 'parts = "tilt_rad"', "parts: 'tilt_rad' is not a list of texts"),
        (LEAST + "parts = [1]", "parts: 1 is not a text in quotes"),
        (LEAST + 'parts = ["bounce"]', "parts: 'bounce' is none of "),
        (LEAST + 'role = "builder"', "role: 'builder' is none of 'upper_back_builder', "),
        (LEAST + 'group = "legs"', "group: 'legs' is none of 'snatch', 'clean'"),
        (LEAST + "one_rm_velocity = 0.3", "one_rm_velocity: 0.3 is not a table [one_rm_velocity]"),
        (LEAST + VELOCITY.replace("mps = 0.3", "mps = 30", 1), "one_rm_velocity.mps: 30 is not within"),
        (LEAST + VELOCITY.replace("sd_mps = 0.1", "sd_mps = 0"), "one_rm_velocity.sd_mps: 0 is not within"),
        (LEAST + VELOCITY + "bend = 2", "bend: 2.0 ± 0.15 is not within"),
        (LEAST + VELOCITY.replace('"assumed"', '"sure"'), "one_rm_velocity.confidence: 'sure' is none of"),
        (LEAST + "[one_rm_velocity]\nmps = 0.3", "one_rm_velocity.sd_mps: is missing"),
    ],
)
def test_a_file_that_makes_no_sense_is_named_with_what_is_wrong_and_allowed(written, text, problem):
    path = written(text)
    with pytest.raises(LiftFileError, match=re.escape(problem)) as caught:
        read_lift_file(path)
    assert str(path) in str(caught.value)


def test_the_files_name_has_to_be_an_id(written):
    with pytest.raises(LiftFileError, match=r"'Zercher Squat' is not up to 64 .*; the id is the file's name"):
        read_lift_file(written(LEAST, "Zercher Squat.toml"))


def test_a_folder_lists_its_files_by_name_and_a_missing_one_has_none(written, tmp_path):
    for name in ("b.toml", "a.toml", "notes.txt"):
        written(LEAST, name)
    assert [path.name for path in lift_paths(tmp_path)] == ["a.toml", "b.toml"]
    assert lift_paths(tmp_path / "none") == []


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "odd.toml").mkdir()
    with pytest.raises(LiftFileError, match=r"odd\.toml: cannot be read"):
        read_lift_file(tmp_path / "odd.toml")
