"""Hands live messages to every connected browser without letting a slow one delay another.

The hub never waits for anybody: publishing puts a message into one bounded outbox per client and returns. The
WebSocket endpoint empties the outbox of its own client in its own task. All of it runs on one event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from analysis.events import Event, RepFinished, SensorGap, SetFinished, SetProgress, VelocitySample
from server.judging import judged_alone, typical_alone
from server.messages import CorrectedMessage, Delivery, HeartbeatMessage, LiveMessage, VelocityMessage
from server.state import LiveState

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from uuid import UUID

    from analysis.imu import SetLabel
    from server.messages import DiskNotice
    from server.session import LinkStatus, RecordingInfo
    from server.state import JudgesSession, LiveEdits, TellsTypical


@dataclass(frozen=True, slots=True)
class HubConfig:
    """Tuned constants of the hub.

    Attributes
    ----------
    batch_s : float
        Velocity samples are gathered this long, s, by the loop's clock. 0.03 to 0.2; 0.066 is two samples at
        30 Hz, below what an eye notices on the strip, and halves the number of messages.
    queue_limit : int
        Messages that wait for one client. 64 to 1024; 256 is 17 s of velocity batches, and more reps and sets
        than any session closes in that time.
    max_clients : int
        Browsers at once. 4 to 64: one for each screen in a gym; more is a fault or an attack.
    heartbeat_s : float
        A client that was told nothing for so long, s, by the loop's clock, is told that the server is there.
        1 to 3: the page takes 5 s of silence for a broken connection (``core/socket.js``).
    """

    batch_s: float = 0.066
    queue_limit: int = 256
    max_clients: int = 64
    heartbeat_s: float = 2.0


_VELOCITY = "velocity"
"""The one type of message that may be dropped without a successor."""


_HEARTBEAT = HeartbeatMessage().to_json()


class ClientOverrunError(Exception):
    """A client did not take messages that may not be dropped; it connects again and gets a snapshot."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message serialised once for all clients; with `Delivery.LATEST` it replaces those of its type."""

    type: str
    delivery: Delivery
    text: str


class Outbox:
    """Messages that wait for one client.

    Parameters
    ----------
    limit : int
        How many may wait.
    heartbeat_s : float
        After so long without a message, s, there is a heartbeat.
    """

    def __init__(self, limit: int, heartbeat_s: float) -> None:
        self._limit = limit
        self._heartbeat_s = heartbeat_s
        self._waiting: deque[Outgoing] = deque()
        self._changed = asyncio.Event()
        self._overrun = asyncio.Event()

    def put(self, message: Outgoing) -> None:
        """Queue a message, dropping what may be dropped; marks the client overrun if nothing may."""
        if self._overrun.is_set():
            return
        if message.delivery is Delivery.LATEST:
            self._drop_oldest(message.type)
        if len(self._waiting) >= self._limit and not self._drop_oldest(_VELOCITY):
            if message.delivery is Delivery.DROPPABLE:
                return
            self._waiting.clear()
            self._overrun.set()
        else:
            self._waiting.append(message)
        self._changed.set()

    async def get(self) -> str:
        """Wait for the next message, or for the time of a heartbeat.

        Raises
        ------
        ClientOverrunError
            If a message that may not be dropped did not fit.
        """
        while not self._waiting:
            if self._overrun.is_set():
                raise ClientOverrunError
            self._changed.clear()
            try:
                async with asyncio.timeout(self._heartbeat_s):
                    await self._changed.wait()
            except TimeoutError:
                return _HEARTBEAT
        return self._waiting.popleft().text

    @property
    def is_overrun(self) -> bool:
        """Whether a message that may not be dropped did not fit."""
        return self._overrun.is_set()

    async def overrun(self) -> None:
        """Wait until a message that may not be dropped did not fit."""
        await self._overrun.wait()

    def _drop_oldest(self, message_type: str) -> bool:
        """Drop the oldest waiting message of a type; tell whether there was one."""
        for place, waiting in enumerate(self._waiting):
            if waiting.type == message_type:
                del self._waiting[place]
                return True
        return False


