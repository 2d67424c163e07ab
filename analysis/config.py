"""Every tuned number of the signal core, with its unit, sensible range and source.

Parts that stand alone keep theirs beside them: `CalibrationConfig`, `BarAxisConfig`,
`CurveConfig`, `LiveConfig`, `MeasureConfig`.

"Tuned" means chosen on the simulator's tuning seeds (0 to 999) and, for how reps are read and what blows do,
on the watch and bar-centre recordings; the simulator's figures in ``docs/accuracy.md`` come from other seeds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.bar_axis import BarAxisConfig
from analysis.calibration import CalibrationConfig
from analysis.live import LiveConfig
from analysis.measure_config import MeasureConfig
from analysis.velocity_curve import CurveConfig

ALGORITHM_VERSION = "upright-core/4"
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

    def threshold_of(self, peak_mps: float) -> float:
        """Return the speed at which a phase of this peak speed starts and ends, m/s."""
        return max(self.threshold_mps, self.threshold_fraction * peak_mps)


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
class NoiseConfig:
    """How integration goes wrong, sample by sample.

    Attributes
    ----------
    accel_mps2_per_rthz, gyro_radps_per_rthz : float
        White noise of specific force and rate of turn; 4 x a BMI270's, which covers cross-axis errors and
        aliasing (algorithms reference 5.3).
    cross_axis, cross_axis_s : float
        Cross-axis error, fraction of what is measured, and how long it keeps its direction, s.
    lost_mps2_per_rthz, lost_radps_per_rthz : tuple of 2 float
        Added where a short loss was bridged by a straight line: at least (what a gap may hide that its
        surroundings do not show), and where nothing around it is intact.
    lost_reach_s, lost_factor : float
        How far those surroundings reach, s, and how much worse than they a gap may be (of the variance).
    contact_s, contact_mps : float
        Before the bar lies still it has met rack or floor, within this time, s; what that may leave in the
        velocity, m/s (measured on the simulator: 0.13 where the rack rings at the sampling rate).
    impact_mps2 : float
        Specific force above gravity that marks an impact, m/s².
    kink_mps2, kink_fold, fold_rate_hz : float
        Departure of specific force from the mean of its neighbours that no lifter makes, m/s²; how much of
        it, times the sampling period, may be missing from the velocity at a sampling rate of ``fold_rate_hz``
        or below; above, less with its square (measured on the simulator, plates on the floor: errors of 0.04
        to 0.09 m/s at 100 Hz, 0.005 m/s at 200 Hz).
    impact_reach_s : float
        What surrounds an impact is suspect for this long, s.
    impact_jump_mps, impact_loss, impact_turn_rad : float
        Error of velocity that any impact may leave, m/s, and the part of the blow that may be lost besides
        (hidden clipping before the low-pass); error of attitude, rad.
    """

    accel_mps2_per_rthz: float = 0.006
    gyro_radps_per_rthz: float = 0.0005
    cross_axis: float = 0.004
    cross_axis_s: float = 0.3
    lost_mps2_per_rthz: tuple[float, float] = (0.05, 0.5)
    lost_radps_per_rthz: tuple[float, float] = (0.003, 0.07)
    lost_reach_s: float = 0.3
    lost_factor: float = 2.0
    contact_s: float = 0.8
    contact_mps: float = 0.1
    impact_mps2: float = 40.0
    kink_mps2: float = 2.5
    kink_fold: float = 0.85
    fold_rate_hz: float = 100.0
    impact_reach_s: float = 0.05
    impact_jump_mps: float = 0.3
    impact_loss: float = 0.15
    impact_turn_rad: float = 0.01


@dataclass(frozen=True, slots=True)
class SmootherConfig:
    """Prior knowledge of the sensor's errors and of how a bar comes home; standard deviations.

    Attributes
    ----------
    node_s : float
        Spacing of nodes where there is no event, s; 0.05 to 0.25, insensitive.
    accel_walk_mps2_per_sqrt_s : float
        Slow change of the accelerometer's error: temperature, cross-axis, 4 mg/h data-sheet drift and what
        the model leaves out.
    initial_tilt_rad, initial_tilt_moving_rad : float
        Levelling error at the start: 12 mg of accelerometer bias and a hand that is not quite still; and
        where there was no still interval at all.
    initial_velocity_mps, initial_home_m : float
        Of the first sample; where home may be seen from there. Wide on purpose.
    gyro_bias_radps, gyro_bias_still_radps : float
        Turn-on bias where no still interval was seen, and what remains after one.
    gyro_scale : float
        Scale-factor error of each axis, fraction. The accelerometer's errors: `CalibrationConfig`.
    relinearise_rad : float
        A larger correction of the attitude is applied and everything linearised anew.
    still_velocity_mps, home_velocity_mps : float
        How still is still: on rack or floor, and held (sway).
    quiet_velocity_mps : float
        Velocity in a quiet stretch of which nothing else is known: a slow ascent at most.
    turning_velocity_mps : tuple of 3 float
        Velocity at a home instant without a pause: forward, lateral, vertical.
    turning_timing_s : float
        How well the time of such an instant is known, s.
    home_sway_m : tuple of 3 float
        How far the bar is from home at an instant of a pause: sway and breathing.
    guessed_velocity_mps, guessed_home_m : float, tuple of 3 float
        The same where only the reading of the set says that the bar is home, before the first or after the
        last rep.
    home_vertical_m : tuple of float
        Candidates for how well the bar comes back to its height from rep to rep: body height when standing
        and the plates on the floor do; lifts that begin with a dip do not. The set's own evidence chooses.
    home_creep_m_per_sqrt_s : float
        Home does not move between turning points; a little keeps the equations well conditioned.
    home_scatters_m : tuple of float
        Candidates for the horizontal scatter of home from rep to rep: real lifters return within a few
        centimetres. The set's own evidence chooses in the final pass; before, the middle one is assumed.
    scatter_margin : float
        Of candidates for the scatter whose log likelihoods are this close to the best, the largest counts.
    reach_m : tuple of 3 float
        How far from home the bar may be before the first and after the last rep: a few steps, an arm's length
        of height.
    first_reach_m : tuple of 3 float
        How far from anywhere the bar may be when nothing is known of the movement yet: a walk-out, half a
        lift. The height was chosen among 0.25, 0.4 and 0.5 m on the watch recordings, by rep counts.
    thrown_fraction : float
        The reach in height of a lift that throws the bar, as a fraction of its largest usual range; 0.3 to
        0.6: chosen by live counts of the Olympic lifts.
    thrown : bool
        The lift throws the bar: set from the exercise.
    first_reach_s : float
        That is stated this often, s; 0.3 to 1: a few times per movement.
    noise_scales : tuple of float
        Candidates for what multiplies the noise of integration: bursty time stamps, a watch's own filters.
    robust_sigma : float
        Observations beyond this many standard deviations are down-weighted (Cauchy).
    """

    node_s: float = 0.3
    accel_walk_mps2_per_sqrt_s: float = 0.0015
    initial_tilt_rad: float = 0.02
    initial_tilt_moving_rad: float = 0.05
    initial_velocity_mps: float = 1.0
    initial_home_m: float = 10.0
    gyro_bias_radps: float = 0.02
    gyro_bias_still_radps: float = 0.0004
    gyro_scale: float = 0.006
    relinearise_rad: float = 0.003
    still_velocity_mps: float = 0.004
    home_velocity_mps: float = 0.02
    quiet_velocity_mps: float = 0.25
    turning_velocity_mps: tuple[float, float, float] = (0.06, 0.06, 0.03)
    turning_timing_s: float = 0.015
    home_sway_m: tuple[float, float, float] = (0.006, 0.006, 0.003)
    guessed_velocity_mps: float = 0.15
    guessed_home_m: tuple[float, float, float] = (0.03, 0.03, 0.03)
    home_vertical_m: tuple[float, ...] = (0.008, 0.03, 0.12)
    home_creep_m_per_sqrt_s: float = 1e-4
    home_scatters_m: tuple[float, ...] = (0.005, 0.01, 0.02, 0.04, 0.08)
    noise_scales: tuple[float, ...] = (0.25, 0.5, 1.0, 4.0, 16.0, 64.0)
    scatter_margin: float = 1.0
    reach_m: tuple[float, float, float] = (0.7, 0.7, 0.25)
    first_reach_m: tuple[float, float, float] = (1.0, 1.0, 0.25)
    thrown_fraction: float = 0.5
    thrown: bool = False
    first_reach_s: float = 0.5
    robust_sigma: float = 2.5


@dataclass(frozen=True, slots=True)
class RepConfig:
    """What counts as a rep. Costs and bonuses are log likelihoods.

    Attributes
    ----------
    min_rom_m : float
        Smallest movement that is looked at when the lift is not known, m.
    min_peak_velocity_mps : float
        Slower than this is creeping, not lifting, m/s.
    rom_slack : float
        The catalogue's usual range is widened by this fraction.
    completion : float
        The last phase must regain this fraction of the first, else the rep failed.
    smallest_leg : float
        Reversals below this fraction of the smallest plausible range are no movements of their own.
    pause_mps, pause_fraction, pause_s : float
        On the way from one extreme to the next the bar pauses where it is slower than the larger of the first
        two (m/s; fraction of the peak speed) for that long, s; creeping in a pause belongs to no phase.
    pause_reach_s : float
        A movement reaches this far into the pauses beside it, s.
    phase_legs : int
        A phase is made of at most this many movements.
    hesitation_s, hesitation_cost : float
        It may pause for this long on its way (sticking, hitching), at this cost each.
    creep_fraction : float
        A phase neither begins nor ends with a movement below this fraction of its range.
    hitch_fraction : float
        ... and turn back by this fraction of its range.
    unfinished_cost : float
        Of a last rep whose way back was not seen.
    rep_bonus : float
        What a perfect rep is worth; anything that costs more is something else.
    range_sd, balance_sd : float
        Standard deviations of the logarithms of a rep's range over the set's, and of the way out over the way
        back: 13 % and, because early estimates of height drift, 22 %.
    slower_sd, faster_sd : float
        The same of its duration over the set's: fatigue slows, so slower is less of a surprise.
    long_s, long_sd : float
        A concentric phase that takes longer than this (s) is unlikely, by this standard deviation of the
        logarithm: heavy reps take 1.5 to 4 s.
    between_cost : float
        Cost of other movement between two reps, per range of motion.
    level_sd : float
        Standard deviation of the height at which a rep begins from where the one before ended, in ranges.
    usual_pause_s, pause_cost_per_s : float
        Longer pauses between reps cost this much per second, at most 3.
    landing_cost : float
        Of ending without an impact where most of the others end with one.
    attitude_sd_rad : float
        How differently the sensor may be held from rep to rep, rad; more where most reps differ.
    told_score, untold_score : float
        A reading must be this likely; more where the lift is not told: a single movement may be anything.
    resting_bonus : float
        Where the lift is not told: for the direction that begins where the bar lies still.
    max_travel_m : float
        A bar that is elsewhere at the end of a rep, or strays further than twice this within it, is carried,
        not lifted, m; 0.2 to 0.5. Real lifters return within a few centimetres.
    max_bridged_gap_s : float
        Shorter losses are bridged and marked; across longer ones no rep is counted, s.
    """

    min_rom_m: float = 0.15
    min_peak_velocity_mps: float = 0.12
    rom_slack: float = 0.2
    completion: float = 0.7
    smallest_leg: float = 0.2
    pause_mps: float = 0.06
    pause_fraction: float = 0.1
    pause_s: float = 0.35
    pause_reach_s: float = 0.3
    phase_legs: int = 5
    hesitation_s: float = 2.0
    hesitation_cost: float = 1.0
    creep_fraction: float = 0.15
    hitch_fraction: float = 0.35
    unfinished_cost: float = 2.0
    rep_bonus: float = 5.0
    range_sd: float = 0.13
    balance_sd: float = 0.22
    slower_sd: float = 0.6
    faster_sd: float = 0.4
    long_s: float = 4.0
    long_sd: float = 0.25
    between_cost: float = 1.0
    level_sd: float = 0.2
    usual_pause_s: float = 4.0
    pause_cost_per_s: float = 0.1
    landing_cost: float = 2.5
    attitude_sd_rad: float = 0.3
    told_score: float = 2.5
    untold_score: float = 6.0
    resting_bonus: float = 4.0
    max_travel_m: float = 0.25
    max_bridged_gap_s: float = 0.5


@dataclass(frozen=True, slots=True)
class MountConfig:
    """What the place of the sensor leaves unknown, and the limits beyond which a number is not given as good.

    Attributes
    ----------
    wrist_sds, sleeve_sds : tuple of 3 float
        How differently a wrist moves from the bar, and a sleeve whose lever arm is not known: standard
        deviations of mean velocity, peak velocity (m/s) and range of motion (m). Wrist: differences from a
        transducer on the first half of the watch recordings. Sleeve: estimator study, 35 mm radius.
    sleeve_turn_rad : float
        A sleeve that turns further than this in a rep needs a known lever arm for a fore-aft path, rad.
    axis_tilt_rad : float
        A bar axis further from horizontal than this is not the bar's, rad; bars tilt by a few degrees.
    slip_radps : float
        No shaft turns this fast in a slow lift, rad/s.
    good_velocity_sd_mps, good_forward_sd_m : float
        Beyond these a number is of low quality: as large as the effect that a coach wants to see.
    resolvable_velocity_sd_mps, resolvable_forward_sd_m : float
        Beyond these it is not a measurement.
    unseen_fraction : float
        A rep of which more was lost or clipped is not resolvable: its velocity would be a guess.
    good_rate_hz, resolvable_rate_hz : float
        Sampling rates below which peaks are blurred, and below which velocity is not resolvable, Hz.
    """

    wrist_sds: tuple[float, float, float] = (0.04, 0.06, 0.04)
    sleeve_sds: tuple[float, float, float] = (0.015, 0.02, 0.015)
    sleeve_turn_rad: float = 0.5
    axis_tilt_rad: float = 0.26
    slip_radps: float = 5.0
    good_velocity_sd_mps: float = 0.05
    good_forward_sd_m: float = 0.03
    resolvable_velocity_sd_mps: float = 0.2
    resolvable_forward_sd_m: float = 0.12
    unseen_fraction: float = 0.2
    good_rate_hz: float = 48.0
    resolvable_rate_hz: float = 20.0


@dataclass(frozen=True, slots=True)
class AnalysisConfig:
    """All of it in one place."""

    definition: DefinitionProfile = field(default_factory=DefinitionProfile)
    stillness: StillnessConfig = field(default_factory=StillnessConfig)
    noise: NoiseConfig = field(default_factory=NoiseConfig)
    calibration: CalibrationConfig = field(default_factory=CalibrationConfig)
    smoother: SmootherConfig = field(default_factory=SmootherConfig)
    reps: RepConfig = field(default_factory=RepConfig)
    mounts: MountConfig = field(default_factory=MountConfig)
    curve: CurveConfig = field(default_factory=CurveConfig)
    measures: MeasureConfig = field(default_factory=MeasureConfig)
    bar_axis: BarAxisConfig = field(default_factory=BarAxisConfig)
    live: LiveConfig = field(default_factory=LiveConfig)
