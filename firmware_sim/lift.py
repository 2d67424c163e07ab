"""What the simulated lifter knows of a lift: two records, filled in by `lifts` and `lifts_olympic`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

StartStyle: TypeAlias = Literal["rack", "floor", "hang"]
"""Repetitions start off the rack, from the floor (and end on it), or from where the lifter holds the bar."""


@dataclass(frozen=True, slots=True)
class Explosive:
    """What a thrown lift has beside a slow one; heights are measured from where the repetition starts.

    Attributes
    ----------
    dip_m : tuple of 2 float
        Shallowest and deepest countermovement before the drive, m; none from the floor.
    dip_s : float
        Its duration, s.
    peak_mps : tuple of 2 float
        Peak velocity with no load (extrapolated) and with the day's maximum, m/s.
    peak_at_m : float
        Height at which the velocity peaks, over the hang or the shoulders, m.
    braking_fraction : float
        Deceleration after the peak over gravity; below 1 because the arms still pull.
    top_m : float
        Height when the lifter stands with the bar caught, over the hang or the shoulders, m.
    drop_m : tuple of 2 float
        How far the bar falls into the catch, m; 0, 0: not caught but pressed out.
    press_share : float
        Speed of the press-out over the peak; 0: caught.
    stand_s : float
        To stand up from the catch, light load, s.
    turnover_rad, turnover_s : float
        How far the shaft turns with the hands while elbows or wrists turn over, and how long that takes.
    forward_m : tuple of 5 float
        Forward of the start half-way up the drive, at peak velocity, at the apex, at the catch and at the
        top, m.
    """

    dip_m: tuple[float, float]
    dip_s: float
    peak_mps: tuple[float, float]
    peak_at_m: float
    braking_fraction: float
    top_m: float
    drop_m: tuple[float, float]
    press_share: float
    stand_s: float
    turnover_rad: float
    turnover_s: float
    forward_m: tuple[float, float, float, float, float]


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
    starts : tuple of {"rack", "floor", "hang"}
        Where repetitions can start, the usual place first.
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
    hang_m : float
        From the floor to where the bar hangs before a repetition from the hang, m.
    bend_m : float
        The bar is first lifted this much higher, then the lifter bends down with it, m (rows).
    stance_drop_m : float
        Lower than after the walk-out in the stance of the lift, m (split squat).
    pivot_radius_m, pivot_height_m : float
        From the bar's fixed end to the sensor, and the sensor's height over that end while the bar lies, m;
        radius 0: the bar is free.
    sleeve_share : float
        Turn of the sleeve over that of the shaft; -0.7 where hands or back roll the bar.
    explosive : Explosive or None
        Numbers of a lift that is thrown up; None: moved from rest to rest.
    """

    id: str
    kind: Literal["squat", "press", "pull"]
    up_first: bool
    starts: tuple[StartStyle, ...]
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
    hang_m: float = 0.0
    bend_m: float = 0.0
    stance_drop_m: float = 0.0
    pivot_radius_m: float = 0.0
    pivot_height_m: float = 0.0
    sleeve_share: float = -0.7
    explosive: Explosive | None = None
