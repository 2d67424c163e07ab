"""Attitude, velocity and path against optical motion capture (BROAD), ours beside VQF.

    uv run python benchmarks/optical_accuracy.py [--markdown FILE] [--max-solve-s 60]

Needs the trials of ``imu-optical`` in ``UPRIGHT_DATA`` (or beside the repository, in ``../shared/data``);
nothing of them is stored here. The sensor is moved by hand, in space and without any home to come back to:
only the rests before and after a movement are known. That is much less than a set of lifts offers, so these
numbers test the error model and its stated uncertainty, not the accuracy on a bar.

Every method is judged on the same stretches: rest, movement, rest. A movement that does not fit into
``--max-solve-s`` is judged over its first part, with the rest before it alone. Heading is arbitrary without a
magnetometer: it is set equal to the optical one during a stretch's first rest, for every method alike.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from optical_reference import (
    OpticalTrial,
    ReferenceConfig,
    Segment,
    integrate,
    load_trial,
    mean_gyro,
    zero_phase_lowpass,
)
from report import NO_VALUE, Report, ReportTable, argument_parser, data_folder
from rich.console import Console
from rich.progress import track
from scipy.spatial.transform import Rotation
from set_wide_solution import SetWideSolution, solve_stretch
from vqf import VQF, offlineVQF

if TYPE_CHECKING:
    from analysis.imu import FloatArray

VQF_ONLINE, VQF_OFFLINE, NOMINAL = "VQF", "offlineVQF", "our nominal"
OURS, OURS_IN_REACH = "ours, rests", "ours, rests and reach"
WINDOW_S = 10.0
COVERAGE_STEP_S = 1.0
"""Velocity is compared with its stated interval this often: neighbours are as good as one."""


METHOD = (
    (
        "Time offset: least squares of the magnitude of the rate of turn. Mounting: rotation that brings the "
        "gyro onto the optical rate of turn (Kabsch). Lever arm, which the data set does not give: least "
        "squares of the rigid body's acceleration over the moving part. None of them uses an estimator's "
        "output. Heading: equal over the first rest of each stretch."
    ),
    (
        f"Optical positions are differentiated after a zero-phase {ReferenceConfig().lowpass_hz:g} Hz "
        f"low-pass; frames within {ReferenceConfig().guard_s:g} s of a missing one are not used."
    ),
    (
        "VQF: its steps are trapezoids as ours are; velocity is zero at the rests around the stretch and a "
        "straight line is taken off between them; with one rest only the constant is. Ours: the same rests, "
        "as evidence. Ours is smoothed over the stretch, VQF runs over the whole trial."
    ),
    (
        "What sets them apart: VQF levels itself while moving, on the assumption that acceleration averages "
        "out, so that whatever it integrates stays in place. From rests alone ours is not told so. “Reach” "
        "tells it, with the numbers of the estimator's first pass (1 m sideways, 0.25 m in height, every 0.5 "
        "s). Its intervals are then too narrow, probably because these numbers are for lifts and because "
        "statements half a second apart count as independent."
    ),
)
"""Remarks on how the comparison was made."""


@dataclass
class Scores:
    """Errors of one method on one trial."""

    attitude: list[FloatArray] = field(default_factory=list)
    """Total, inclination, heading; (N, 3), rad, per stretch."""
    velocity_mps: list[FloatArray] = field(default_factory=list)
    path_m: list[FloatArray] = field(default_factory=list)
    """(N, 3) per window of ten seconds; path is relative to the window's start."""
    whole_m: list[FloatArray] = field(default_factory=list)
    """(N, 3) per movement between two rests, relative to its start."""


@dataclass
class Stated:
    """How our errors compare with what was stated about them."""

    velocity_inside: list[bool] = field(default_factory=list)
    path_inside: list[bool] = field(default_factory=list)
    nees: list[float] = field(default_factory=list)


