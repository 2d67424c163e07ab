"""Plain constructed sessions for the tests of server and browser: realistic numbers, no signal processing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from analysis.events import Event, RepFinished, SensorGap, SetFinished, VelocitySample
from analysis.imu import Gap, SetLabel
from analysis.results import (
    BarAxis,
    BarPath,
    Estimate,
    Quality,
    QualityState,
    RejectedMovement,
    Rep,
    SetSummary,
)
from analysis.set_goal import SetGoal
from server.errors import LabelRefusedError
from server.live import LiveHub
from server.session import LinkState, LinkStatus, RecordingInfo

REP_S = 3.0
GOOD = Quality()
LOW = Quality(QualityState.LOW_QUALITY, ("12 samples were lost during the rep",))
NO_FORE_AFT = Quality(reasons=("forward not resolvable: a wrist has no bar axis",))


def recording(number: int = 0, **changes: Any) -> RecordingInfo:
    """One of any number of different recordings, a week apart."""
    values: dict[str, Any] = {
        "recording_id": UUID(int=number + 1),
        "started_at": datetime(2026, 11, 2, 17, 30, tzinfo=UTC) + timedelta(days=7 * number),
        "algorithm": "upright-1/0.1.0",
        "title": "Monday squats",
        "source": "simulator",
        "sensor_name": "Upright-01",
        "sample_rate_hz": 200.13,
    }
    return RecordingInfo(**(values | changes))


def make_rep(
    index: int,
    *,
    start_s: float = 0.0,
    velocity_mps: float = 0.55,
    drift_m: float | None = 0.018,
    quality: Quality = GOOD,
    pitch_rad: float = 0.03,
    n_points: int = 150,
    measures: Mapping[str, float] | None = None,
) -> Rep:
    """A down-first rep whose path is a smooth bow; ``measures`` add to or replace those it has."""
    t = np.linspace(0, REP_S, n_points)
    phase = np.sin(np.pi * t / REP_S)
    forward = None if drift_m is None else drift_m * phase**2 + 0.004 * np.sin(2 * np.pi * t / REP_S)
    sd = None if drift_m is None else 0.001 + 0.002 * t / REP_S
    return Rep(
        index=index,
        start_s=start_s,
        turning_point_s=start_s + REP_S / 2,
        concentric_start_s=start_s + REP_S / 2 + 0.05,
        concentric_end_s=start_s + REP_S - 0.05,
        end_s=start_s + REP_S,
        mean_concentric_velocity_mps=velocity_mps,
        mean_concentric_velocity_sd_mps=0.011,
        peak_concentric_velocity_mps=1.7 * velocity_mps,
        peak_concentric_velocity_sd_mps=0.02,
        mean_propulsive_velocity_mps=1.05 * velocity_mps,
        range_of_motion_m=0.61,
        range_of_motion_sd_m=0.008,
        forward_drift_m=drift_m,
        forward_drift_sd_m=None if drift_m is None else 0.002,
        max_forward_m=None if drift_m is None else drift_m + 0.004,
        pitch_change_rad=pitch_rad,
        lockout_ratio=0.55,
        eccentric_velocity_mps=0.48,
        path=BarPath(start_s + t, forward, -0.62 * phase, sd),
        quality=quality,
        measures={
            "uprightness_loss_rad": Estimate(pitch_rad, 0.002),
            "forward_displacement_m": Estimate(reason="the sensor is on the wrist, which has no bar axis")
            if drift_m is None
            else Estimate(drift_m, 0.002),
        }
        | {name: Estimate(value, 0.002) for name, value in (measures or {}).items()},
    )


def make_set(
    index: int,
    *,
    n_reps: int = 5,
    exercise_id: str | None = "back_squat",
    load_kg: float | None = 140.0,
    drift_m: float | None = 0.018,
    start_s: float = 0.0,
    measures: Callable[[int], Mapping[str, float]] | None = None,
) -> SetSummary:
    """A closed set that slows down from rep to rep; the fourth rep is of low quality.

    ``measures`` gives those of a rep by its index.
    """
    reps = tuple(
        make_rep(
            i,
            start_s=start_s + 1 + 4 * i,
            velocity_mps=0.62 - 0.03 * index - 0.025 * i,
            drift_m=None if drift_m is None else drift_m + 0.002 * i,
            pitch_rad=0.03 + 0.014 * index + 0.002 * (i % 3),
            quality=NO_FORE_AFT if drift_m is None else LOW if i == 3 else GOOD,
            measures=measures(i) if measures else None,
        )
        for i in range(n_reps)
    )
    velocities = [rep.mean_concentric_velocity_mps for rep in reps]
    unknown = Estimate(reason="the sensor is on the wrist, which has no bar axis")
    return SetSummary(
        index=index,
        exercise_id=exercise_id,
        load_kg=load_kg,
        start_s=reps[0].start_s,
        end_s=reps[-1].start_s + REP_S,
        reps=reps,
        rejected=(RejectedMovement(start_s + 0.1, start_s + 0.9, "walk-out, not a rep"),),
        velocity_loss_fraction=1 - min(velocities) / max(velocities) if n_reps > 1 else None,
        stability={
            "forward_displacement_m": unknown if drift_m is None else Estimate(drift_m + 0.004, 0.0018),
            "uprightness_loss_rad": Estimate(0.03 + 0.014 * index, 0.004),
            "path_consistency_m": unknown if drift_m is None else Estimate(0.006 + 0.001 * index, 0.0011),
        },
        sample_rate_hz=200.13,
        lost_samples=3,
        clipped_samples=0,
        bar_axis=BarAxis((0.0, 1.0, 0.0), 0.04, "data", "found from the motion"),
    )


def session_events(n_sets: int = 4, *, drift_m: float | None = 0.012) -> Iterator[Event]:
    """Every event of a session, velocity for the strip included."""
    start_s = 0.0
    for index in range(n_sets):
        drift = None if drift_m is None else drift_m + 0.006 * index
        summary = make_set(index, drift_m=drift, start_s=start_s, load_kg=100.0 + 20 * index)
        for rep in summary.reps:
            for t in np.arange(rep.start_s, rep.start_s + REP_S, 1 / 30):
                speed = -np.sin(2 * np.pi * (t - rep.start_s) / REP_S)
                yield VelocitySample(float(t), float(speed * rep.peak_concentric_velocity_mps), 0.0)
            yield RepFinished(index, summary.exercise_id, summary.load_kg, rep, rep.start_s + REP_S)
        if index == 1:
            yield SensorGap(Gap(summary.end_s, summary.end_s + 0.06, 12, "lost by the radio"))
        yield SetFinished(summary)
        start_s = summary.end_s + 60


def status(state: LinkState = LinkState.CONNECTED, **changes: Any) -> LinkStatus:
    """A healthy link unless told otherwise."""
    values: dict[str, Any] = {
        "sensor_name": "Upright-01",
        "battery_fraction": 0.82,
        "sample_rate_hz": 200.13,
        "received_samples": 24000,
        "lost_samples": 72,
        "last_sample_age_s": 0.04,
    }
    return LinkStatus(state, **(values | changes))


def play(hub: LiveHub, events: Iterator[Event], *, info: RecordingInfo | None = None) -> None:
    """Publish a whole session at once."""
    hub.start_session(info or recording())
    hub.publish_status(status())
    hub.publish_label(SetLabel("back_squat", 100.0))
    for event in events:
        hub.publish_event(event)


@dataclass
class RecordingControls:
    """Takes labels and remembers them; refuses when told that nothing runs."""

    labels: list[SetLabel] = field(default_factory=list)
    is_running: bool = True

    async def label(self, label: SetLabel) -> None:
        await asyncio.sleep(0)
        if not self.is_running:
            raise LabelRefusedError("No session runs.", "Start one first.")
        self.labels.append(label)


def rep_events(summary: SetSummary, goal: SetGoal | None = None) -> list[Event]:
    """The events of one set: each of its reps, then the set."""
    lift, load_kg = summary.exercise_id, summary.load_kg
    reps = [RepFinished(summary.index, lift, load_kg, rep, rep.start_s + REP_S, goal) for rep in summary.reps]
    return [*reps, SetFinished(replace(summary, goal=goal))]
