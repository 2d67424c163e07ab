"""One rack on the wall: what was heard of it, and the tile that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from server.rep_schemas import Model, Number
from server.wall.heard import (
    HeardLabel,
    HeardLink,
    HeardMessage,
    HeardSession,
    HeardSet,
    HeardVerdict,
    HeartbeatHeard,
    LabelHeard,
    LinkHeard,
    RepHeard,
    SessionHeard,
    SetHeard,
    Snapshot,
)

if TYPE_CHECKING:
    from server.wall.heard import HeardRep

PEAK = "peak"
SILENT_S = 3.0
"""A sensor whose last sample is older counts as lost although its link is up, s. 2 to 10."""


class Contact(StrEnum):
    """How the wall stands with a rack."""

    CONNECTING = "connecting"
    HEARD = "heard"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    """It answered, and does not want us: wrong token, another certificate, another version."""


class TileState(StrEnum):
    """What a tile says, in one word."""

    CONNECTING = "connecting"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    IDLE = "idle"
    SEARCHING = "searching"
    READY = "ready"
    LIFTING = "lifting"
    OVER = "over"
    RESTING = "resting"
    SENSOR_LOST = "sensor_lost"
    ENDED = "ended"


class TileModel(Model):
    """What a wall shows of a rack. Ages are as of the moment when this was sent; the page counts on.

    ``velocity_mps``, ``velocity_loss_fraction``, ``stop_fraction`` and ``zone`` are null where the lifter
    must not see velocities (``velocities_hidden``): a wall is seen by the lifter too.
    """

    rack_id: str
    name: str
    address: str | None
    is_own: bool
    is_kept: bool
    state: TileState
    reason: str
    heard_age_s: Number
    lost_age_s: Number
    rest_age_s: Number
    lifter: str | None
    exercise_name: str | None
    load_kg: Number
    set_number: int | None
    n_reps: int | None
    wanted_reps: int | None
    velocity_mps: Number
    velocity_kind: str
    velocity_loss_fraction: Number
    stop_fraction: Number
    zone: str | None
    quality: str | None
    quality_reasons: tuple[str, ...]
    stability: str | None
    velocities_hidden: bool


@dataclass(slots=True)
class RackView:
    """What was heard of one rack. Times are of the loop's clock, s.

    Attributes
    ----------
    contact, reason : Contact and str
        How the wall stands with it, and why not better.
    heard_at_s : float or None
        When the last message came; None: never.
    lost_at_s : float or None
        Since when it is not heard; None: it is, or never was.
    lifter : str or None
        Who lifts, where the wall was told to show names.
    """

    contact: Contact = Contact.CONNECTING
    reason: str = ""
    heard_at_s: float | None = None
    lost_at_s: float | None = None
    lifter: str | None = None
    session: HeardSession | None = None
    link: HeardLink | None = None
    label: HeardLabel = field(default_factory=HeardLabel)
    open_set: HeardSet | None = None
    last_set: HeardSet | None = None
    verdicts: tuple[HeardVerdict, ...] = ()
    rest_since_s: float | None = None
    _link_at_s: float = 0.0
    _seq: int = -1
    _rested_set: tuple[str, int] | None = None

    def lose(self, contact: Contact, reason: str, now_s: float) -> None:
        """Note that the rack is not heard any more; what it said last stays on the tile."""
        self.contact, self.reason = contact, reason
        if self.lost_at_s is None:
            self.lost_at_s = now_s

    def take(self, message: HeardMessage, now_s: float) -> None:
        """Take a message of the rack."""
        self.contact, self.reason, self.heard_at_s, self.lost_at_s = Contact.HEARD, "", now_s, None
        if isinstance(message, HeartbeatHeard):
            return
        if not isinstance(message, Snapshot) and message.seq <= self._seq:
            return  # a snapshot had it already
        self._seq = message.seq
        match message:
            case Snapshot():
                self._take_snapshot(message)
                self._link_at_s = now_s
            case RepHeard():
                self.open_set, self.rest_since_s = message.open_set, None
            case SetHeard():
                self._close(message, now_s)
            case LinkHeard():
                self.link, self._link_at_s = message.link, now_s
            case LabelHeard():
                self.label = message.label
            case SessionHeard():
                self._take_session(message.session)

    def _take_snapshot(self, message: Snapshot) -> None:
        self.session, self.link, self.label = message.session, message.link, message.label
        self.open_set, self.verdicts = message.open_set, message.verdicts
        self.last_set = max(message.sets, key=lambda one: one.index, default=None)
        if self._rested_set != self._resting():
            self.rest_since_s = None  # it began while nobody listened

    def _close(self, message: SetHeard, now_s: float) -> None:
        if self.last_set is None or message.set.index >= self.last_set.index:
            self.last_set = message.set
        self.verdicts = message.verdicts
        if self.open_set is not None and self.open_set.index == message.set.index:
            self.open_set = None
        if self._rested_set != self._resting():  # a set that is corrected later does not end the rest
            self._rested_set, self.rest_since_s = self._resting(), now_s

    def _take_session(self, session: HeardSession | None) -> None:
        self.session = session
        if session is None:
            return
        self.label, self.open_set, self.last_set, self.verdicts = HeardLabel(), None, None, ()
        self.rest_since_s, self._rested_set, self.lifter = None, None, None

    def _resting(self) -> tuple[str, int] | None:
        if self.session is None or self.last_set is None:
            return None
        return self.session.recording_id, self.last_set.index

    @property
    def state(self) -> TileState:
        """What the tile says."""
        if self.contact is not Contact.HEARD:
            return TileState(self.contact.value)
        link = None if self.link is None else self.link.state
        if self.session is None:
            if link in {"lost", "searching"}:
                return TileState.SEARCHING
            return TileState.IDLE if self.last_set is None else TileState.ENDED
        silent_s = None if self.link is None else self.link.last_sample_age_s
        if link == "lost" or (link == "connected" and silent_s is not None and silent_s > SILENT_S):
            return TileState.SENSOR_LOST
        if link in {None, "searching"}:
            return TileState.SEARCHING
        if self.open_set is not None:
            is_over = self.open_set.advice is not None and self.open_set.advice.stop
            return TileState.OVER if is_over else TileState.LIFTING
        return TileState.READY if self.last_set is None else TileState.RESTING

    @property
    def hides_velocities(self) -> bool:
        """Whether the lifter must not see velocities; as the rack's own screen decides it."""
        if self.open_set is not None:
            return _is_blind(self.open_set)
        if self.session is not None and self.session.velocity_feedback is False:
            return True
        return _is_blind(self.label) or (self.last_set is not None and _is_blind(self.last_set))

    def values(self, now_s: float) -> dict[str, object]:
        """Say what of `TileModel` follows from what was heard."""
        shown = self.open_set or self.last_set
        told = self.open_set or (self.label if self.label.exercise_name else shown) or self.label
        rep = shown.reps[-1] if shown is not None and shown.reps else None
        goal = None if shown is None else shown.goal
        hidden = self.hides_velocities
        return {
            "state": self.state,
            "reason": self.reason or ("" if self.link is None else self.link.reason),
            "heard_age_s": _age(self.heard_at_s, now_s),
            "lost_age_s": self._lost_age(now_s),
            "rest_age_s": _age(self.rest_since_s, now_s) if self.state is TileState.RESTING else None,
            "lifter": self.lifter,
            "exercise_name": told.exercise_name,
            "load_kg": told.load_kg,
            "set_number": None if shown is None else shown.index + 1,
            "n_reps": None if shown is None else len(shown.reps),
            "wanted_reps": None if goal is None else goal.reps,
            "quality": None if rep is None else rep.quality.state,
            "quality_reasons": () if rep is None else rep.quality.reasons,
            "stability": self._headline(shown),
            "velocities_hidden": hidden,
        } | (_NO_VELOCITIES if hidden or shown is None else _velocities(shown, rep))

    def _lost_age(self, now_s: float) -> float | None:
        """Seconds since something was lost: the rack, or the rack's sensor."""
        if self.lost_at_s is not None:
            return now_s - self.lost_at_s
        if self.state is not TileState.SENSOR_LOST or self.link is None:
            return None
        age_s = self.link.last_sample_age_s
        return None if age_s is None else age_s + now_s - self._link_at_s

    def _headline(self, shown: HeardSet | None) -> str | None:
        """Find what is said of the lift that is shown."""
        for verdict in self.verdicts:
            if shown is not None and verdict.exercise_id == shown.exercise_id:
                return verdict.headline or verdict.word or None
        return None


