"""Thrown lifts: the pulls of weightlifting, caught or muscled up, and the push press.

Sources: peak velocity of a hang power clean at its maximum 1.74 ± 0.30 m/s (Suchomel 2024); peak velocities
of 1.6 to 2.4 m/s (snatches) and 1.3 to 2.0 m/s (cleans), pulls of 0.35 to 0.8 s, forward paths that go
toward, away and toward the lifter by 3 to 15 cm, and turnovers of 200 to 600 degrees per second from the
project's domain notes. Engineering guesses: everything of the push press; heights, which follow from a lifter
of 1.75 m (bar at 0.78 m in the hang of a clean, 0.85 m of a snatch, 1.40 m on the shoulders, 1.95 m
overhead); the fall into the catch; the shares of the muscle lifts, for which no published bar motion was
found.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from firmware_sim.lift import Explosive, Lift

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firmware_sim.lift import StartStyle

_LOWERED = ((0.20, 0.80), (0.45, 1.0), (0.75, 0.75))
_CLEAN_HANG_M, _SNATCH_HANG_M = 0.555, 0.625
_CLEAN_TOP_M, _SNATCH_TOP_M = 0.62, 1.10


def _pull(
    lift_id: str, hang_m: float, lower_s: float, starts: tuple[StartStyle, ...], explosive: Explosive
) -> Lift:
    """Fill in a pull; what concerns the slow phases of other lifts is not used."""
    return Lift(
        id=lift_id,
        kind="pull",
        up_first=True,
        starts=starts,
        steps_back=2,
        rom_m=explosive.top_m,
        concentric_s=1.0,
        heavy_concentric_s=1.0,
        eccentric_s=lower_s,
        turn_hold_s=(0.4, 0.9),
        up_shape=_LOWERED,
        down_shape=_LOWERED,
        sticking_at_fraction=0.5,
        sticking_depth_fraction=0.0,
        out_forward_m=(0.0, 0.0, 0.0),
        back_forward_m=(0.045, 0.025),
        pitch_rad=(explosive.turnover_rad, explosive.turnover_rad),
        hang_m=hang_m,
        sleeve_share=0.1,
        explosive=explosive,
    )


_PUSH = Explosive(
    dip_m=(0.09, 0.14),
    dip_s=0.45,
    peak_mps=(1.90, 1.20),
    peak_at_m=0.06,
    braking_fraction=0.80,
    top_m=0.52,
    drop_m=(0.0, 0.0),
    press_share=0.48,
    stand_s=0.45,
    turnover_rad=-0.26,
    turnover_s=0.5,
    forward_m=(0.0, 0.006, 0.010, -0.030, -0.050),
)

_PUSH_PRESS = Lift(
    id="push_press",
    kind="press",
    up_first=True,
    starts=("rack",),
    steps_back=2,
    rom_m=0.52,
    concentric_s=0.8,
    heavy_concentric_s=1.2,
    eccentric_s=0.90,
    turn_hold_s=(0.3, 0.7),
    up_shape=_LOWERED,
    down_shape=_LOWERED,
    sticking_at_fraction=0.5,
    sticking_depth_fraction=0.0,
    out_forward_m=(0.0, 0.0, 0.0),
    back_forward_m=(-0.018, 0.030),
    pitch_rad=(-0.26, -0.26),
    explosive=_PUSH,
)

_CLEAN = Explosive(
    dip_m=(0.18, 0.26),
    dip_s=0.70,
    peak_mps=(2.30, 1.60),
    peak_at_m=0.12,
    braking_fraction=0.78,
    top_m=_CLEAN_TOP_M,
    drop_m=(0.06, 0.11),
    press_share=0.0,
    stand_s=0.85,
    turnover_rad=-2.6,
    turnover_s=0.52,
    forward_m=(-0.020, 0.010, 0.045, -0.010, 0.000),
)

_SNATCH = Explosive(
    dip_m=(0.20, 0.28),
    dip_s=0.75,
    peak_mps=(2.60, 1.75),
    peak_at_m=0.15,
    braking_fraction=0.70,
    top_m=_SNATCH_TOP_M,
    drop_m=(0.04, 0.08),
    press_share=0.0,
    stand_s=1.20,
    turnover_rad=-2.8,
    turnover_s=0.56,
    forward_m=(-0.025, 0.005, 0.050, -0.035, -0.045),
)

OLYMPIC: Mapping[str, Lift] = MappingProxyType(
    {
        lift.id: lift
        for lift in (
            _PUSH_PRESS,
            _pull("hang_clean", _CLEAN_HANG_M, 0.85, ("hang",), _CLEAN),
            _pull("power_clean", _CLEAN_HANG_M, 1.40, ("floor", "hang"), _CLEAN),
            _pull("hang_snatch", _SNATCH_HANG_M, 1.25, ("hang",), _SNATCH),
            _pull(
                "muscle_clean",
                _CLEAN_HANG_M,
                0.85,
                ("hang", "floor"),
                Explosive(
                    dip_m=(0.18, 0.26),
                    dip_s=0.70,
                    peak_mps=(2.20, 1.45),
                    peak_at_m=0.12,
                    braking_fraction=0.75,
                    top_m=_CLEAN_TOP_M,
                    drop_m=(0.0, 0.0),
                    press_share=0.50,
                    stand_s=0.0,
                    turnover_rad=-2.5,
                    turnover_s=0.50,
                    forward_m=(-0.020, 0.008, 0.035, 0.010, 0.000),
                ),
            ),
            _pull(
                "muscle_snatch",
                _SNATCH_HANG_M,
                1.25,
                ("hang", "floor"),
                Explosive(
                    dip_m=(0.20, 0.28),
                    dip_s=0.75,
                    peak_mps=(2.40, 1.60),
                    peak_at_m=0.15,
                    braking_fraction=0.70,
                    top_m=_SNATCH_TOP_M,
                    drop_m=(0.0, 0.0),
                    press_share=0.55,
                    stand_s=0.0,
                    turnover_rad=-2.8,
                    turnover_s=0.60,
                    forward_m=(-0.025, 0.005, 0.040, -0.015, -0.045),
                ),
            ),
        )
    }
)
"""Thrown lifts by catalogue id."""
