"""``upright pair``: keep a sensor, with how it sits on the bar."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import DataDir, LeverM, MountName, Transport, change_of, settings_of
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.known_sensors import KnownSensor
    from ingest.pairing import Pairing, PairingState

PROMPTS = {
    "still": "Lay the bar on rack or floor and take your hands off: it must lie still for 5 seconds.",
    "roll": "Now roll the bar a quarter turn, its TOP going FORWARD, away from you. Hold, and roll it back.",
    "rep": "Now do one slow {lift}, from still to still (another lift: --exercise; none: --no-rep).",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("pair")(pair)
    app.command("unpair")(unpair)


def pair(
    sensor: Annotated[
        str | None,
        typer.Option(help="Name or address. Default: the first that is found.", show_default=False),
    ] = None,
    transport: Transport = None,
    mount: MountName = None,
    lever_m: LeverM = None,
    exercise: Annotated[str, typer.Option("--exercise", help="Lift of the trial rep.")] = "back_squat",
    yes: Annotated[
        bool, typer.Option("--yes", help="The top of the bar will go forward: do not ask.")
    ] = False,
    no_rep: Annotated[bool, typer.Option("--no-rep", help="Leave the trial rep out.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Pair a sensor: find it, check it at rest, find the bar in it by one roll, and keep that.

    Afterwards `record` and `serve` take it before others, and know how it sits.
    """
    from analysis import find_exercise
    from ingest.known_sensors import KnownSensors
    from ingest.pairing import Pairing, PairingWishes
    from server.cli.sensors import source_for

    settings = settings_of(data_dir)
    lift = find_exercise(exercise)
    change = change_of(mount, None, lever_m)
    known = KnownSensors(settings.sensors_dir)
    wishes = PairingWishes(change.position, change.lever_m or (0.0, 0.0, 0.0), exercise)
    console = terminal()
    pairing = Pairing(source_for(sensor, transport, known), known, wishes)
    talk = _Talk(console, pairing, lift.name if lift else exercise, asks=not yes, wants_rep=not no_rep)
    console.print("Looking for the sensor … (Ctrl-C ends)")
    kept = asyncio.run(_run(pairing, talk))
    console.print(f"[bold]Paired {kept.name or kept.address}[/]: {_mount_words(kept)}")


def unpair(
    sensor: Annotated[str, typer.Argument(help="Name or address of a paired sensor.")],
    data_dir: DataDir = None,
) -> None:
    """Forget a paired sensor, its mount and its calibration."""
    from ingest.errors import DeviceNotFoundError
    from ingest.known_sensors import KnownSensors

    known = KnownSensors(settings_of(data_dir).sensors_dir)
    matches = [one for one in known.paired() if sensor.lower() in {one.name.lower(), one.address.lower()}]
    if len(matches) != 1:
        raise DeviceNotFoundError(f"{sensor}: {len(matches)} paired sensors have that name or address")
    known.forget(matches[0].address)
    terminal().print(f"Forgot {matches[0].name} ({matches[0].address}).")


async def _run(pairing: Pairing, talk: _Talk) -> KnownSensor:
    running = asyncio.create_task(pairing.run())
    while not running.done():
        await asyncio.wait([running], timeout=0.1)
        await talk.follow(pairing.state)
    return await running


class _Talk:
    """Says what to do, and what was found."""

    def __init__(self, console: Console, pairing: Pairing, lift: str, *, asks: bool, wants_rep: bool) -> None:
        self._console, self._pairing, self._lift = console, pairing, lift
        self._asks, self._wants_rep = asks, wants_rep
        self._said: set[str] = set()

    async def follow(self, state: PairingState) -> None:
        """Say what is new."""
        from analysis.mount_guide import MountStep
        from ingest.pairing import PairingStep

        if state.problem:
            self._say(f"[yellow]{state.problem}[/]")
        if state.sensor is None or state.step is PairingStep.CONNECTING:
            return
        self._say(_sensor_words(state))
        guide = state.guide
        if guide.problem:
            self._say(f"[yellow]{guide.problem}[/]")
        if guide.rest is not None and not guide.rest.refusal:
            self._say(_rest_words(state))
        if state.step is PairingStep.MOUNTING and guide.step.value in PROMPTS:
            self._say(PROMPTS[guide.step.value].format(lift=self._lift))
        if guide.step is MountStep.DIRECTION:
            await self._ask_direction()
        elif guide.step is MountStep.REP and not self._wants_rep:
            self._pairing.skip_rep()
        if guide.rep is not None:
            self._say(_rep_words(state))

    async def _ask_direction(self) -> None:
        forward = True
        if self._asks:
            question = "Did the top of the bar go forward, away from you, in the first turn?"
            forward = await asyncio.to_thread(typer.confirm, question, default=True)
        self._pairing.tell_direction(top_went_forward=forward)

    def _say(self, words: str) -> None:
        if words not in self._said:
            self._said.add(words)
            self._console.print(words, soft_wrap=True)


def _sensor_words(state: PairingState) -> str:
    sensor = state.sensor
    name = "" if sensor is None else f"{sensor.name or sensor.address} ({sensor.driver})"
    signal = "" if state.rssi_dbm is None else f", signal {state.rssi_dbm} dBm"
    return f"Connected: {name}{signal}"


def _rest_words(state: PairingState) -> str:
    import numpy as np

    from analysis.usual_sensor import UsualSensor

    rest, usual = state.guide.rest, UsualSensor()
    if rest is None:
        return ""
    accel = rest.accel_noise_mps2_per_rthz / usual.accel_noise_mps2_per_rthz[1]
    gyro = rest.gyro_noise_radps_per_rthz / usual.gyro_noise_radps_per_rthz[1]
    bias = np.degrees(np.linalg.norm(rest.gyro_bias_radps))
    return (
        f"At rest: gravity {rest.gravity_mps2:.2f} m/s² (9.81), noise {accel:.1f} × (accelerometer) and "
        f"{gyro:.1f} × (gyroscope) that of a usual data sheet, gyroscope bias {bias:.1f} °/s"
    )


def _rep_words(state: PairingState) -> str:
    from server.cli.tables import with_sd

    rep = state.guide.rep
    if rep is None:
        return ""
    velocity = with_sd(rep.mean_concentric_velocity_mps, rep.mean_concentric_velocity_sd_mps, digits=2)
    reach = with_sd(rep.range_of_motion_m, rep.range_of_motion_sd_m, digits=2)
    counts = state.counts
    rate = "" if counts.sample_rate_hz is None else f"; true rate {counts.sample_rate_hz:.2f} Hz"
    claimed = "" if state.nominal_rate_hz is None else f" (claimed {state.nominal_rate_hz:g})"
    return (
        f"Trial rep: {velocity} m/s over {reach} m{rate}{claimed}, "
        f"{counts.lost_samples} of {counts.samples + counts.lost_samples} samples lost"
    )


def _mount_words(sensor: KnownSensor) -> str:
    if sensor.mount is None:
        return "no mount to find"
    axis = sensor.mount.bar_axis
    words = f"on the {sensor.mount.position.value}"
    return (
        words if axis is None else f"{words}, bar to the left along ({', '.join(f'{a:.3f}' for a in axis)})"
    )