_NO_VELOCITIES: dict[str, object] = {
    "velocity_mps": None,
    "velocity_kind": "mean",
    "velocity_loss_fraction": None,
    "stop_fraction": None,
    "zone": None,
}


def _velocities(shown: HeardSet, rep: HeardRep | None) -> dict[str, object]:
    advice, goal = shown.advice, shown.goal
    kind = "mean" if advice is None else advice.main_velocity
    if rep is None:
        velocity_mps = None
    elif kind == PEAK:
        velocity_mps = rep.peak_concentric_velocity_mps
    else:
        velocity_mps = rep.mean_concentric_velocity_mps
    loss = None if advice is None else advice.loss_fraction
    return {
        "velocity_mps": velocity_mps,
        "velocity_kind": kind,
        "velocity_loss_fraction": shown.velocity_loss_fraction if loss is None else loss,
        "stop_fraction": None if goal is None else goal.velocity_loss_stop_fraction,
        "zone": advice.reps[-1].zone if advice is not None and advice.reps else None,
    }


def _is_blind(label: HeardLabel) -> bool:
    if isinstance(label, HeardSet) and label.velocity_feedback is False:
        return True
    return label.goal is not None and not label.goal.velocity_feedback


def _age(since_s: float | None, now_s: float) -> float | None:
    return None if since_s is None else now_s - since_s
