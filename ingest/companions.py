"""Several sensors at once: one session, one clock, a recording for each.

The sensor on the bar is analysed; companions (a second one on the bar, one on the sternum, a heart-rate
strap) are recorded beside it. Every recording says at what wall-clock time its host's clock began, and every
timeline how far it lags behind that clock (`ingest.host_offset`), so that samples of different
sensors can be laid over each other afterwards.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from analysis.imu import FloatArray
    from ingest.host_offset import HostOffset
    from ingest.recording_header import RecordingHeader

BAR = "bar"
"""Role of the sensor whose reps are counted."""


@dataclass(frozen=True, slots=True)
class SessionClock:
    """The one clock of a session: the running loop's, tied to the wall once.

    Attributes
    ----------
    started_at : datetime
        Wall clock in UTC at ``origin_s``.
    origin_s : float
        The loop's clock then, s.
    """

    started_at: datetime
    origin_s: float

    @classmethod
    def now(cls) -> SessionClock:
        """Start one on the running loop."""
        return cls(datetime.now(UTC), asyncio.get_running_loop().time())

    def wall_time(self, loop_s: float) -> datetime:
        """Wall clock at a time of the loop; steps of the computer's clock during a session do not matter."""
        return self.started_at + timedelta(seconds=loop_s - self.origin_s)


@dataclass(frozen=True, slots=True)
class Membership:
    """A sensor's part in a session of several.

    Attributes
    ----------
    clock : SessionClock
        Of the session.
    role : str
        ``"bar"`` for the one that is analysed; else where it sits, in the lifter's word.
    group_id : str
        Common to the recordings of the session.
    """

    clock: SessionClock
    role: str = BAR
    group_id: str = field(default_factory=lambda: str(uuid4()))

    def companion(self, role: str) -> Membership:
        """Return the membership of another sensor of the same session."""
        return Membership(self.clock, role, self.group_id)


def wall_times_s(header: RecordingHeader, offset: HostOffset, t_s: FloatArray) -> FloatArray:
    """Wall-clock time (seconds since 1970, UTC) of times on a recording's timeline, (N,) s.

    Recordings of one session are laid over each other by it. It is late by the radio's least delay, some
    milliseconds, which sensors of one session share.

    Raises
    ------
    ValueError
        If the recording holds no sample.
    """
    return header.started_at.timestamp() + offset.host_times(t_s)
