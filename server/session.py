"""What the collector tells the server beside the signal core's events: the session and the link."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from analysis.imu import SetLabel


class LinkState(StrEnum):
    """How the link to the sensor is."""

    SEARCHING = "searching"
    CONNECTED = "connected"
    LOST = "lost"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class CompanionStatus:
    """A sensor that is recorded beside the one on the bar.

    Attributes
    ----------
    role : str
        Where it sits, in the lifter's word.
    state : LinkState
        See there.
    sensor_name : str or None
        As advertised.
    battery_fraction : float or None
        0 to 1.
    heart_rate_bpm : int or None
        If it tells one.
    received_samples, lost_samples : int
        Since the session started.
    reason : str
        Why nothing comes, in words.
    """

    role: str
    state: LinkState
    sensor_name: str | None = None
    battery_fraction: float | None = None
    heart_rate_bpm: int | None = None
    received_samples: int = 0
    lost_samples: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """State of the link, published about once a second and at every change.

    Attributes
    ----------
    state : LinkState
        See there.
    sensor_name : str or None
        As advertised or reported.
    battery_fraction : float or None
        0 to 1.
    sample_rate_hz : float or None
        Measured, Hz.
    received_samples, lost_samples : int
        Since the session started.
    last_sample_age_s : float or None
        Time since the last sample arrived, s, when the status was made.
    reason : str
        In words, for people: why the link is lost or still being looked for.
    heart_rate_bpm : int or None
        If the sensor tells one.
    companions : tuple of CompanionStatus
        Sensors that are recorded beside it.
    reconnects : int
        How often the link broke and came back since the session started.
    """

    state: LinkState
    sensor_name: str | None = None
    battery_fraction: float | None = None
    sample_rate_hz: float | None = None
    received_samples: int = 0
    lost_samples: int = 0
    last_sample_age_s: float | None = None
    reason: str = ""
    heart_rate_bpm: int | None = None
    companions: tuple[CompanionStatus, ...] = ()
    reconnects: int = 0

    @property
    def lost_fraction(self) -> float | None:
        """Lost samples over all that the sensor took; None before the first."""
        total = self.received_samples + self.lost_samples
        return self.lost_samples / total if total else None


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """One recording, which is one session.

    Attributes
    ----------
    recording_id : UUID
        Identifies the recording for ever; results are keyed by it.
    started_at : datetime
        Wall-clock time of the first sample, with time zone.
    algorithm : str
        Name and version of what computed the results.
    title : str
        For people; may be empty.
    source : str
        "sensor", "simulator", "replay" or "import".
    sensor_name : str
        Empty when unknown.
    mount_position : str
        "shaft", "sleeve" or "wrist".
    sample_rate_hz : float or None
        Measured over the recording, Hz.
    lost_samples : int
        Over the whole recording.
    athlete_id, note, velocity_feedback
        Annotations, as in `server.annotations.SessionAnnotation`; the store fills them in.
    """

    recording_id: UUID
    started_at: datetime
    algorithm: str
    title: str = ""
    source: str = "sensor"
    sensor_name: str = ""
    mount_position: str = "shaft"
    sample_rate_hz: float | None = None
    lost_samples: int = 0
    athlete_id: UUID | None = None
    note: str = ""
    velocity_feedback: bool | None = None


class Controls(Protocol):
    """What the dashboard may ask of the running session."""

    async def label(self, label: SetLabel) -> None:
        """Say what the next set is.

        Raises
        ------
        LabelRefusedError
            If no session runs that could take it.
        """
        ...
