"""The measures of one rep that say how the bar was held and led, each with its standard deviation.

Definitions with their sources: ``docs/metrics.md``; names, units and signs: ``analysis/measures.py``; how
standard deviations come about: ``analysis/rep_motion.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from analysis.filters import integrate, lowpass
from analysis.fine_errors import fine_variances
from analysis.imu import MountPosition
from analysis.path_measures import PATH_IDS, path_numbers
from analysis.pitch_measures import PITCH_IDS, TILT_IDS, pitch_numbers, tilt_numbers
from analysis.quality import unseen_reasons
from analysis.rep_motion import NODE, Bounds, RepMotion, directions_of_error, find_phases, variances
from analysis.results import Estimate
from analysis.speed_measures import SPEED_IDS, speed_numbers
from analysis.tremor import tremor_mps2
from analysis.velocity_curve import UP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.config import AnalysisConfig
    from analysis.exercises import Exercise
    from analysis.imu import FloatArray, Mount
    from analysis.quality import RepFacts
    from analysis.rep_motion import Numbers, Pair

POWER, TREMOR = "peak_specific_power_wpkg", "tremor_mps2"

_ONLY_IN_SOME = frozenset({*PITCH_IDS, "forward_floor_to_knee_m", "forward_knee_to_lockout_m", "hold_sway_m"})
_OF_THE_SET = frozenset({"path_consistency_m", "path_sway_m"})
_OF_A_BAR = tuple(
    name for name in (*PATH_IDS, *TILT_IDS, POWER, TREMOR, *SPEED_IDS) if name not in _ONLY_IN_SOME
)


def applicable(exercise: Exercise | None) -> tuple[str, ...]:
    """List the measures of a rep that apply to a lift.

    A lift that is not told gets what needs no knowledge of it. What the catalogue judges a lift by applies to
    it; squats have all of pitch, and are held at the top; where nothing is judged (pulldown, pull-up) the
    sensor hangs on no bar, and only speed and time remain.
    """
    if exercise is None:
        return _OF_A_BAR
    if not exercise.parts:
        return SPEED_IDS
    names = [*_OF_A_BAR, *(name for name in exercise.parts if name not in _OF_THE_SET)]
    if "uprightness_loss_rad" in exercise.parts:
        names += [*PITCH_IDS, "hold_sway_m"]
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What the measures of one rep are worked out from.

    Attributes
    ----------
    facts : RepFacts
        The rep in its stretch of samples.
    bounds : Bounds
        Candidate extremes, in samples of the stretch.
    forward : (3,) float64 or None, world frame
        Unit vector; None where not resolvable.
    why_no_forward, why_no_pitch : str
        The reasons.
    mount, exercise, config
        As told.
    """

    facts: RepFacts
    bounds: Bounds
    forward: FloatArray | None
    why_no_forward: str
    why_no_pitch: str
    mount: Mount
    exercise: Exercise | None
    config: AnalysisConfig

    @property
    def window(self) -> tuple[int, int]:
        """First sample, and one past the last, of what is looked at: the rep and a hold after it."""
        samples = self.facts.motion.samples
        held = self.facts.concentric.stop + round(self.config.measures.hold_longest_s * samples.rate_hz)
        return self.bounds.start, min(max(self.bounds.stop, self.facts.last, held) + 1, len(samples))


def rep_measures(scene: Scene) -> dict[str, Estimate]:
    """Work out every measure that applies to the lift, each with a standard deviation or a reason."""
    names = applicable(scene.exercise)
    base = _motion(scene)
    if base is None:
        return {name: Estimate(reason="the phases are not clear") for name in names}
    measured = _measured(scene, base)
    if TREMOR in names:
        measured[TREMOR] = tremor_mps2(scene.facts.motion, scene.facts.concentric, scene.config)
    reasons = _reasons(scene)
    doubts = "; ".join(unseen_reasons(scene.facts))
    whole: dict[str, Estimate] = {}
    for name in names:
        estimate = measured.get(name, Estimate(reason=reasons.get(name, "not resolvable")))
        seen = estimate.value is None or not doubts
        whole[name] = estimate if seen else replace(estimate, reason=estimate.reason or doubts)
    return whole


def _reasons(scene: Scene) -> dict[str, str]:
    """Say why measures have no value, by id, where a whole group has none."""
    mount = scene.mount
    tilt = mount.why_no_forward or scene.facts.why_no_tilt(mount, scene.config)
    groups = ((PATH_IDS, scene.why_no_forward), (PITCH_IDS, scene.why_no_pitch), (TILT_IDS, tilt))
    return {name: why for names, why in groups for name in names if why}


