"""Everything that the page may do with sensors: look around, pair, mount, connect and let go."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from ingest.ble import BleSource
from ingest.ble_scan import scan
from ingest.companions import Membership, SessionClock
from ingest.errors import IngestError, KnownSensorError
from ingest.known_sensors import KnownSensor, KnownSensors
from ingest.pairing import Pairing, PairingState, PairingWishes
from server.companion import Companion
from server.errors import LabelRefusedError, NotFoundError, SensorBusyError, SensorFailedError
from server.live_session import Listeners, LiveSession, SessionSink
from server.session import LinkState, LinkStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.imu import Mount, MountPosition, SetLabel
    from analysis.turn_watch import Orientation
    from ingest.ble_scan import FoundSensor
    from server.live import LiveHub
    from server.settings import Settings
    from server.store import Store

_log = logging.getLogger(__name__)


class SensorDesk:
    """Runs at most one session and one pairing; implements `server.session.Controls`.

    Parameters
    ----------
    settings : Settings
        Where recordings and known sensors are.
    hub : LiveHub
        Tells the browsers.
    store : Store
        Keeps closed sets.
    transport : str or None
        Where the radio is; None: this computer's Bluetooth.
    """

    def __init__(self, settings: Settings, hub: LiveHub, store: Store, transport: str | None = None) -> None:
        self.known = KnownSensors(settings.sensors_dir)
        self._settings, self._hub, self._store, self._transport = settings, hub, store, transport
        self._session: LiveSession | None = None
        self._source: BleSource | None = None
        self._running: asyncio.Task[None] | None = None
        self._pairing: Pairing | None = None
        self._pairing_task: asyncio.Task[KnownSensor] | None = None
        self._wishes = PairingWishes()
        self._pairing_problem = ""
        self.pairing_id = uuid4()
        """Of the pairing that runs or ended last."""
        self._scanning = asyncio.Lock()
        self.listeners = Listeners()
        """Who else hears of its sessions."""

    # -- looking around

    async def scan(self, timeout_s: float, *, asks_batteries: bool) -> list[FoundSensor]:
        """List what advertises.

        Raises
        ------
        SensorBusyError
            If somebody is looking around already.
        SensorFailedError
            If there is no Bluetooth.
        """
        if self._scanning.locked():
            raise SensorBusyError("A search is going on.", "Wait for its end.")
        async with self._scanning:
            try:
                return await scan(self._transport, timeout_s, asks_batteries=asks_batteries)
            except IngestError as error:
                raise SensorFailedError(str(error)) from error

    def paired(self) -> list[KnownSensor]:
        """List the sensors that were paired."""
        try:
            return self.known.paired()
        except KnownSensorError as error:
            raise SensorFailedError(str(error)) from error

    def remount(self, address: str, mount: Mount) -> KnownSensor:
        """Say how a paired sensor sits.

        Raises
        ------
        NotFoundError
            If no such sensor is paired.
        """
        changed = replace(self._paired(address), mount=mount)
        self.known.save(changed)
        return changed

    def forget(self, address: str) -> None:
        """Forget a paired sensor.

        Raises
        ------
        NotFoundError
            If no such sensor is paired.
        """
        self.known.forget(self._paired(address).address)

    def _paired(self, address: str) -> KnownSensor:
        for one in self.paired():
            if one.address.lower() == address.lower():
                return one
        raise NotFoundError(f"No sensor {address} is paired.", "Pair it first.")

    # -- pairing

    @property
    def pairing(self) -> PairingState | None:
        """The pairing that runs or ended last; None before the first."""
        if self._pairing is None:
            return None
        state = self._pairing.state
        return replace(state, problem=self._pairing_problem) if self._pairing_problem else state

    @property
    def orientation(self) -> Orientation | None:
        """How the sensor lies that is being mounted; None if none is."""
        return None if self._pairing is None else self._pairing.orientation

    @property
    def wished_position(self) -> MountPosition | None:
        """Where the lifter said that the sensor sits; None: nobody said."""
        return self._wishes.position

    @property
    def pairs(self) -> bool:
        """Whether a pairing is going on."""
        return self._pairing_task is not None and not self._pairing_task.done()

    def start_pairing(self, address: str, wishes: PairingWishes) -> PairingState:
        """Begin to pair a sensor.

        Raises
        ------
        SensorBusyError
            If another is being paired, or this one streams.
        """
        if self.pairs:
            raise SensorBusyError("A sensor is being paired.", "Finish that first, or give it up.")
        if self.streams:
            raise SensorBusyError("A session is running.", "End it before you pair a sensor.")
        source = BleSource(address=address, transport=self._transport)
        self._wishes = wishes
        self.pairing_id = uuid4()
        self._pairing, self._pairing_problem = Pairing(source, self.known, wishes), ""
        self._pairing_task = asyncio.create_task(self._pair(self._pairing), name="pairing")
        return self._pairing.state

    async def _pair(self, pairing: Pairing) -> KnownSensor:
        try:
            return await pairing.run()
        except IngestError as error:
            self._pairing_problem = str(error)
            raise

    def tell_direction(self, *, top_went_forward: bool) -> PairingState:
        """Answer the guide's question.

        Raises
        ------
        NotFoundError
            If no sensor is being paired.
        """
        return self._running_pairing().tell_direction(top_went_forward=top_went_forward)

    def skip_rep(self) -> PairingState:
        """Leave the trial rep out.

        Raises
        ------
        NotFoundError
            If no sensor is being paired.
        """
        return self._running_pairing().skip_rep()

    async def stop_pairing(self) -> None:
        """Give up; nothing is kept."""
        if self._pairing is not None and self._pairing_task is not None:
            self._pairing.stop()
            await asyncio.gather(self._pairing_task, return_exceptions=True)

    def _running_pairing(self) -> Pairing:
        if self._pairing is None or not self.pairs:
            raise NotFoundError("No sensor is being paired.", "Begin with one of the list.")
        return self._pairing

    # -- sessions

    @property
    def streams(self) -> bool:
        """Whether a session is going on."""
        return self._running is not None and not self._running.done()

    def connect(
        self,
        source: BleSource,
        mount: Mount | None = None,
        membership: Membership | None = None,
        companions: Sequence[Companion] = (),
    ) -> None:
        """Begin a session with a sensor.

        Raises
        ------
        SensorBusyError
            If a session runs or a sensor is being paired.
        """
        if self.streams:
            raise SensorBusyError("A session is running.", "End it first.")
        if self.pairs:
            raise SensorBusyError("A sensor is being paired.", "Finish that first, or give it up.")
        session = LiveSession(
            source,
            None,
            self._settings.recordings_dir,
            SessionSink(self._hub, self._store, self.listeners.on_event),
            mount=mount,
            known_sensors=self.known,
            membership=membership,
            companions=companions,
            on_items=self.listeners.on_items,
        )
        self._session, self._source = session, source
        self._running = asyncio.create_task(self._run(session), name="session")

    def connect_to(self, address: str, also: Sequence[tuple[str, str]] = ()) -> None:
        """Begin a session with the sensor at an address, and companions ``(address, role)`` beside it.

        Raises
        ------
        SensorBusyError
            If a session runs or a sensor is being paired.
        """
        membership = Membership(SessionClock.now())
        companions = [
            Companion(
                BleSource(address=other, transport=self._transport),
                self._settings.companions_dir,
                membership.companion(role),
            )
            for other, role in also
        ]
        self.connect(BleSource(address=address, transport=self._transport), None, membership, companions)

    async def _run(self, session: LiveSession) -> None:
        try:
            await session.run()
        except IngestError as error:
            # The dashboard goes on: earlier sessions can be looked at, and another sensor tried.
            _log.warning("no sensor: %s", error)
            self._hub.publish_status(LinkStatus(LinkState.LOST, reason=str(error)))

    async def disconnect(self) -> None:
        """End the session; its results stay."""
        if self._source is not None:
            self._source.stop()
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)

    async def label(self, label: SetLabel) -> None:
        """Say what the next set is.

        Raises
        ------
        LabelRefusedError
            If no session runs.
        """
        if self._session is None:
            raise LabelRefusedError("No session is running.", "Connect a sensor first.")
        await self._session.label(label)

    async def close(self) -> None:
        """End whatever runs."""
        await self.stop_pairing()
        await self.disconnect()