def split_error(reference: Rotation, estimate: Rotation, rest: slice) -> tuple[FloatArray, float]:
    """Total, inclination and heading error, (N, 3), rad, and the heading offset over a rest, rad.

    The error rotation in the world frame is a turn about the vertical times a tilt; inclination does not
    depend on heading, heading and total are relative to the offset during ``rest``.

    References
    ----------
    .. [1] D. Laidig et al., "BROAD: A Benchmark for Robust Inertial Orientation Estimation", Data 6(7), 2021.
    """
    error = reference * estimate.inv()
    x, y, z, w = error.as_quat().T
    heading = 2 * np.arctan2(z, w)
    offset = float(np.angle(np.exp(1j * heading[rest]).mean()))
    heading = np.angle(np.exp(1j * (heading - offset)))
    inclination = 2 * np.arctan2(np.hypot(x, y), np.hypot(z, w))
    total = (Rotation.from_euler("z", -offset) * error).magnitude()
    return np.column_stack([total, inclination, np.abs(heading)]), offset


def detrended(
    trial: OpticalTrial, attitude: Rotation, part: Segment, *, between_rests: bool
) -> tuple[FloatArray, FloatArray]:
    """Velocity and position of the optical point by plain integration, velocity zero at the rests.

    Gravity is what the sensor reads in the first rest, so that its scale error is not held against VQF.
    Velocity is zero where the movement begins and, with a rest after it, where it ends; the straight line
    between the two is taken off.
    """
    samples = trial.samples.part(part.start, part.stop)
    lever_m = trial.alignment.lever_m
    first, last = part.move_start - part.start, part.move_stop - part.start
    gravity_mps2 = np.linalg.norm(samples.specific_force_mps2[:first], axis=1).mean()
    force = attitude.apply(samples.specific_force_mps2) - (0.0, 0.0, gravity_mps2)
    velocity = integrate(force, samples.dt_s) - attitude.apply(np.cross(samples.gyro_radps, lever_m))
    start = velocity[first]
    slope = (velocity[last] - start) / (last - first) if between_rests else np.zeros(3)
    velocity -= start + slope * (np.arange(len(velocity)) - first)[:, None]
    return velocity, integrate(velocity, samples.dt_s)


def bounded(segment: Segment, most: int) -> tuple[Segment, bool]:
    """Shorten a segment to ``most`` samples; tell whether it still ends with a rest."""
    if segment.stop - segment.start <= most:
        return segment, True
    stop = segment.start + most
    return Segment(segment.start, stop, segment.move_start, stop - 1), False


def score_trial(trial: OpticalTrial, max_solve_s: float) -> tuple[dict[str, Scores], dict[str, Stated]]:
    """Run every method over every stretch of a trial."""
    samples = trial.samples
    gyro = mean_gyro(samples)
    force = np.ascontiguousarray(samples.specific_force_mps2)
    filters = {
        VQF_ONLINE: VQF(samples.dt_s).updateBatch(gyro, force)["quat6D"],
        VQF_OFFLINE: offlineVQF(gyro, force, None, samples.dt_s)["quat6D"],
    }
    scores = {name: Scores() for name in (VQF_ONLINE, VQF_OFFLINE, NOMINAL, OURS, OURS_IN_REACH)}
    stated = {OURS: Stated(), OURS_IN_REACH: Stated()}
    for segment in trial.segments:
        part, between_rests = bounded(segment, int(max_solve_s * samples.rate_hz))
        cut = slice(part.start, part.stop)
        for name, quaternions in filters.items():
            attitude = Rotation.from_quat(quaternions[cut], scalar_first=True)
            motion = detrended(trial, attitude, part, between_rests=between_rests)
            score_stretch(trial, part, attitude, motion, scores[name], between_rests=between_rests)
        for name, within_reach in ((OURS, False), (OURS_IN_REACH, True)):
            inputs = samples.part(part.start, part.stop), trial.still[cut], trial.alignment.lever_m
            solution = solve_stretch(*inputs, within_reach=within_reach)
            motion = solution.velocity_mps, solution.position_m
            errors = score_stretch(
                trial, part, solution.attitude, motion, scores[name], between_rests=between_rests
            )
            compare_with_stated(trial, part, solution, *errors, stated[name])
            if not within_reach:
                nominal = solution.nominal_attitude
                score_stretch(trial, part, nominal, None, scores[NOMINAL], between_rests=between_rests)
    return scores, stated