def _motion(scene: Scene) -> RepMotion | None:
    """Cut the rep's signals out of the stretch."""
    motion, config, (first, stop) = scene.facts.motion, scene.config, scene.window
    rate_hz, lowpass_hz = motion.samples.rate_hz, config.definition.lowpass_hz
    solution, bounds = motion.solution, scene.bounds
    bounds = replace(bounds, start=0, turn=bounds.turn - first, stop=bounds.stop - first)
    up_m, up_mps = motion.height_m[first:stop], motion.velocity_mps[first:stop]
    phases = find_phases(up_m, up_mps, bounds, rate_hz, config.definition)
    if phases is None:
        return None
    base = RepMotion(rate_hz, bounds, phases, up_m, up_mps)
    sideways = _sideways(scene)
    if sideways is not None:
        along_mps = lowpass(solution.velocity_mps[first:stop] @ sideways, lowpass_hz, rate_hz)
        if scene.forward is not None:
            base = replace(base, forward_m=solution.position_m[first:stop] @ sideways, forward_mps=along_mps)
        if _turns_about_a_fixed_end(scene.exercise):
            base = replace(base, side_mps=along_mps)
    if scene.mount.bar_axis is None or scene.mount.position is MountPosition.WRIST:
        return base
    axis = np.asarray(scene.mount.bar_axis)
    if not scene.why_no_pitch:
        rate = (motion.samples.gyro_radps[first:stop] - motion.attitude.gyro_bias_radps) @ axis
        base = replace(base, pitch_rad=integrate(rate, motion.samples.dt_s))
    if not scene.facts.why_no_tilt(scene.mount, config):
        level = motion.attitude.matrix[first:stop, 2] @ axis
        tilt = np.asarray(np.arcsin(np.clip(level, -1.0, 1.0)), dtype=np.float64)
        rate = np.gradient(lowpass(tilt, lowpass_hz, rate_hz)) * rate_hz
        base = replace(base, tilt_rad=tilt, tilt_radps=rate)
    return base


def _turns_about_a_fixed_end(exercise: Exercise | None) -> bool:
    return exercise is not None and exercise.fixed_end


def _sideways(scene: Scene) -> FloatArray | None:
    """Horizontal direction of the side view: forward; for a bar with a fixed end, else that of its arc."""
    if scene.forward is not None or not _turns_about_a_fixed_end(scene.exercise):
        return scene.forward
    position = scene.facts.motion.solution.position_m
    moved = (position[scene.facts.turn] - position[scene.facts.start]) * (1.0, 1.0, 0.0)
    length = float(np.linalg.norm(moved))
    return moved / length if length > 0 else None


def _measured(scene: Scene, base: RepMotion) -> dict[str, Estimate]:
    """Evaluate each group of measures on the motion and on those that depart from it by its errors."""
    config, facts = scene.config, scene.facts
    dip_sd_mps = _dip_sd_mps(scene)
    risen, swayed = _moved(scene, base)
    pitched, tilted = _pitched(scene, base), _tilted(scene, base)

    def speed(motion: RepMotion) -> Numbers:
        return speed_numbers(motion, dip_sd_mps, config)

    groups: tuple[tuple[Callable[[RepMotion], Numbers], Sequence[Pair]], ...] = (
        (speed, risen + swayed if base.side_mps is not None else risen),
        (lambda motion: path_numbers(motion, config), risen + swayed),
        (pitch_numbers, risen + pitched),
        (lambda motion: tilt_numbers(motion, config), risen + tilted),
    )
    measured: dict[str, Estimate] = {}
    fine = fine_variances(base, facts.motion.solution.noise_scale, config)
    for numbers, pairs in groups:
        centre = numbers(base)
        variance = variances(numbers, centre, pairs)
        for name, value in centre.items():
            if isinstance(value, str):
                measured[name] = Estimate(reason=value)
            else:
                variance_of_it = variance[name] + fine.get(name, 0.0)
                measured[name] = Estimate(float(value), float(np.sqrt(variance_of_it)))
    return _widened(scene, measured, base.phases.speed.peak_mps)


