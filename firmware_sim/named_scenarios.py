"""Scenarios by name, for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_sim.demo import demo_session
from firmware_sim.errors import UnknownScenarioError
from firmware_sim.mounting import mounting
from firmware_sim.scenarios import long_session, single_set, still, walking_about

if TYPE_CHECKING:
    from firmware_sim.scenario import Scenario

_MOUNTINGS = 20
"""About twelve minutes, for people whose first try at pairing fails."""

_ONE_SET: dict[str, tuple[int, float]] = {
    "back_squat": (5, 140.0),
    "front_squat": (5, 100.0),
    "bench_press": (5, 90.0),
    "overhead_press": (5, 55.0),
    "deadlift": (4, 160.0),
    "split_squat": (6, 50.0),
    "romanian_deadlift": (6, 110.0),
    "incline_bench_press": (5, 70.0),
    "push_press": (4, 70.0),
    "bent_over_row": (6, 70.0),
    "t_bar_row": (6, 50.0),
    "hang_snatch": (3, 60.0),
    "muscle_snatch": (3, 40.0),
    "hang_clean": (3, 80.0),
    "muscle_clean": (3, 50.0),
    "power_clean": (3, 85.0),
}


def scenario_names() -> tuple[str, ...]:
    """Every name that `scenario_by_name` knows."""
    return ("demo", "long_session", "still", "walking_about", "mounting", *_ONE_SET)


def scenario_by_name(name: str, seed: int = 1) -> Scenario:
    """For the command line.

    "demo", "long_session", "still" and "walking_about" (a minute each), "mounting", or a lift.

    Raises
    ------
    UnknownScenarioError
        If there is none of that name.
    """
    if name == "demo":
        return demo_session(seed)
    if name == "long_session":
        return long_session(seed)
    if name == "still":
        return still(60.0, seed)
    if name == "walking_about":
        return walking_about(60.0, seed)
    if name == "mounting":
        return mounting(seed, repeats=_MOUNTINGS)
    if name in _ONE_SET:
        n_reps, load_kg = _ONE_SET[name]
        return single_set(name, n_reps, load_kg, seed)
    raise UnknownScenarioError(name, scenario_names())