def score_stretch(
    trial: OpticalTrial,
    part: Segment,
    attitude: Rotation,
    motion: tuple[FloatArray, FloatArray] | None,
    scores: Scores,
    *,
    between_rests: bool,
) -> tuple[FloatArray, FloatArray]:
    """Add a stretch's errors; return those of velocity and position, (N, 3), in the estimate's own frame."""
    cut = slice(part.start, part.stop)
    first, last = part.move_start - part.start, part.move_stop - part.start
    angles, offset = split_error(trial.attitude[cut], attitude, slice(0, first))
    moving = np.zeros(len(angles), dtype=np.bool_)
    moving[first:last] = True
    scores.attitude.append(angles[moving & trial.valid[cut]])
    if motion is None:
        return np.zeros((0, 3)), np.zeros((0, 3))
    into_own = Rotation.from_euler("z", -offset)
    velocity, position = motion
    smooth = zero_phase_lowpass(velocity, ReferenceConfig().lowpass_hz, trial.samples.rate_hz)
    velocity_error = smooth - into_own.apply(trial.velocity_mps[cut])
    position_error = position - into_own.apply(trial.position_m[cut])
    for start, stop in windows(trial, part):
        scores.velocity_mps.append(velocity_error[start:stop])
        scores.path_m.append(position_error[start:stop] - position_error[start])
    if between_rests:
        scores.whole_m.append(position_error[first:last] - position_error[first])
    return velocity_error, position_error


def windows(trial: OpticalTrial, part: Segment) -> list[tuple[int, int]]:
    """Consecutive ten-second windows of a movement that the optical system saw, from the stretch's start."""
    length = round(WINDOW_S * trial.samples.rate_hz)
    starts = range(part.move_start, part.move_stop - length + 1, length)
    return [(s - part.start, s - part.start + length) for s in starts if trial.valid[s : s + length].all()]


def compare_with_stated(
    trial: OpticalTrial,
    part: Segment,
    solution: SetWideSolution,
    velocity_error: FloatArray,
    position_error: FloatArray,
    stated: Stated,
) -> None:
    """Add whether our errors lie within the stated 95 % intervals, and the normalised squares (NEES)."""
    step = round(COVERAGE_STEP_S * trial.samples.rate_hz)
    for start, stop in windows(trial, part):
        for index in range(start + step, stop, step):
            inside = np.abs(velocity_error[index]) < 1.96 * solution.velocity_sds_mps(index)
            stated.velocity_inside += inside.tolist()
        error = position_error[stop - 1] - position_error[start]
        covariance = solution.displacement_covariance_m2(start, stop - 1)
        stated.path_inside += (np.abs(error) < 1.96 * np.sqrt(np.diag(covariance))).tolist()
        stated.nees.append(float(error @ np.linalg.solve(covariance, error)) / 3)


def rms(errors: list[FloatArray], axis: int | None = None) -> float | None:
    """Root mean square of the vectors' lengths, or of one component; None without any."""
    if not errors:
        return None
    joined = np.concatenate(errors)
    squares = (joined**2).sum(axis=1) if axis is None else joined[:, axis] ** 2
    return float(np.sqrt(squares.mean()))


def number(value: float | None, form: str) -> str:
    """Format a value that may not exist."""
    return NO_VALUE if value is None else format(value, form)


