"""One simulated set through the whole signal core, compared with its closed-form truth, rep by rep."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis import (
    Gap,
    ImuBlock,
    Mount,
    MountPosition,
    RepFinished,
    SensorInfo,
    SetAnalyzer,
    SetFinished,
    SetLabel,
)
from firmware_sim.mems import MemsSettings
from firmware_sim.offline import OfflineRecording, simulate_offline
from firmware_sim.scenarios import SetOptions, single_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from analysis import Event, Rep, StreamItem
    from firmware_sim.lifter import RestStyle
    from firmware_sim.truth import RepTruth

PACKET = 10
"""Samples of a packet."""

QUANTITIES = ("mcv", "pv", "rom", "drift")
"""Mean and peak concentric velocity, m/s; range of motion and forward drift at the turning point, m."""


@dataclass(frozen=True)
class Job:
    """One set to simulate.

    Attributes
    ----------
    lift, rest, seed
        What `single_set` wants.
    rate_hz : int
        Sampling rate.
    options : dict
        Further options of `single_set`.
    loss_fraction : float
        Part of the packets that the radio loses.
    told : bool
        The analysis is told the exercise.
    group : str
        Row of a table.
    """

    lift: str
    rest: RestStyle
    seed: int
    rate_hz: int = 200
    options: SetOptions = field(default_factory=SetOptions)
    loss_fraction: float = 0.0
    told: bool = True
    group: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes
    ----------
    job : Job
        Of the set.
    true_reps, found_reps, live_reps : int
        Counts.
    exact : bool
        One set was found, with the right number of reps, each on a true one.
    errors : dict of str to list of (error, stated standard deviation)
        By `QUANTITIES` and ``live`` (mean velocity as reported when the rep was over).
    boundaries_ms : list of float
        Errors of concentric start and end.
    missed_drift_m : list of float
        True drift of the reps that were not found.
    cpu_fraction : float
        Of real time, on one core.
    """

    job: Job
    true_reps: int
    found_reps: int
    live_reps: int
    exact: bool
    errors: dict[str, list[tuple[float, float]]]
    boundaries_ms: list[float]
    missed_drift_m: list[float]
    cpu_fraction: float


def stream(recording: OfflineRecording) -> Iterator[StreamItem]:
    """Cut a recording into packets; what the radio lost becomes gaps."""
    missing, last_s = 0, 0.0
    for start in range(0, len(recording.t_s), PACKET):
        cut = slice(start, start + PACKET)
        if not recording.kept[cut].all():
            missing += len(recording.t_s[cut])
            continue
        if missing and start > missing:
            yield Gap(last_s, float(recording.t_s[start]), missing, "lost by the radio")
        missing = 0
        last_s = float(recording.t_s[cut][-1])
        force, gyro = recording.specific_force_mps2[cut], recording.gyro_radps[cut]
        yield ImuBlock(recording.t_s[cut], force, gyro, start)


def run_set(job: Job) -> Outcome:
    """Simulate one set, analyse it as it would be live, compare."""
    settings = job.options.get("settings", MemsSettings(rate_hz=job.rate_hz))
    options = job.options.copy()
    options["settings"], options["rest"] = settings, job.rest
    scenario = single_set(job.lift, 5, 100.0, job.seed, **options)
    recording = simulate_offline(scenario, tail_s=2.0, loss_fraction=job.loss_fraction)
    position = MountPosition(scenario.mount.position)
    wrist = position is MountPosition.WRIST
    mount = Mount(position) if wrist else Mount(position, recording.bar_axis, recording.lever_m)
    accel, gyro = settings.full_scale[0], settings.full_scale[3]
    info = SensorInfo(recording.sample_rate_hz, float(accel), float(gyro))
    analyzer = SetAnalyzer(info, mount, SetLabel(job.lift if job.told else None, 100.0))
    started = time.process_time()
    events = [event for item in stream(recording) for event in analyzer.push(item)] + analyzer.finish()
    cpu_fraction = (time.process_time() - started) / recording.t_s[-1]
    # The truth is in scenario time, results are in sensor time from the first sample.
    scale, offset = 1 + scenario.unit.clock_error_fraction, float(recording.t_true_s[0])
    return _compare(job, list(recording.sets[0].reps), events, scale, offset, cpu_fraction)


def _compare(
    job: Job, truths: list[RepTruth], events: list[Event], scale: float, offset: float, cpu_fraction: float
) -> Outcome:
    sets = [event.summary for event in events if isinstance(event, SetFinished)]
    reps = [rep for summary in sets for rep in summary.reps]
    live = [event.rep for event in events if isinstance(event, RepFinished)]
    errors: dict[str, list[tuple[float, float]]] = {name: [] for name in (*QUANTITIES, "live")}
    boundaries: list[float] = []
    missed: list[float] = []
    pairs = 0
    for truth in truths:
        start, end = ((t - offset) * scale for t in (truth.concentric_start_s, truth.concentric_end_s))
        match = [rep for rep in reps if rep.concentric_start_s <= (start + end) / 2 <= rep.concentric_end_s]
        if len(match) != 1:
            missed.append(truth.forward_drift_m)
            continue
        pairs += 1
        rep = match[0]
        for name, error, sd in _errors(rep, truth):
            errors[name].append((error, sd))
        boundaries += [1000 * (rep.concentric_start_s - start), 1000 * (rep.concentric_end_s - end)]
        for announced in live:
            if announced.concentric_start_s <= (start + end) / 2 <= announced.concentric_end_s:
                error = announced.mean_concentric_velocity_mps - truth.mean_concentric_velocity_mps
                errors["live"].append((error, announced.mean_concentric_velocity_sd_mps))
    exact = len(sets) == 1 and len(reps) == len(truths) == pairs
    return Outcome(job, len(truths), len(reps), len(live), exact, errors, boundaries, missed, cpu_fraction)


def _errors(rep: Rep, truth: RepTruth) -> Iterator[tuple[str, float, float]]:
    """Give name, error and stated standard deviation of each quantity."""
    yield (
        "mcv",
        rep.mean_concentric_velocity_mps - truth.mean_concentric_velocity_mps,
        rep.mean_concentric_velocity_sd_mps,
    )
    yield (
        "pv",
        rep.peak_concentric_velocity_mps - truth.peak_concentric_velocity_mps,
        rep.peak_concentric_velocity_sd_mps,
    )
    yield "rom", rep.range_of_motion_m - truth.range_of_motion_m, rep.range_of_motion_sd_m
    if rep.forward_drift_m is not None and rep.forward_drift_sd_m is not None:
        yield "drift", rep.forward_drift_m - truth.forward_drift_m, rep.forward_drift_sd_m
