"""How each simulated lift looks when done well: durations, bar path, velocity shape, pitch of the shaft.

Sources: durations, ranges of motion, ratios of peak to mean velocity and fore-aft excursions from measured
bar motion of light lifts and engineering guesses for heavy ones, collected in the project's domain notes
(squat 0.54 m in 0.83 s, deadlift 0.67 m in 1.40 s, bench 0.45 m in 0.76 s, row 0.43 m in 0.70 s; heavy
repetitions take 1.5 to 4 s). Sticking regions: van den Tillaar and Ettema 2009 (bench), Martinez-Cava 2019
(velocity between two peaks). Pitch ranges from the estimator study's simulator. The row's range and times are
the measured ones. Engineering guesses: split squat, incline bench press (as the bench press, path less
curved), Romanian deadlift (the upper 0.47 m of a deadlift, slower down than up), T-bar row (0.30 to 0.45 m on
an arc whose radius is the bar's length), and the fore-aft path of the row (3 to 10 cm toward the hips).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from firmware_sim.errors import UnknownLiftError
from firmware_sim.lift import Lift
from firmware_sim.lifts_olympic import OLYMPIC

if TYPE_CHECKING:
    from collections.abc import Mapping

_LATE_PEAK = ((0.25, 0.70), (0.58, 1.0), (0.82, 0.70))
_MIDDLE_PEAK = ((0.22, 0.75), (0.50, 1.0), (0.80, 0.62))
_EARLY_PEAK = ((0.15, 0.62), (0.37, 1.0), (0.68, 0.52))
_CONTROLLED = ((0.25, 0.75), (0.50, 1.0), (0.78, 0.70))

_STRENGTH: Mapping[str, Lift] = MappingProxyType(
    {
        lift.id: lift
        for lift in (
            Lift(
                id="back_squat",
                kind="squat",
                up_first=False,
                starts=("rack",),
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
                starts=("rack",),
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
                starts=("rack",),
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
                starts=("rack",),
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
                starts=("floor",),
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
            Lift(
                id="split_squat",
                kind="squat",
                up_first=False,
                starts=("rack",),
                steps_back=2,
                rom_m=0.40,
                concentric_s=0.90,
                heavy_concentric_s=1.9,
                eccentric_s=1.20,
                turn_hold_s=(0.0, 0.15),
                up_shape=_LATE_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.40,
                sticking_depth_fraction=0.55,
                out_forward_m=(0.006, 0.012, 0.016),
                back_forward_m=(0.016, 0.008),
                pitch_rad=(0.10, 0.28),
                stance_drop_m=0.07,
            ),
            Lift(
                id="incline_bench_press",
                kind="press",
                up_first=False,
                starts=("rack",),
                steps_back=0,
                rom_m=0.41,
                concentric_s=0.82,
                heavy_concentric_s=2.8,
                eccentric_s=1.05,
                turn_hold_s=(0.1, 0.5),
                up_shape=_MIDDLE_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.45,
                sticking_depth_fraction=0.80,
                out_forward_m=(0.020, 0.042, 0.058),
                back_forward_m=(0.046, 0.016),
                pitch_rad=(0.03, 0.14),
            ),
            Lift(
                id="romanian_deadlift",
                kind="pull",
                up_first=False,
                starts=("rack", "hang"),
                steps_back=2,
                rom_m=0.47,
                concentric_s=1.05,
                heavy_concentric_s=2.1,
                eccentric_s=1.60,
                turn_hold_s=(0.0, 0.15),
                up_shape=_MIDDLE_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.55,
                sticking_depth_fraction=0.35,
                out_forward_m=(0.004, 0.012, 0.020),
                back_forward_m=(0.013, 0.005),
                pitch_rad=(0.05, 0.20),
                hang_m=0.55,
            ),
            Lift(
                id="bent_over_row",
                kind="pull",
                up_first=True,
                starts=("floor", "hang"),
                steps_back=2,
                rom_m=0.43,
                concentric_s=0.68,
                heavy_concentric_s=1.05,
                eccentric_s=0.80,
                turn_hold_s=(0.0, 0.15),
                up_shape=_MIDDLE_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.75,
                sticking_depth_fraction=0.25,
                out_forward_m=(-0.014, -0.036, -0.060),
                back_forward_m=(-0.040, -0.016),
                pitch_rad=(-0.25, -0.08),
                hang_m=0.27,
                bend_m=0.28,
            ),
            Lift(
                id="t_bar_row",
                kind="pull",
                up_first=True,
                starts=("floor", "hang"),
                steps_back=0,
                rom_m=0.37,
                concentric_s=0.75,
                heavy_concentric_s=1.10,
                eccentric_s=0.85,
                turn_hold_s=(0.0, 0.15),
                up_shape=_MIDDLE_PEAK,
                down_shape=_CONTROLLED,
                sticking_at_fraction=0.75,
                sticking_depth_fraction=0.25,
                out_forward_m=(0.0, 0.0, 0.0),
                back_forward_m=(0.0, 0.0),
                pitch_rad=(0.0, 0.0),
                hang_m=0.16,
                pivot_radius_m=1.75,
                pivot_height_m=0.18,
            ),
        )
    }
)


LIFTS: Mapping[str, Lift] = MappingProxyType({**_STRENGTH, **OLYMPIC})
"""Every lift that the simulated lifter knows, by catalogue id."""


def lift_by_id(exercise_id: str) -> Lift:
    """Look up a lift.

    Raises
    ------
    UnknownLiftError
        If the simulated lifter does not know it.
    """
    try:
        return LIFTS[exercise_id]
    except KeyError:
        raise UnknownLiftError(exercise_id, LIFTS) from None