def fill(report: Report, results: list[tuple[OpticalTrial, dict[str, Scores], dict[str, Stated]]]) -> None:
    """Make the three tables."""
    attitude = ReportTable("Attitude error while moving, RMSE", (
        "trial, method", "total °", "inclination °", "heading °"))  # fmt: skip
    motion = ReportTable("Velocity and path", (
        "trial, method", "10-s windows", "velocity RMSE m/s", "vertical", "path RMSE m", "vertical",
        "rest to rest", "path RMSE m", "vertical"))  # fmt: skip
    honesty = ReportTable("Our stated uncertainty over the 10-s windows", (
        "trial, evidence", "velocities inside 95 %", "of", "displacements inside 95 %", "of",
        "NEES per axis, mean", "median"))  # fmt: skip
    for trial, scores, stated in results:
        for name, score in scores.items():
            label = f"{trial.name[:2]} {name}"
            angles = [f"{np.degrees(rms(score.attitude, axis) or 0.0):.2f}" for axis in range(3)]
            attitude.add(label, *angles)
            if name == NOMINAL:
                continue
            motion.add(
                label,
                str(len(score.velocity_mps)),
                number(rms(score.velocity_mps), ".3f"),
                number(rms(score.velocity_mps, 2), ".3f"),
                number(rms(score.path_m), ".2f"),
                number(rms(score.path_m, 2), ".2f"),
                str(len(score.whole_m)),
                number(rms(score.whole_m), ".2f"),
                number(rms(score.whole_m, 2), ".2f"),
            )
        for name, ours in stated.items():
            honesty.add(f"{trial.name[:2]} {name}", *coverage(ours))
        report.remarks.append(describe(trial))
    report.tables += [attitude, motion, honesty]
    report.remarks += METHOD


def coverage(stated: Stated) -> list[str]:
    """Cells of the table on uncertainty."""
    cells: list[str] = []
    for inside in (stated.velocity_inside, stated.path_inside):
        cells += [f"{np.mean(inside):.0%}" if inside else NO_VALUE, str(len(inside))]
    return cells + [
        number(float(f(stated.nees)) if stated.nees else None, ".1f") for f in (np.mean, np.median)
    ]


def describe(trial: OpticalTrial) -> str:
    """One sentence on a trial and its alignment."""
    fit = trial.alignment
    lever = ", ".join(f"{1000 * component:.1f}" for component in fit.lever_m)
    lengths = ", ".join(f"{(s.move_stop - s.move_start) / trial.samples.rate_hz:.0f}" for s in trial.segments)
    return (
        f"Trial {trial.name[:2]} ({trial.description}): movements of {lengths} s between rests; time offset "
        f"{1000 * fit.lag_s:.1f} ms, mounting {np.degrees(fit.mounting.magnitude()):.2f}°, lever arm "
        f"({lever}) mm, residual {fit.residual_mps2:.2f} m/s²."
    )


def main() -> int:
    """Run every trial."""
    parser = argument_parser(__doc__)
    parser.add_argument(
        "--max-solve-s", type=float, default=60.0, help="longest stretch that is solved at once, s"
    )
    options = parser.parse_args()
    console = Console(width=160)
    folder = data_folder("imu-optical")
    if not folder.is_dir():
        console.print(f"{folder} is not there; set UPRIGHT_DATA to the folder that holds imu-optical")
        return 1
    trials = json.loads((folder / "trials.json").read_text(encoding="utf-8"))["trials"]
    results = []
    for path in track(sorted(folder.glob("*.hdf5")), description="trials", console=console):
        description = trials.get(path.stem, {}).get("description", "no description")
        trial = load_trial(path, description, ReferenceConfig())
        results.append((trial, *score_trial(trial, options.max_solve_s)))
    if not results:
        console.print(f"{folder} holds no .hdf5 trial")
        return 1
    command = f"uv run python benchmarks/optical_accuracy.py --max-solve-s {options.max_solve_s:g}"
    report = Report("Against optical motion capture, hand-held", command)
    fill(report, results)
    report.publish(console, options.markdown)
    return 0


if __name__ == "__main__":
    sys.exit(main())
