"""The wall of one server: follows racks and tells every browser that shows the wall.

Like `server.live.LiveHub` it never waits for anybody. A tile that a slow browser has not taken yet is
replaced by its successor, so nobody is ever disconnected for being slow.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from server.errors import InvalidRackError, NotFoundError, WallFileError
from server.live import Outbox, Outgoing
from server.messages import Delivery, Message
from server.wall.follower import follow_own, follow_rack
from server.wall.names import NAMES_EVERY_S, lifter_at, own_lifter
from server.wall.racks import MAX_NAME_CHARS, Rack, WallFile, WallSettings, with_racks
from server.wall.tile import Contact, RackView, TileModel

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine, Generator, Sequence

    from server.live import LiveHub
    from server.store import Store

_log = logging.getLogger(__name__)

OWN_ID = "own"
QUEUE_LIMIT = 64
"""Messages that wait for one browser: a snapshot and one for each tile are all that can ever wait."""
HEARTBEAT_S = 2.0
"""A screen hears something at least this often, s; as on the live socket."""
MAX_CLIENTS = 32
"""Screens that show the wall at once. 4 to 64."""


class WallSnapshot(Message):
    """The whole wall: first message of every connection, and again when racks come or go."""

    delivery = Delivery.LATEST
    type: Literal["wall"] = "wall"
    own_name: str
    shows_names: bool
    tiles: tuple[TileModel, ...]


class TileMessage(Message):
    """One rack changed, or was heard of again."""

    delivery = Delivery.LATEST
    type: Literal["tile"] = "tile"
    tile: TileModel


@dataclass(slots=True)
class _Followed:
    """A rack, what was heard of it, and who listens."""

    rack: Rack
    view: RackView
    task: asyncio.Task[None] | None = None


class Wall:
    """Follows racks while it runs.

    Parameters
    ----------
    file : WallFile
        Where its settings are kept.
    hub : LiveHub
        Of this server's own sensor.
    store : Store
        Knows this server's lifters.
    given : sequence of Rack
        Racks of the command line: followed, not kept.

    Raises
    ------
    InvalidRackError
        If there are too many racks.
    """

    def __init__(self, file: WallFile, hub: LiveHub, store: Store, given: Sequence[Rack] = ()) -> None:
        self._file, self._hub, self._store = file, hub, store
        self._problem: WallFileError | None = None
        self._kept = self._loaded()
        self._given = tuple(given)
        with_racks(self._kept, self._given)
        self._followed: dict[str, _Followed] = {}
        self._own = RackView()
        self._tasks: set[asyncio.Task[None]] = set()
        self._own_task: asyncio.Task[None] | None = None
        self._clients: set[Outbox] = set()
        self._seq = 0
        self._runs = False
        self._asks_names = asyncio.Event()

    def _loaded(self) -> WallSettings:
        """Read the file; a damaged one is left alone until it is mended, and costs only its racks."""
        try:
            return self._file.load()
        except WallFileError as error:
            _log.warning("%s", error)
            self._problem = error
            return WallSettings()

    # -- running

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Follow while the block runs."""
        self._runs = True
        self._follow_as_told()
        names = asyncio.create_task(self._learn_names(), name="lifters of the wall")
        try:
            yield
        finally:
            self._runs = False
            tasks = [names, *self._tasks]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def racks(self) -> tuple[Rack, ...]:
        """All that are followed: those that are kept, then those of the command line."""
        return with_racks(self._kept, self._given).racks

    @property
    def n_clients(self) -> int:
        """Screens that show the wall."""
        return len(self._clients)

    @property
    def is_full(self) -> bool:
        """Whether no further screen may connect."""
        return len(self._clients) >= MAX_CLIENTS

    def _follow_as_told(self) -> None:
        """Begin to follow those that are new or changed, and leave those that are gone."""
        wanted = {rack.rack_id: rack for rack in self.racks}
        for rack_id, followed in list(self._followed.items()):
            new = wanted.get(rack_id)
            if new is not None and replace(new, name=followed.rack.name) == followed.rack:
                followed.rack = new
                continue
            if followed.task is not None:
                followed.task.cancel()
            del self._followed[rack_id]
        for rack_id, rack in wanted.items():
            if rack_id not in self._followed:
                self._followed[rack_id] = followed = _Followed(rack, RackView())
                followed.task = self._start(
                    follow_rack(rack, followed.view, lambda one=followed: self._tell(one))
                )
        if wanted:
            self._follow_own()

    def _follow_own(self) -> None:
        """Listen to the own sensor, once somebody has a use for it."""
        if self._own_task is None:
            self._own_task = self._start(follow_own(self._hub, self._own, self._tell_own))

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None] | None:
        if not self._runs:
            work.close()
            return None
        task = asyncio.create_task(work, name="wall")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _learn_names(self) -> None:
        """Ask who lifts, as long as lifters are to be named."""
        while True:
            if self._kept.shows_names and self._clients:
                await asyncio.gather(*(self._learn_name(one) for one in list(self._followed.values())))
                lifter = await own_lifter(self._hub, self._store)
                if lifter != self._own.lifter:
                    self._own.lifter = lifter
                    self._tell_own()
            self._asks_names.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asks_names.wait(), NAMES_EVERY_S)

    async def _learn_name(self, followed: _Followed) -> None:
        if followed.view.contact is not Contact.HEARD:
            return
        lifter = await lifter_at(followed.rack, followed.view.session)
        if lifter != followed.view.lifter and self._kept.shows_names:
            followed.view.lifter = lifter
            self._tell(followed)

    # -- what is kept

    def add(self, rack: Rack) -> str:
        """Follow a rack from now on; return its id.

        Raises
        ------
        InvalidRackError
            If there are too many, or its name is taken.
        WallFileError
            If it cannot be kept.
        """
        with_racks(self._kept.with_rack(rack), self._given)
        self._change(self._kept.with_rack(rack))
        return rack.rack_id

    def remove(self, rack_id: str) -> None:
        """Follow a rack no longer.

        Raises
        ------
        NotFoundError
            If none with this id is kept.
        WallFileError
            If that cannot be kept.
        """
        left = tuple(one for one in self._kept.racks if one.rack_id != rack_id)
        if len(left) == len(self._kept.racks):
            raise NotFoundError(
                "No such rack is kept.", "Racks that were given on the command line are taken away there."
            )
        self._change(replace(self._kept, racks=left))

    def change(self, *, own_name: str | None = None, shows_names: bool | None = None) -> None:
        """Rename the own sensor, or say whether lifters are named.

        Raises
        ------
        InvalidRackError
            If the name makes no sense.
        WallFileError
            If it cannot be kept.
        """
        settings = self._kept
        if own_name is not None:
            own_name = own_name.strip()
            if not 0 < len(own_name) <= MAX_NAME_CHARS or not own_name.isprintable():
                raise InvalidRackError(f"A rack needs a name of 1 to {MAX_NAME_CHARS} characters.")
            settings = replace(settings, own_name=own_name)
        if shows_names is not None:
            settings = replace(settings, shows_names=shows_names)
        self._change(settings)

    def _change(self, settings: WallSettings) -> None:
        if self._problem is not None:
            raise self._problem
        self._file.keep(settings)
        self._kept = settings
        if not settings.shows_names:
            for view in (self._own, *(one.view for one in self._followed.values())):
                view.lifter = None
        self._asks_names.set()
        self._follow_as_told()
        self._send_all()

    # -- telling

    def snapshot(self) -> WallSnapshot:
        """Say everything at once."""
        tiles = [self._tile(one) for one in self._in_order()]
        if self._shows_own:
            tiles.insert(0, self._own_tile())
        return WallSnapshot(
            seq=self._seq,
            own_name=self._kept.own_name,
            shows_names=self._kept.shows_names,
            tiles=tuple(tiles),
        )

    @contextmanager
    def client(self) -> Generator[Outbox]:
        """Connect a screen: its outbox starts with the snapshot and misses nothing after it."""
        self._follow_own()
        outbox = Outbox(QUEUE_LIMIT, HEARTBEAT_S)
        outbox.put(_outgoing(self.snapshot()))
        self._clients.add(outbox)
        try:
            yield outbox
        finally:
            self._clients.discard(outbox)

    def _in_order(self) -> list[_Followed]:
        return [self._followed[rack.rack_id] for rack in self.racks if rack.rack_id in self._followed]

    @property
    def _shows_own(self) -> bool:
        """Whether this server has a sensor of its own, or had one since it started."""
        return self._own.session is not None or self._own.link is not None

    def _tile(self, followed: _Followed) -> TileModel:
        rack = followed.rack
        return TileModel.model_validate(
            followed.view.values(asyncio.get_running_loop().time())
            | {
                "rack_id": rack.rack_id,
                "name": rack.name,
                "address": rack.address,
                "is_own": False,
                "is_kept": any(one.rack_id == rack.rack_id for one in self._kept.racks),
            }
        )

    def _own_tile(self) -> TileModel:
        return TileModel.model_validate(
            self._own.values(asyncio.get_running_loop().time())
            | {
                "rack_id": OWN_ID,
                "name": self._kept.own_name,
                "address": None,
                "is_own": True,
                "is_kept": True,
            }
        )

    def _tell(self, followed: _Followed) -> None:
        if self._clients and self._followed.get(followed.rack.rack_id) is followed:
            self._send(TileMessage(tile=self._tile(followed)))

    def _tell_own(self) -> None:
        if self._clients and self._shows_own:
            self._send(TileMessage(tile=self._own_tile()))

    def _send_all(self) -> None:
        if self._clients:
            self._send(self.snapshot())

    def _send(self, message: WallSnapshot | TileMessage) -> None:
        self._seq += 1
        outgoing = _outgoing(message.model_copy(update={"seq": self._seq}))
        for outbox in self._clients:
            outbox.put(outgoing)


def _outgoing(message: WallSnapshot | TileMessage) -> Outgoing:
    """Serialise; each tile is a type of its own, so that it is replaced by its own successor alone."""
    of_type = f"tile {message.tile.rack_id}" if isinstance(message, TileMessage) else message.type
    return Outgoing(of_type, message.delivery, message.to_json())
