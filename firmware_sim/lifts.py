"""How each simulated lift looks when done well: durations, bar path, velocity shape, pitch of the shaft.

Sources: durations, ranges of motion, ratios of peak to mean velocity and fore-aft excursions from measured
bar motion of light lifts and engineering guesses for heavy ones, collected in the project's domain notes
(squat 0.54 m in 0.83 s, deadlift 0.67 m in 1.40 s, bench 0.45 m in 0.76 s; heavy repetitions take 1.5 to 4
s). Sticking regions: van den Tillaar and Ettema 2009 (bench), Martinez-Cava 2019 (velocity between two
peaks). Pitch ranges from the estimator study's simulator.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from firmware_sim.errors import UnknownLiftError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Lift:
    """One lift as an unfatigued lifter does it.

    Attributes
    ----------
    id : str
        Catalogue id.
    kind : {"squat", "press", "pull"}
        Which faults apply.
    up_first : bool
        The first phase goes up (deadlift, press).
    from_floor : bool
        The bar starts on the floor and comes back to it with an impact.
    steps_back : int
        Steps of the walk-out; 0: the lifter stays at the rack.
    rom_m : float
        Range of motion, m.
    concentric_s, heavy_concentric_s, eccentric_s : float
        Duration of the concentric phase with a light load and at the maximum, and of the eccentric phase, s.
    turn_hold_s : tuple of 2 float
        Shortest and longest hold at the turning point, s; 0, 0: straight reversal.
    up_shape, down_shape : tuple of (fraction of time, relative speed)
        Velocity between rest and rest, without sticking.
    sticking_at_fraction : float
        Of concentric time, where the sticking region is slowest.
    sticking_depth_fraction : float
        How far speed falls there at the maximum load, 0 to 1.
    out_forward_m : tuple of 3 float
        Forward of home after 35 % and 65 % of the first phase and at the turning point, m.
    back_forward_m : tuple of 2 float
        Forward of home after 35 % and 65 % of the second phase, m.
    pitch_rad : tuple of 2 float
        Smallest and largest shaft pitch at the turning point, rad, forward positive.
    """

    id: str
    kind: Literal["squat", "press", "pull"]
    up_first: bool
    from_floor: bool
    steps_back: int
    rom_m: float
    concentric_s: float
    heavy_concentric_s: float
    eccentric_s: float
    turn_hold_s: tuple[float, float]
    up_shape: tuple[tuple[float, float], ...]
    down_shape: tuple[tuple[float, float], ...]
    sticking_at_fraction: float
    sticking_depth_fraction: float
    out_forward_m: tuple[float, float, float]
    back_forward_m: tuple[float, float]
    pitch_rad: tuple[float, float]


_LATE_PEAK = ((0.25, 0.70), (0.58, 1.0), (0.82, 0.70))
_MIDDLE_PEAK = ((0.22, 0.75), (0.50, 1.0), (0.80, 0.62))
_EARLY_PEAK = ((0.15, 0.62), (0.37, 1.0), (0.68, 0.52))
_CONTROLLED = ((0.25, 0.75), (0.50, 1.0), (0.78, 0.70))

_LIFTS: Mapping[str, Lift] = MappingProxyType(
    {
        lift.id: lift
        for lift in (
            Lift(
                id="back_squat",
                kind="squat",
                up_first=False,
                from_floor=False,
                steps_back=2,
                rom_m=0.56,
                concentric_s=0.85,
                heavy_concentric_s=2.4,
                eccentric_s=1.15,
                turn_hold_s=(0.0, 0.0),
                up_shape=_LATE_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.42,
                sticking_depth_fraction=0.75,
                out_forward_m=(-0.012, 0.014, 0.032),
                back_forward_m=(0.048, 0.020),
                pitch_rad=(0.49, 0.80),
            ),
            Lift(
                id="front_squat",
                kind="squat",
                up_first=False,
                from_floor=False,
                steps_back=2,
                rom_m=0.55,
                concentric_s=0.90,
                heavy_concentric_s=2.3,
                eccentric_s=1.20,
                turn_hold_s=(0.0, 0.0),
                up_shape=_LATE_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.42,
                sticking_depth_fraction=0.70,
                out_forward_m=(-0.006, 0.012, 0.026),
                back_forward_m=(0.036, 0.015),
                pitch_rad=(0.17, 0.30),
            ),
            Lift(
                id="bench_press",
                kind="press",
                up_first=False,
                from_floor=False,
                steps_back=0,
                rom_m=0.42,
                concentric_s=0.78,
                heavy_concentric_s=2.8,
                eccentric_s=1.05,
                turn_hold_s=(0.15, 0.6),
                up_shape=_MIDDLE_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.45,
                sticking_depth_fraction=0.80,
                out_forward_m=(0.030, 0.062, 0.085),
                back_forward_m=(0.066, 0.022),
                pitch_rad=(0.03, 0.14),
            ),
            Lift(
                id="overhead_press",
                kind="press",
                up_first=True,
                from_floor=False,
                steps_back=2,
                rom_m=0.52,
                concentric_s=0.95,
                heavy_concentric_s=2.8,
                eccentric_s=1.10,
                turn_hold_s=(0.3, 0.7),
                up_shape=_MIDDLE_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.48,
                sticking_depth_fraction=0.75,
                out_forward_m=(0.030, -0.014, -0.052),
                back_forward_m=(-0.018, 0.034),
                pitch_rad=(-0.38, -0.14),
            ),
            Lift(
                id="deadlift",
                kind="pull",
                up_first=True,
                from_floor=True,
                steps_back=0,
                rom_m=0.60,
                concentric_s=1.25,
                heavy_concentric_s=3.2,
                eccentric_s=1.35,
                turn_hold_s=(0.5, 1.0),
                up_shape=_EARLY_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.55,
                sticking_depth_fraction=0.70,
                out_forward_m=(-0.008, -0.018, -0.030),
                back_forward_m=(-0.024, -0.010),
                pitch_rad=(-0.26, -0.07),
            ),
        )
    }
)


def lift_by_id(exercise_id: str) -> Lift:
    """Look up a lift.

    Raises
    ------
    UnknownLiftError
        If the simulated lifter does not know it.
    """
    try:
        return _LIFTS[exercise_id]
    except KeyError:
        raise UnknownLiftError(exercise_id, _LIFTS) from None