class LiveHub:
    """Takes what the collector says, keeps the live state and tells every client.

    Not thread-safe: call it on the event loop that serves the clients.

    Parameters
    ----------
    config : HubConfig
        Tuned constants.
    judge, typical : callable
        See `server.state.LiveState`.
    """

    def __init__(
        self,
        config: HubConfig | None = None,
        judge: JudgesSession = judged_alone,
        typical: TellsTypical = typical_alone,
    ) -> None:
        self._config = config or HubConfig()
        self._clients: set[Outbox] = set()
        self._inner: set[Outbox] = set()
        self._seq = 0
        self._samples: list[VelocitySample] = []
        self._flush_handle: asyncio.TimerHandle | None = None
        self.state = LiveState(judge, typical)
        self.on_stored: Callable[[UUID], None] | None = None
        """Called when a set of a session was stored, before anybody hears of it."""

    @property
    def n_clients(self) -> int:
        """Browsers that are connected now."""
        return len(self._clients) - len(self._inner)

    @property
    def is_full(self) -> bool:
        """Whether no further client may connect."""
        return self.n_clients >= self._config.max_clients

    def start_session(self, recording: RecordingInfo) -> None:
        """Begin a session; the state of the last one is forgotten."""
        self._publish(self.state.start(recording))

    def end_session(self) -> None:
        """End the session; its results stay on the screens."""
        self._publish(self.state.end())

    def publish_status(self, status: LinkStatus) -> None:
        """Tell how the link to the sensor is."""
        self._publish(self.state.take_link(status))

    def publish_disk(self, notice: DiskNotice | None) -> None:
        """Tell every screen that the disk is nearly full; None: it is not."""
        self._publish(self.state.take_disk(notice))

    def publish_label(self, label: SetLabel) -> None:
        """Tell what the next set is. Saying the same twice does no harm."""
        self._publish(self.state.take_label(label))

    def publish_edits(self, edits: LiveEdits, words: str) -> None:
        """Tell what people corrected; what is older than that which is known is passed over."""
        message = self.state.take_edits(edits, words)
        if message is not None:
            self._publish(message)

    def publish_corrected(self, recording_id: UUID) -> None:
        """Tell those who look at a session that it was corrected."""
        self._publish(CorrectedMessage(recording_id=recording_id))

    def publish_event(self, event: Event) -> None:
        """Tell what the signal core found."""
        match event:
            case VelocitySample():
                self.state.newest_s = event.t_s
                self._gather(event)
            case RepFinished():
                self._publish(self.state.take_rep(event))
            case SetFinished():
                self._publish(self.state.take_set(event.summary))
            case SetProgress():
                self._publish(self.state.take_progress(event))
            case SensorGap():
                self._publish(self.state.take_gap(event.gap))
            case _:
                assert_never(event)

    def snapshot(self) -> str:
        """Serialise the complete live state."""
        return self.state.snapshot(self._seq).to_json()

    @contextmanager
    def client(self, *, is_inner: bool = False) -> Generator[Outbox]:
        """Connect a client: its outbox starts with the snapshot and misses nothing after it.

        ``is_inner``: it is a part of this server, no browser, and is not counted.
        """
        self._flush()
        outbox = Outbox(self._config.queue_limit, self._config.heartbeat_s)
        outbox.put(Outgoing("snapshot", Delivery.EVERY, self.snapshot()))
        self._clients.add(outbox)
        if is_inner:
            self._inner.add(outbox)
        try:
            yield outbox
        finally:
            self._clients.discard(outbox)
            self._inner.discard(outbox)

    def _gather(self, sample: VelocitySample) -> None:
        """Keep a velocity sample until the batch is sent; nobody gathers while nobody looks."""
        if not self._clients:
            return
        self._samples.append(sample)
        if self._flush_handle is None:
            self._flush_handle = asyncio.get_running_loop().call_later(self._config.batch_s, self._flush)

    def _flush(self) -> None:
        """Send the velocity samples gathered so far."""
        if self._flush_handle is not None:
            self._flush_handle.cancel()
            self._flush_handle = None
        if not self._samples:
            return
        samples, self._samples = self._samples, []
        self._send(
            VelocityMessage(
                t_s=tuple(sample.t_s for sample in samples),
                velocity_mps=tuple(sample.velocity_mps for sample in samples),
                height_m=tuple(sample.height_m for sample in samples),
            )
        )

    def _publish(self, message: LiveMessage) -> None:
        """Send a message after the velocity that came before it."""
        self._flush()
        self._send(message)

    def _send(self, message: LiveMessage) -> None:
        self._seq += 1
        numbered = message.model_copy(update={"seq": self._seq})
        outgoing = Outgoing(numbered.type, numbered.delivery, numbered.to_json())
        for outbox in self._clients:
            outbox.put(outgoing)
