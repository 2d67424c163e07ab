"""Every tuned number of the signal core, with its unit, sensible range and source.

"Tuned" means chosen on the simulator's tuning seeds (0 to 99) and on the first half of the watch recordings
by date; the figures in ``docs/accuracy.md`` come from other seeds and the other half.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ALGORITHM_VERSION = "upright-core/1"
"""Stored with every result; raised whenever a number may come out differently."""


@dataclass(frozen=True, slots=True)
class DefinitionProfile:
    """Where a phase starts and ends (design section 7). The definition alone moves mean velocity by 3-5 cm/s.

    Attributes
    ----------
    name : str
        Stored with every result.
    lowpass_hz : float
        Zero-phase low-pass on vertical velocity, Hz. Bar motion lies below 3 Hz; 8-20 Hz moves peaks by < 1
        mm/s.
    threshold_mps, threshold_fraction : float
        A phase ends below the larger of the two: m/s, and fraction of the phase's peak speed.
    remaining_fraction : float
        ... provided that less than this fraction of the range of motion remains beyond (skips sticking
        points).
    pause_band_m : float
        In a pause, the turning point is the middle of the time within this distance of the extremum, m.
    lockout_fraction : float
        The last part of the range of motion that counts as lockout.
    """

    name: str = "upright-1"
    lowpass_hz: float = 8.0
    threshold_mps: float = 0.03
    threshold_fraction: float = 0.06
    remaining_fraction: float = 0.15
    pause_band_m: float = 0.005
    lockout_fraction: float = 0.30


@dataclass(frozen=True, slots=True)
class StillnessConfig:
    """When the bar is truly still (rack, floor) and when it is merely held.

    Attributes
    ----------
    window_s : float
        Length of the variance window, s; 0.2 to 0.6.
    noise_factor : float
        Still means below this multiple of the sensor's own noise floor; a hand-held bar always exceeds it
        (tremor).
    accel_floor_mps2, gyro_floor_radps : tuple of 2 float
        The noise floor is taken from the data, within these bounds: data-sheet noise of the presets at 50-400
        Hz.
    min_still_s : float
        A shorter still interval is chance, s.
    quiet_lowpass_hz, quiet_accel_mps2, quiet_gyro_radps, min_quiet_s
        Held quietly: low-passed deviation of specific force and rate of turn below these for that long
        (algorithms reference 5.2).
    """

    window_s: float = 0.4
    noise_factor: float = 1.8
    accel_floor_mps2: tuple[float, float] = (0.004, 0.06)
    gyro_floor_radps: tuple[float, float] = (0.0004, 0.006)
    min_still_s: float = 0.3
    quiet_lowpass_hz: float = 3.0
    quiet_accel_mps2: float = 0.18
    quiet_gyro_radps: float = 0.10
    min_quiet_s: float = 0.3


@dataclass(frozen=True, slots=True)
class DriftConfig:
    """Prior knowledge of the sensor's errors and of how a bar comes home; standard deviations.

    Attributes
    ----------
    knot_s : float
        Spacing of the attitude error's random-walk knots, s; 0.5 to 2, insensitive.
    max_knots : int
        A longer set gets wider knots instead of a larger system; bounds memory and time.
    attitude_walk_rad_per_sqrt_s : float
        Growth of the attitude error by gyro noise and what the model leaves out; 4 x the BMI270's 7
        mdps/sqrt(Hz).
    accel_walk_mps2_per_sqrt_s : float
        Slow change of the accelerometer's error in the world frame: temperature, cross-axis, 4 mg/h
        data-sheet drift and what the model leaves out.
    initial_tilt_rad : float
        Levelling error at the start: 12 mg of accelerometer bias and a hand that is not quite still.
    gyro_bias_radps, gyro_bias_still_radps : float
        Turn-on bias where no still interval was seen, and what remains after one.
    accel_bias_mps2 : float
        12 mg turn-on bias (data sheets allow 20 mg).
    accel_scale, gyro_scale : float
        Scale-factor error of each axis, fraction.
    grid_hz : float
        Rate at which the error regressors are integrated, Hz; the nominal motion is integrated at the full
        rate.
    still_velocity_mps, home_velocity_mps : float
        How still is still: on rack or floor, and held (sway).
    turning_velocity_mps : tuple of 3 float
        Velocity at a home instant without a pause: forward, lateral, vertical.
    home_vertical_m : float
        How well the bar comes back to its height from rep to rep; body height when standing, the plates on
        the floor.
    home_horizontal_m : float
        Horizontal scatter of home from rep to rep before the set has spoken: real lifters return within a few
        centimetres.
    home_horizontal_candidates_m : tuple of float
        Candidates for it in the final pass; the set's own evidence chooses.
    reach_m : tuple of 3 float
        How far from home the bar may be before the first and after the last rep: a few steps, an arm's length
        of height.
    first_reach_m : tuple of 3 float
        How far from anywhere the bar may be when nothing is known of the movement yet: a walk-out, half a
        lift. The height was chosen among 0.25, 0.4 and 0.5 m on the watch recordings, by rep counts.
    first_reach_s : float
        That is stated this often, s; 0.3 to 1: a few times per movement.
    impact_mps2, impact_jump_mps : float
        Specific force that marks an impact, and the velocity error it may leave (hidden clipping before the
        low-pass).
    lost_jump_mps_per_s : float
        Velocity error per second of lost samples.
    robust_sigma : float
        Home observations beyond this many standard deviations are down-weighted (Cauchy).
    reweightings : int
        How often home observations are weighted anew after a solution.
    """

    knot_s: float = 2.0
    max_knots: int = 60
    attitude_walk_rad_per_sqrt_s: float = 0.0005
    accel_walk_mps2_per_sqrt_s: float = 0.004
    initial_tilt_rad: float = 0.02
    gyro_bias_radps: float = 0.02
    gyro_bias_still_radps: float = 0.0004
    accel_bias_mps2: float = 0.12
    accel_scale: float = 0.006
    gyro_scale: float = 0.006
    grid_hz: float = 25.0
    still_velocity_mps: float = 0.004
    home_velocity_mps: float = 0.02
    turning_velocity_mps: tuple[float, float, float] = (0.06, 0.06, 0.03)
    home_vertical_m: float = 0.008
    home_horizontal_m: float = 0.02
    home_horizontal_candidates_m: tuple[float, ...] = (0.005, 0.01, 0.02, 0.04)
    reach_m: tuple[float, float, float] = (0.7, 0.7, 0.25)
    first_reach_m: tuple[float, float, float] = (1.0, 1.0, 0.25)
    first_reach_s: float = 0.5
    impact_mps2: float = 40.0
    impact_jump_mps: float = 0.15
    lost_jump_mps_per_s: float = 2.0
    robust_sigma: float = 2.5
    reweightings: int = 1


@dataclass(frozen=True, slots=True)
class RepConfig:
    """What counts as a rep.

    Attributes
    ----------
    min_rom_m : float
        Smallest movement that is looked at when the lift is not known, m.
    min_peak_velocity_mps : float
        Slower than this is creeping, not lifting, m/s.
    rom_slack : float
        The catalogue's usual range is widened by this fraction.
    rom_ratio : tuple of 2 float
        A rep's range of motion relative to the set's median; below: half rep, above: not a rep.
    completion : float
        The last phase must regain this fraction of the first, else the rep failed.
    max_travel_m : float
        A bar that is elsewhere at the end of a rep, or strays further than twice this within it, is carried,
        not lifted, m; 0.2 to 0.5. Real lifters return within a few centimetres.
    max_bridged_gap_s : float
        Shorter losses are bridged and marked; across longer ones no rep is counted, s.
    """

    min_rom_m: float = 0.15
    min_peak_velocity_mps: float = 0.12
    rom_slack: float = 0.2
    rom_ratio: tuple[float, float] = (0.6, 1.6)
    completion: float = 0.7
    max_travel_m: float = 0.25
    max_bridged_gap_s: float = 0.15


@dataclass(frozen=True, slots=True)
class LiveConfig:
    """Rhythm of the live path.

    Attributes
    ----------
    tick_s : float
        The stream is worked on in ticks of this length, s, counted in samples, so that results do not depend
        on how it was cut.
    strip_hz : float
        Provisional velocity samples a second for the screen.
    velocity_leak_s, height_leak_s : float
        Time constants of the causal estimate's leaks, s.
    bias_gain : float
        Fraction of the vertical acceleration read in a still tick that is taken for bias.
    leg_fraction : float
        A movement of note is longer than this fraction of the lift's smallest usual range of motion.
    recheck_s : tuple of float
        Delays after a movement has stopped at which the window is examined for a finished rep, s.
    window_s : float
        Longest window that is examined for one rep, s.
    window_reps : int
        ... and it holds at most this many reps that were reported before.
    window_lead_s : float
        It starts this long before the first of them, s: the bar is home there.
    close_still_s : float
        A set is over when the bar has been truly still for this long after a rep, s.
    close_idle_s : float
        ... or when no rep was seen for this long, s.
    max_set_s : float
        A set that lasts longer is closed all the same: bounds memory and work, s.
    idle_keep_s : float
        Samples kept while no set is open, s.
    """

    tick_s: float = 0.1
    strip_hz: float = 30.0
    velocity_leak_s: float = 3.0
    height_leak_s: float = 5.0
    bias_gain: float = 0.2
    leg_fraction: float = 0.4
    recheck_s: tuple[float, ...] = (0.1, 0.4, 1.0, 2.0)
    window_s: float = 20.0
    window_reps: int = 2
    window_lead_s: float = 0.7
    close_still_s: float = 6.0
    close_idle_s: float = 20.0
    max_set_s: float = 180.0
    idle_keep_s: float = 20.0


@dataclass(frozen=True, slots=True)
class AnalysisConfig:
    """All of it in one place."""

    definition: DefinitionProfile = field(default_factory=DefinitionProfile)
    stillness: StillnessConfig = field(default_factory=StillnessConfig)
    drift: DriftConfig = field(default_factory=DriftConfig)
    reps: RepConfig = field(default_factory=RepConfig)
    live: LiveConfig = field(default_factory=LiveConfig)
