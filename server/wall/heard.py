"""What a wall takes from a rack's live messages, and how it follows them.

A rack may be older or newer than the wall: only the fields that a wall shows are read, everything else is
passed over. What a rack says is checked like anything that comes from outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from server.rep_schemas import Number

if TYPE_CHECKING:
    from typing import TypeAlias

SPEAKS = 1
"""Version of the live protocol that is understood."""
MAX_REPS = 500
MAX_SETS = 500

Text = Annotated[str, StringConstraints(max_length=500)]


class _Heard(BaseModel):
    """Base: only what is named is read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Goal(_Heard):
    """What the set is meant to be."""

    velocity_loss_stop_fraction: Number = None
    reps: int | None = None
    velocity_feedback: bool = True


class RepAdvice(_Heard):
    """One rep against its target."""

    zone: Literal["below", "in", "above"] | None = None


class Advice(_Heard):
    """The set against its goal."""

    main_velocity: Text = "mean"
    reps: Annotated[tuple[RepAdvice, ...], Field(max_length=MAX_REPS)] = ()
    loss_fraction: Number = None
    stop: bool = False


class Quality(_Heard):
    """How far a rep can be trusted."""

    state: Text = "good"
    reasons: tuple[Text, ...] = ()


class HeardRep(_Heard):
    """One rep."""

    mean_concentric_velocity_mps: Number = None
    peak_concentric_velocity_mps: Number = None
    quality: Quality = Quality()


class HeardLabel(_Heard):
    """What the set is."""

    exercise_id: Text | None = None
    exercise_name: Text | None = None
    load_kg: Number = None
    goal: Goal | None = None


class HeardSet(HeardLabel):
    """A set, open or closed."""

    index: int
    end_s: Number = None
    reps: Annotated[tuple[HeardRep, ...], Field(max_length=MAX_REPS)] = ()
    velocity_loss_fraction: Number = None
    velocity_feedback: bool | None = None
    advice: Advice | None = None


class HeardLink(_Heard):
    """The link to the rack's sensor."""

    state: Literal["searching", "connected", "lost", "ended"]
    last_sample_age_s: Number = None
    reason: Text = ""


class HeardSession(_Heard):
    """The rack's session."""

    recording_id: Text
    athlete_id: Text | None = None
    velocity_feedback: bool | None = None


class HeardVerdict(_Heard):
    """What is said of a lift."""

    exercise_id: Text | None = None
    word: Text = ""
    headline: Text = ""
    """Empty from racks of older versions, which have the word alone."""


class _Message(_Heard):
    schema_version: Literal[1] = Field(alias="schema")
    seq: int


class Snapshot(_Message):
    """Everything at once."""

    type: Literal["snapshot"]
    session: HeardSession | None = None
    link: HeardLink | None = None
    label: HeardLabel = HeardLabel()
    open_set: HeardSet | None = None
    sets: Annotated[tuple[HeardSet, ...], Field(max_length=MAX_SETS)] = ()
    verdicts: tuple[HeardVerdict, ...] = ()


class RepHeard(_Message):
    """A rep closed."""

    type: Literal["rep"]
    open_set: HeardSet


class SetHeard(_Message):
    """A set closed."""

    type: Literal["set"]
    set: HeardSet
    verdicts: tuple[HeardVerdict, ...] = ()


class LinkHeard(_Message):
    """The link changed."""

    type: Literal["link"]
    link: HeardLink


class LabelHeard(_Message):
    """The next set was named."""

    type: Literal["label"]
    label: HeardLabel


class SessionHeard(_Message):
    """A session started or ended."""

    type: Literal["session"]
    session: HeardSession | None


class HeartbeatHeard(_Message):
    """The rack is there and has nothing to say."""

    type: Literal["heartbeat"]


HeardMessage: TypeAlias = (
    HeartbeatHeard | Snapshot | RepHeard | SetHeard | LinkHeard | LabelHeard | SessionHeard
)


class _Kind(_Heard):
    """What every message has, of whatever version."""

    schema_version: int = Field(alias="schema")
    type: Text


_KNOWN: TypeAdapter[HeardMessage] = TypeAdapter(Annotated[HeardMessage, Field(discriminator="type")])
_TYPES = frozenset({"heartbeat", "snapshot", "rep", "set", "link", "label", "session"})
_OFTEN_PASSED_OVER = '"type":"velocity"'
_HEAD_CHARS = 80


class UnknownProtocolError(Exception):
    """A rack speaks another version of the live protocol."""


def read_message(text: str) -> HeardMessage | None:
    """Read a live message; None if a wall has no use for it.

    Raises
    ------
    UnknownProtocolError
        If the rack speaks another version.
    ValueError
        If it is no live message.
    """
    if _OFTEN_PASSED_OVER in text[:_HEAD_CHARS]:  # most of them: not worth a parser
        return None
    kind = _Kind.model_validate_json(text)
    if kind.schema_version != SPEAKS:
        raise UnknownProtocolError
    return _KNOWN.validate_json(text) if kind.type in _TYPES else None
