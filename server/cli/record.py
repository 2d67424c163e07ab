"""``upright record``: record a sensor without a dashboard."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import (
    Also,
    BarAxis,
    DataDir,
    Exercise,
    LeverM,
    LoadKg,
    Lsl,
    MinVelocity,
    MountName,
    Reps,
    Target,
    Transport,
    VelocityFeedback,
    VelocityLoss,
    goal_of,
    label_of,
    mount_of,
    settings_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from analysis import Event, Mount, Rep, RepFinished, SetLabel
    from ingest.items import StreamCounts
    from server.live_session import LiveSession
    from server.settings import Settings

SEARCH_S = 12.0
"""How long a recording of a given length looks for its sensor, s; 10 to 60. One search and a connection."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("record")(record)


def record(
    sensor: Annotated[
        str | None,
        typer.Option(help="Name or address. Default: the first that is found.", show_default=False),
    ] = None,
    duration_s: Annotated[
        float | None, typer.Option(min=0.1, help="Stop after so many seconds of data.", show_default=False)
    ] = None,
    also: Also = None,
    transport: Transport = None,
    exercise: Exercise = None,
    load_kg: LoadKg = None,
    velocity_loss: VelocityLoss = None,
    target: Target = None,
    min_velocity: MinVelocity = None,
    reps: Reps = None,
    velocity_feedback: VelocityFeedback = None,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    lsl: Lsl = False,
    data_dir: DataDir = None,
) -> None:
    """Record a sensor until Ctrl-C; reps are printed as they are found."""
    goal = goal_of(velocity_loss, target, min_velocity, reps, velocity_feedback)
    label = label_of(exercise, load_kg, goal)
    mounted = mount_of(mount, bar_axis, lever_m)
    sensors = sensor, also or []
    asyncio.run(_run(settings_of(data_dir), sensors, transport, duration_s, label, mounted, lsl=lsl))


async def _run(
    settings: Settings,
    sensors: tuple[str | None, list[str]],
    transport: str | None,
    duration_s: float | None,
    label: SetLabel,
    mount: Mount | None,
    *,
    lsl: bool,
) -> None:
    from ingest.companions import Membership, SessionClock
    from ingest.errors import DeviceNotFoundError
    from ingest.known_sensors import KnownSensors
    from server.cli.lsl import lsl_listeners
    from server.cli.sensors import companions_for, source_for
    from server.cli.web import console, recover_recordings
    from server.live_session import LiveSession, SessionSink
    from server.store import Store

    listeners = lsl_listeners(mount, sensors[0], wanted=lsl, also=_Teller().tell)
    recover_recordings(settings)
    known = KnownSensors(settings.sensors_dir)
    source = source_for(sensors[0], transport, known)
    membership = Membership(SessionClock.now())
    companions = companions_for(sensors[1], transport, settings, membership)
    with Store(settings.results_url) as store:
        session = LiveSession(
            source,
            source.driver,
            settings.recordings_dir,
            SessionSink(None, store, listeners.on_event),
            mount=mount,
            known_sensors=known,
            membership=membership,
            companions=companions,
            on_items=listeners.on_items,
        )
        console.print(f"Looking for {source.wanted} … (Ctrl-C ends)")
        running = asyncio.create_task(session.run())
        await asyncio.sleep(0)  # the session must run before it takes a label
        if not running.done():
            await session.label(label)
        try:
            await _until_over(running, session, duration_s)
        finally:
            source.stop()
            await running
    if not session.recorded:
        raise DeviceNotFoundError(source.wanted)
    for path, counts in session.recorded + [one for each in companions for one in each.recorded]:
        console.print(f"Recorded {path}: {_content(path, counts)}")


def _content(path: Path, counts: StreamCounts) -> str:
    """Say what a recording holds: an instrument has reps, no samples."""
    from ingest.instrument_recording import read_instrument

    instrument = None if counts.samples else read_instrument(path)
    if instrument is not None:
        return f"{len(instrument.reps)} reps of {instrument.title}"
    return f"{counts.samples} samples, {counts.lost_samples} lost"


async def _until_over(running: asyncio.Task[None], session: LiveSession, duration_s: float | None) -> None:
    """Wait until the session ends or has streamed for so long; searching does not count."""
    if duration_s is None:
        await asyncio.wait([running])
        return
    searched_s = 0.0
    while not (running.done() or session.status.counts.samples or searched_s > SEARCH_S + duration_s):
        await asyncio.wait([running], timeout=0.05)
        searched_s += 0.05
    await asyncio.wait([running], timeout=duration_s if session.status.counts.samples else 0.0)


class _Teller:
    """Prints reps and sets, and says when a set should end; hides velocities where the goal does."""

    def __init__(self) -> None:
        self._set_index = -1
        self._reps: list[Rep] = []

    def tell(self, event: Event) -> None:
        """Print what an event says."""
        from analysis import RepFinished, SetFinished
        from server.cli.tables import print_reps
        from server.cli.web import console

        if isinstance(event, RepFinished):
            self._tell_rep(event)
        elif isinstance(event, SetFinished):
            if event.summary.velocity_feedback is not False:
                print_reps(console, event.summary)
                return
            n_reps = len(event.summary.reps)
            console.print(f"set {event.summary.index + 1}: {n_reps} reps; velocities are in the results")

    def _tell_rep(self, event: RepFinished) -> None:
        from analysis.set_goal import StopKind
        from server.cli.tables import with_sd
        from server.cli.web import console
        from server.goal_schemas import advice_on

        if event.set_index != self._set_index:
            self._set_index, self._reps = event.set_index, []
        rep = event.rep
        self._reps.append(rep)
        words = f"rep {rep.index + 1}"
        if event.goal is None or event.goal.velocity_feedback:
            velocity = with_sd(
                rep.mean_concentric_velocity_mps, rep.mean_concentric_velocity_sd_mps, digits=3
            )
            words += f": {velocity} m/s"
        console.print(words)
        advice = advice_on(self._reps, event.goal, event.exercise_id)
        if advice is None or not advice.reason:
            return
        hides = event.goal is not None and not event.goal.velocity_feedback
        reason = advice.reason
        if hides and advice.stop_kind is not StopKind.REPS:  # the other reasons tell velocities
            reason = "Set over" if advice.stop else "Cannot tell from this rep"
        if advice.stop:
            console.bell()
            console.print(f"[bold reverse] STOP [/] {reason}")
        else:
            console.print(reason)
