"""The live messages: a closed union, each with ``type``, ``schema`` and a number that only ever rises."""

from __future__ import annotations

from enum import Enum, auto
from typing import ClassVar, Literal, TypeAlias
from uuid import UUID  # noqa: TC003 -- pydantic reads it

from pydantic import Field

from analysis.events import SetPhase  # noqa: TC001 -- pydantic reads it
from analysis.stability.judgement import LiftVerdict  # noqa: TC001 -- pydantic reads it
from analysis.stability.typical import Typical  # noqa: TC001 -- pydantic reads it
from server.schemas import (
    ChangeModel,
    LabelModel,
    LinkModel,
    Model,
    Number,
    OpenSetModel,
    RepModel,
    SessionModel,
    SetModel,
)

SCHEMA = 1
"""Version of the live protocol; raised when a field changes its meaning or disappears."""


class Delivery(Enum):
    """What may happen to a message when a client is slow."""

    EVERY = auto()
    """Must arrive; a client that cannot take it is disconnected."""
    LATEST = auto()
    """A newer message of the same type replaces it."""
    DROPPABLE = auto()
    """The oldest is dropped."""


class Message(Model):
    """Base of all live messages."""

    delivery: ClassVar[Delivery] = Delivery.EVERY
    schema_version: Literal[1] = Field(default=SCHEMA, alias="schema")
    seq: int = 0

    def to_json(self) -> str:
        """Serialise for the wire."""
        return self.model_dump_json(by_alias=True)


class ProgressModel(Model):
    """How far the set that is open or comes next is; fields as in `analysis.events.SetProgress`."""

    set_index: int
    phase: SetPhase
    closes_in_s: Number = None


class DiskNotice(Model):
    """The disk is nearly full; level "warn" or, when it is urgent, "bad"."""

    level: Literal["warn", "bad"]
    title: str
    text: str


class SnapshotMessage(Message):
    """The complete live state: first message of every connection, so that a reconnect needs no reload."""

    type: Literal["snapshot"] = "snapshot"
    session: SessionModel | None
    link: LinkModel | None
    label: LabelModel
    open_set: OpenSetModel | None
    sets: tuple[SetModel, ...]
    verdicts: tuple[LiftVerdict, ...]
    n_gaps: int
    gap_samples: int
    undo: ChangeModel | None = None
    redo: ChangeModel | None = None
    typical: Typical | None = None
    """What is typical of a rep of the lift that is lifted now."""
    progress: ProgressModel | None = None
    last_rep_age_s: Number = None
    """Time from the end of the session's last rep to the newest sample, s."""
    disk: DiskNotice | None = None


class VelocityMessage(Message):
    """Provisional vertical velocity for the strip, several samples at once. s, m/s, m."""

    delivery: ClassVar[Delivery] = Delivery.DROPPABLE
    type: Literal["velocity"] = "velocity"
    t_s: tuple[float, ...]
    velocity_mps: tuple[Number, ...]
    height_m: tuple[Number, ...]


class RepMessage(Message):
    """A rep closed; its set is still open."""

    type: Literal["rep"] = "rep"
    open_set: OpenSetModel
    rep: RepModel
    undo: ChangeModel | None = None
    redo: ChangeModel | None = None
    typical: Typical | None = None
    last_rep_age_s: Number = None


class SetMessage(Message):
    """A set closed; its reps are final and may differ from those sent before."""

    type: Literal["set"] = "set"
    set: SetModel
    verdicts: tuple[LiftVerdict, ...]
    undo: ChangeModel | None = None
    redo: ChangeModel | None = None


class EditMessage(Message):
    """Somebody corrected something: what is on the screens changes, but nothing new happened at the bar.

    ``sets`` are those that changed, ``words`` what was done.
    """

    type: Literal["edit"] = "edit"
    open_set: OpenSetModel | None
    sets: tuple[SetModel, ...]
    verdicts: tuple[LiftVerdict, ...]
    undo: ChangeModel | None
    redo: ChangeModel | None
    words: str


class CorrectedMessage(Message):
    """Somebody corrected something of a session, be it on the live screens or not: read it again."""

    type: Literal["corrected"] = "corrected"
    recording_id: UUID


class ProgressMessage(Message):
    """A set opened or is about to close by itself, or goes on after all."""

    type: Literal["progress"] = "progress"
    progress: ProgressModel


class GapMessage(Message):
    """Samples were lost."""

    type: Literal["gap"] = "gap"
    start_s: float
    end_s: float
    missing: int
    reason: str
    n_gaps: int
    gap_samples: int


class LinkMessage(Message):
    """State of the link."""

    delivery: ClassVar[Delivery] = Delivery.LATEST
    type: Literal["link"] = "link"
    link: LinkModel


class LabelMessage(Message):
    """The lifter said what the next set is."""

    type: Literal["label"] = "label"
    label: LabelModel
    typical: Typical | None = None


class HealthMessage(Message):
    """What every screen should know of this computer; null: nothing is wrong with the disk."""

    delivery: ClassVar[Delivery] = Delivery.LATEST
    type: Literal["health"] = "health"
    disk: DiskNotice | None


class SessionMessage(Message):
    """A session started, which empties the live state, or ended (null), which keeps it on the screen."""

    type: Literal["session"] = "session"
    session: SessionModel | None


class HeartbeatMessage(Message):
    """The server is there and has nothing to say: silence then means that the connection is broken.

    It is no news, so it has no number of its own.
    """

    type: Literal["heartbeat"] = "heartbeat"


LiveMessage: TypeAlias = (
    SnapshotMessage
    | VelocityMessage
    | RepMessage
    | SetMessage
    | EditMessage
    | CorrectedMessage
    | ProgressMessage
    | GapMessage
    | LinkMessage
    | LabelMessage
    | SessionMessage
    | HealthMessage
    | HeartbeatMessage
)
