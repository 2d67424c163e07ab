"""The catalogue of lifts: which way each starts, how far the bar usually goes, which stability parts apply.

To add a lift, add one entry to ``CATALOGUE``. Usual ranges of motion are bounds of plausibility, wide on
purpose; they come from published bar displacements of adults and are used to reject what cannot be a rep of
this lift, never to correct a result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from analysis.errors import UnknownExerciseError

if TYPE_CHECKING:
    from collections.abc import Mapping


class FirstPhase(StrEnum):
    """Which way the bar goes first (design section 7)."""

    DOWN = "down"
    UP = "up"


class StartsFrom(StrEnum):
    """What carries the bar between sets."""

    RACK = "rack"
    FLOOR = "floor"


_PATH = ("forward_displacement_m", "path_consistency_m")


@dataclass(frozen=True, slots=True)
class Exercise:
    """One lift.

    Attributes
    ----------
    id : str
        Stable identifier, as on the command line and in stored results.
    name : str
        For people.
    first_phase : FirstPhase
        Down-first lifts close a rep at the end of the ascent, up-first lifts when the bar is back down.
    starts_from : StartsFrom
        Rack or floor.
    usual_rom_m : tuple of 2 float
        Smallest and largest plausible range of motion, m.
    concentric_sign : int
        +1 where the concentric phase goes up, -1 where it goes down (pulldown).
    main_velocity : str
        "mean" or "peak": the velocity that people train this lift by.
    parts : tuple of str
        The measures (`analysis.measures.MEASURES`) by which stability in this lift is judged; the first is
        the primary one. Others that apply are shown and not judged.
    """

    id: str
    name: str
    first_phase: FirstPhase
    starts_from: StartsFrom
    usual_rom_m: tuple[float, float]
    concentric_sign: int = 1
    main_velocity: str = "mean"
    parts: tuple[str, ...] = _PATH


_UPRIGHT = ("uprightness_loss_rad", "rounding_rad", "forward_displacement_m", "path_consistency_m")
_DEADLIFT = ("lockout_ratio", "forward_floor_to_knee_m", "forward_knee_to_lockout_m", "late_pull_angle_rad")
_PLATFORM = ("path_sway_m", "tilt_rad", "hold_sway_m", "lockout_ratio")
_PULL = ("late_pull_angle_rad", "forward_displacement_m", "peak_velocity_mps", "path_consistency_m")
_ROW = ("forward_displacement_m", "peak_velocity_mps", "path_consistency_m")
_DOWN, _UP, _RACK, _FLOOR = FirstPhase.DOWN, FirstPhase.UP, StartsFrom.RACK, StartsFrom.FLOOR

CATALOGUE: Mapping[str, Exercise] = MappingProxyType(
    {
        lift.id: lift
        for lift in (
            Exercise("back_squat", "Back squat", _DOWN, _RACK, (0.25, 0.95), parts=_UPRIGHT),
            Exercise("front_squat", "Front squat", _DOWN, _RACK, (0.25, 0.95), parts=_UPRIGHT),
            Exercise("split_squat", "Split squat", _DOWN, _RACK, (0.20, 0.80), parts=_UPRIGHT),
            Exercise("deadlift", "Deadlift", _UP, _FLOOR, (0.30, 0.85), parts=_DEADLIFT),
            Exercise("romanian_deadlift", "Romanian deadlift", _DOWN, _RACK, (0.25, 0.80), parts=_PATH),
            Exercise("bench_press", "Bench press", _DOWN, _RACK, (0.15, 0.60), parts=_PLATFORM),
            Exercise(
                "incline_bench_press", "Incline bench press", _DOWN, _RACK, (0.15, 0.60), parts=_PLATFORM
            ),
            Exercise("overhead_press", "Overhead press", _UP, _RACK, (0.30, 0.80), parts=_PLATFORM),
            Exercise("push_press", "Push press", _UP, _RACK, (0.30, 0.90), 1, "peak", _PLATFORM),
            Exercise("bent_over_row", "Bent-over row", _UP, _FLOOR, (0.15, 0.70), parts=_ROW),
            Exercise("t_bar_row", "T-bar row", _UP, _FLOOR, (0.15, 0.70), parts=_ROW),
            Exercise("hang_snatch", "Hang snatch", _UP, _FLOOR, (0.60, 1.60), 1, "peak", _PULL),
            Exercise("muscle_snatch", "Muscle snatch", _UP, _FLOOR, (0.80, 1.80), 1, "peak", _PULL),
            Exercise("hang_clean", "Hang clean", _UP, _FLOOR, (0.40, 1.20), 1, "peak", _PULL),
            Exercise("muscle_clean", "Muscle clean", _UP, _FLOOR, (0.50, 1.40), 1, "peak", _PULL),
            Exercise("power_clean", "Power clean", _UP, _FLOOR, (0.60, 1.40), 1, "peak", _PULL),
            Exercise("pull_up", "Pull-up", _UP, _RACK, (0.25, 0.90), parts=()),
            Exercise("pulldown", "Pulldown", _DOWN, _RACK, (0.25, 0.90), -1, "mean", ()),
        )
    }
)
"""Every lift that Upright knows, by id."""


def find_exercise(exercise_id: str | None) -> Exercise | None:
    """Look a lift up; None stays None.

    Raises
    ------
    UnknownExerciseError
        If the id is not in the catalogue.
    """
    if exercise_id is None:
        return None
    try:
        return CATALOGUE[exercise_id]
    except KeyError:
        raise UnknownExerciseError(exercise_id, CATALOGUE) from None
