"""Pairing: connect to a sensor, lead through its mounting, measure rate and losses, keep what was found."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from analysis.imu import SetLabel
from analysis.mount_guide import GuideState, MountGuide, MountStep
from ingest.decoding import PacketDecoder
from ingest.devices import is_bar_sensor
from ingest.errors import PairingFailedError
from ingest.items import AccelBlock, StreamCounts
from ingest.known_sensors import KnownSensor
from ingest.packets import PacketSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.imu import MountPosition
    from analysis.turn_watch import Orientation
    from ingest.known_sensors import KnownSensors
    from ingest.packets import RawPacket

LISTEN_S = 5.0
"""How long a sensor that has no mount to find is listened to, s; 2 to 20: rate and losses show in that
time."""


class StoppableSource(PacketSource, Protocol):
    """A source that can be told to end."""

    problem: str
    """Why nothing comes, in words; empty while it does."""

    def stop(self) -> None:
        """End the stream."""
        ...


class PairingStep(StrEnum):
    """Where a pairing is."""

    CONNECTING = "connecting"
    MOUNTING = "mounting"
    LISTENING = "listening"
    """To a sensor that does not sit on a bar."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PairingState:
    """A pairing at a glance.

    Attributes
    ----------
    step : PairingStep
        Where it is.
    sensor : KnownSensor or None
        As it will be kept, as far as known; None before the connection.
    model, firmware : str
        As the sensor says.
    rssi_dbm, mtu : int or None
        Of the connection.
    battery_charge_fraction : float or None
        0 to 1.
    counts : StreamCounts
        Measured rate, losses.
    nominal_rate_hz : float or None
        What the sensor claims.
    guide : GuideState
        Of the mounting.
    problem : str
        Why nothing happens; empty if nothing is wrong.
    """

    step: PairingStep = PairingStep.CONNECTING
    sensor: KnownSensor | None = None
    model: str = ""
    firmware: str = ""
    rssi_dbm: int | None = None
    mtu: int | None = None
    battery_charge_fraction: float | None = None
    counts: StreamCounts = field(default_factory=StreamCounts)
    nominal_rate_hz: float | None = None
    guide: GuideState = field(default_factory=GuideState)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PairingWishes:
    """What the lifter says beforehand.

    Attributes
    ----------
    position : MountPosition or None
        Where the sensor sits; None: it is told from the roll.
    lever_m : tuple of 3 float
        From the bar's axis to the sensor, sensor frame, m.
    exercise_id : str
        Lift of the trial rep.
    """

    position: MountPosition | None = None
    lever_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    exercise_id: str = "back_squat"


class Pairing:
    """Pairs one sensor.

    Parameters
    ----------
    source : StoppableSource
        Streams it.
    known : KnownSensors
        Where it is kept.
    wishes : PairingWishes, optional
        What the lifter says beforehand.
    on_change : callable, optional
        Called with the state whenever something that a person reads has changed.
    """

    def __init__(
        self,
        source: StoppableSource,
        known: KnownSensors,
        wishes: PairingWishes | None = None,
        on_change: Callable[[PairingState], None] | None = None,
    ) -> None:
        self._source, self._known = source, known
        self._wishes = wishes or PairingWishes()
        self._on_change = on_change
        self._decoder = PacketDecoder(None)
        self._guide: MountGuide | None = None
        self._first_s: float | None = None
        self.state = PairingState()

    async def run(self) -> KnownSensor:
        """Run to the end; return the sensor as it was kept.

        Raises
        ------
        PairingFailedError
            If it was stopped before its end.
        IngestError
            If there is no Bluetooth, or what was found cannot be kept.
        """
        watching = asyncio.create_task(self._watch_source(), name="pairing")
        try:
            async for packet in self._source.packets():
                self._take(packet)
                if self.state.step is PairingStep.DONE:
                    break
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            self._source.stop()
        if self.state.step is not PairingStep.DONE or self.state.sensor is None:
            raise PairingFailedError(self.state.guide.problem or self.state.problem)
        self._known.save(self.state.sensor)
        return self.state.sensor

    @property
    def orientation(self) -> Orientation | None:
        """How the sensor lies now; None where none is being mounted."""
        return None if self._guide is None else self._guide.orientation

    def stop(self) -> None:
        """Give up; nothing is kept."""
        self._source.stop()

    def tell_direction(self, *, top_went_forward: bool) -> PairingState:
        """Answer which way the top of the bar went; see `MountGuide.tell_direction`."""
        if self._guide is not None:
            self._follow(self._guide.tell_direction(top_went_forward=top_went_forward))
        return self.state

    def skip_rep(self) -> PairingState:
        """Do without the trial rep."""
        if self._guide is not None:
            self._follow(self._guide.skip_rep())
        return self.state

    def _take(self, packet: RawPacket) -> None:
        items = self._decoder.feed(packet)
        link, info = self._decoder.link, self._decoder.info
        if link is None or link.event != "connected":
            return
        if self.state.sensor is None:
            found = self._known.find(link.address) or KnownSensor(link.address)
            self._change(sensor=replace(found, name=link.name, driver=link.driver))
        self._change(
            model=self._decoder.model,
            firmware=info.firmware if info else "",
            rssi_dbm=link.rssi_dbm,
            mtu=link.mtu,
            battery_charge_fraction=self._decoder.battery_charge_fraction,
            nominal_rate_hz=info.sample_rate_hz if info else None,
            problem="",
        )
        if not is_bar_sensor(link.driver):
            self._listen(packet.received_at_s)
            return
        for item in items:
            if isinstance(item, (AccelBlock, SetLabel)) or info is None:
                continue
            if self._guide is None:
                wishes = self._wishes
                self._guide = MountGuide(
                    info, wishes.position, wishes.lever_m, exercise_id=wishes.exercise_id
                )
                self._change(step=PairingStep.MOUNTING)
            self._follow(self._guide.push(item))

    def _listen(self, now_s: float) -> None:
        if self._first_s is None:
            self._first_s = now_s
            self._change(step=PairingStep.LISTENING)
        elif now_s - self._first_s >= LISTEN_S:
            self._change(step=PairingStep.DONE)

    def _follow(self, guide: GuideState) -> None:
        if guide == self.state.guide:
            return
        changes: dict[str, object] = {"guide": guide, "counts": self._decoder.counts}
        if guide.step is MountStep.DONE and self.state.sensor is not None:
            changes["step"] = PairingStep.DONE
            changes["sensor"] = replace(self.state.sensor, mount=guide.mount)
        self._change(**changes)

    def _change(self, **changes: object) -> None:
        before = self.state
        self.state = replace(before, counts=self._decoder.counts)
        self.state = replace(self.state, **changes)  # pyright: ignore[reportArgumentType] -- names checked by replace
        shown = replace(self.state, counts=before.counts)
        if shown != before and self._on_change is not None:
            self._on_change(self.state)

    async def _watch_source(self) -> None:
        """Say what the source struggles with."""
        while True:
            await asyncio.sleep(0.5)
            if self._source.problem != self.state.problem:
                self._change(problem=self._source.problem)