def _dip_sd_mps(scene: Scene) -> float:
    """Give the standard deviation of a difference of speeds half a phase apart, m/s."""
    phase, solution = scene.facts.concentric, scene.facts.motion.solution
    covariance = solution.ends_covariance(phase.peak, (phase.start + phase.stop) // 2, UP)
    return float(np.sqrt(max(covariance[1, 1] + covariance[3, 3] - 2 * covariance[1, 3], 0.0)))


def _moved(scene: Scene, base: RepMotion) -> tuple[list[Pair], list[Pair]]:
    """Depart from the motion by its errors up and down, and forward and back."""
    facts, config, window = scene.facts, scene.config, scene.window
    forward = _sideways(scene)
    axes = np.array([UP] if forward is None else [UP, forward])
    span = facts.start, max(facts.last, min(facts.concentric.stop, window[1] - 1))
    errors = directions_of_error(facts.motion.solution, window, span, axes, config.measures)
    risen: list[Pair] = [
        (
            base.risen(NODE * height, NODE * velocity, config.definition),
            base.risen(-NODE * height, -NODE * velocity, config.definition),
        )
        for height, velocity in errors[0]
    ]
    if forward is None:
        return risen, []
    # Forward is known no better than the axis that it comes from.
    left, cut = np.cross(UP, forward) * config.measures.axis_sd_rad, slice(*window)
    solution = facts.motion.solution
    aside = solution.position_m[cut] @ left, solution.velocity_mps[cut] @ left
    return risen, [
        (_swayed(base, NODE * path, NODE * velocity), _swayed(base, -NODE * path, -NODE * velocity))
        for path, velocity in (*errors[1], aside)
    ]


def _swayed(base: RepMotion, path_m: FloatArray, velocity_mps: FloatArray) -> RepMotion:
    if base.side_mps is not None:
        base = replace(base, side_mps=base.side_mps + velocity_mps)
    if base.forward_m is None or base.forward_mps is None:
        return base
    return replace(base, forward_m=base.forward_m + path_m, forward_mps=base.forward_mps + velocity_mps)


def _turn_errors(scene: Scene, base: RepMotion, axis: FloatArray) -> list[FloatArray]:
    """Errors of a turn about an axis since the rep's start: bias of the gyroscope, and its noise.

    Noise adds up to a random walk, of which the first three terms of its Karhunen-Loeve series hold 93 %.
    """
    config, facts = scene.config, scene.facts
    since_s = np.maximum(np.arange(len(base.up_m)) - base.phases.first.start, 0) / base.rate_hz
    errors = [facts.motion.solution.gyro_bias_sd_radps(axis) * since_s]
    span_s = max(float(since_s[base.phases.last]), 1.0 / base.rate_hz)
    for k in range(3):
        wave = (k + 0.5) * np.pi / span_s
        errors.append(
            config.noise.gyro_radps_per_rthz * np.sqrt(2.0 / span_s) / wave * np.sin(wave * since_s)
        )
    return errors


def _pitched(scene: Scene, base: RepMotion) -> list[Pair]:
    pitch = base.pitch_rad
    if pitch is None or scene.mount.bar_axis is None:
        return []
    errors = _turn_errors(scene, base, np.asarray(scene.mount.bar_axis))
    errors.append(scene.config.smoother.gyro_scale * (pitch - pitch[base.phases.first.start]))
    return [
        (replace(base, pitch_rad=pitch + NODE * error), replace(base, pitch_rad=pitch - NODE * error))
        for error in errors
    ]


def _tilted(scene: Scene, base: RepMotion) -> list[Pair]:
    """Depart from the tilt by errors of the gyroscope, and of the axis: what rolls about it seems to tilt."""
    tilt = base.tilt_rad
    if tilt is None or scene.mount.bar_axis is None:
        return []
    axis = np.asarray(scene.mount.bar_axis)
    up = scene.facts.motion.attitude.matrix[slice(*scene.window), 2]
    up = up - up[base.phases.first.start]
    aside = np.linalg.svd(axis[None, :])[2][1:]
    across = np.cross(axis, scene.facts.motion.attitude.matrix[scene.facts.start, 2])
    errors = _turn_errors(scene, base, across / max(float(np.linalg.norm(across)), 1e-9))
    errors += [scene.config.measures.axis_sd_rad * (up @ direction) for direction in aside]
    errors.append(scene.config.smoother.gyro_scale * (tilt - tilt[base.phases.first.start]))
    return [(_leaning(base, tilt, NODE * error), _leaning(base, tilt, -NODE * error)) for error in errors]


def _leaning(base: RepMotion, tilt_rad: FloatArray, error_rad: FloatArray) -> RepMotion:
    """Add an error to the tilt; errors are slow enough to need no low-pass."""
    if base.tilt_radps is None:
        return base
    rate = base.tilt_radps + np.gradient(error_rad) * base.rate_hz
    return replace(base, tilt_rad=tilt_rad + error_rad, tilt_radps=rate)


def _widened(scene: Scene, measured: dict[str, Estimate], peak_mps: float) -> dict[str, Estimate]:
    """Add what the place of the sensor leaves unknown of the bar's velocities."""
    mounts, mount = scene.config.mounts, scene.mount
    if mount.position is MountPosition.WRIST:
        mean_mps, peak_extra_mps, _ = mounts.wrist_sds
    elif mount.position is MountPosition.SLEEVE and not any(mount.lever_m):
        mean_mps, peak_extra_mps, _ = mounts.sleeve_sds
    else:
        return measured
    extra = {
        "lockout_velocity_mps": mean_mps,
        "eccentric_velocity_mps": mean_mps,
        "peak_velocity_mps": peak_extra_mps,
        "start_ratio": mean_mps / peak_mps,
        "lockout_ratio": mean_mps / peak_mps,
        POWER: 10.0 * peak_extra_mps,
    }
    return {
        name: estimate
        if estimate.sd is None or name not in extra
        else replace(estimate, sd=float(np.hypot(estimate.sd, extra[name])))
        for name, estimate in measured.items()
    }
