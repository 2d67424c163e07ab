"""What a file of somebody else's holds, in one shape for all formats.

A reader says what the file says, in SI units, and judges nothing: `ingest.imports.physics` checks units and
signs, `ingest.imports.combine` makes one stream of the channels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, FloatArray, MountPosition
from ingest.imports.training_log import TrainingLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from ingest.imports.source import ImportSource


LARGEST = 1e11
"""No time in s and no reading of a sensor is beyond it; damaged numbers are, and overflow when squared."""


class AccelKind(StrEnum):
    """What an acceleration column measures."""

    SPECIFIC_FORCE = "specific force"
    """At rest it reads +1 g along the axis that points up (Android, most chips)."""
    MINUS_SPECIFIC_FORCE = "minus specific force"
    """At rest it reads -1 g along the axis that points up (Apple CoreMotion)."""
    LINEAR = "linear acceleration"
    """Gravity was taken out; needs a gravity track, or an attitude. Its sign is that of the gravity track."""
    UNKNOWN = "unknown"
    """Nobody says; taken as specific force."""


class AccelUnit(StrEnum):
    """Unit of the numbers of an acceleration column."""

    MPS2 = "m/s2"
    G = "g"
    MILLI_G = "mg"

    @property
    def mps2(self) -> float:
        """One unit in m/s²."""
        return {"m/s2": 1.0, "g": STANDARD_GRAVITY_MPS2, "mg": STANDARD_GRAVITY_MPS2 / 1000}[self.value]


class GyroUnit(StrEnum):
    """Unit of the numbers of a column of the rate of turn."""

    RADPS = "rad/s"
    DPS = "deg/s"
    MILLI_DPS = "mdeg/s"

    @property
    def radps(self) -> float:
        """One unit in rad/s."""
        return {"rad/s": 1.0, "deg/s": np.pi / 180, "mdeg/s": np.pi / 180_000}[self.value]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One channel on its own clock.

    Attributes
    ----------
    t_s : (N,) float64, s
        As the file has it, in its order and from any zero; all tracks of a file share the zero. It may stand
        still or jump back: `ingest.imports.combine` deals with that.
    values : (N, K) float64
        K is 3, or 4 for quaternions (scalar first). All finite.
    dropped : int
        Rows that were left out because a number was missing or not finite.
    """

    t_s: FloatArray
    values: FloatArray
    dropped: int = 0

    def __len__(self) -> int:
        return len(self.t_s)


def track(t_s: FloatArray, values: FloatArray) -> Track:
    """Make a track of the rows whose numbers are possible, and count the others.

    Parameters
    ----------
    t_s : (N,) float
        Times, s; NaN where there is none.
    values : (N, K) float
        NaN where there is none.
    """
    kept = (np.abs(t_s) < LARGEST) & (np.abs(values) < LARGEST).all(axis=1)  # false for NaN, too
    return Track(
        np.asarray(t_s[kept], dtype=np.float64),
        np.asarray(values[kept], dtype=np.float64),
        int(len(kept) - np.count_nonzero(kept)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class ImuTracks:
    """What a file of an inertial sensor holds.

    Attributes
    ----------
    accel : Track
        Acceleration, m/s² (sensor frame). Where ``accel_unit`` is None the numbers are as in the file.
    accel_kind : AccelKind
        What it measures, by the vendor's documentation or the file.
    accel_unit : AccelUnit or None
        Unit of the file's own numbers, by the file or the vendor's documentation; None: nobody says, physics
        has to find it.
    gyro : Track or None
        Rate of turn, rad/s, right-handed. As in the file where ``gyro_unit`` is None.
    gyro_unit : GyroUnit or None
        As ``accel_unit``.
    gravity : Track or None
        Gravity as the vendor's software sees it, unit of ``accel``, with the sign that makes ``accel +
        gravity`` what an accelerometer of the vendor reads: up for Android, down for CoreMotion.
    whole_kind : AccelKind
        What ``accel + gravity`` is where ``accel_kind`` is linear, if the format says so.
    attitude : Track or None
        Unit quaternions, scalar first, body to reference.
    sensor : str
        Maker, model, number: whatever is known; empty if nothing is.
    started_at : datetime or None
        Wall clock of the first sample, with time zone.
    declared_rate_hz : float or None
        Rate that the file states.
    notes : tuple of str
        What a person should know, each a sentence.
    position : MountPosition or None
        Where the sensor sat, if the format says so (a watch: wrist).
    companions : tuple of Path
        Other files that were read into this.
    """

    accel: Track
    accel_kind: AccelKind = AccelKind.UNKNOWN
    accel_unit: AccelUnit | None = AccelUnit.MPS2
    gyro: Track | None = None
    gyro_unit: GyroUnit | None = GyroUnit.RADPS
    gravity: Track | None = None
    whole_kind: AccelKind = AccelKind.UNKNOWN
    attitude: Track | None = None
    sensor: str = ""
    started_at: datetime | None = None
    declared_rate_hz: float | None = None
    notes: tuple[str, ...] = ()
    position: MountPosition | None = None
    companions: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferenceRep:
    """A rep as another instrument measured it; None: the file does not say.

    Attributes
    ----------
    rep_index : int
        In its set, from 0.
    set_name : str
        As the file tells sets apart; empty if it has one set.
    at_s : float or None
        When it happened, s, on the clock of the file.
    mean_velocity_mps, peak_velocity_mps, mean_propulsive_velocity_mps : float or None
        Of the concentric phase, m/s.
    range_of_motion_m : float or None
        m.
    load_kg : float or None
        kg.
    exercise : str
        As the file has it; empty if it does not say.
    at : datetime or None
        Wall clock of the rep.
    """

    rep_index: int
    set_name: str = ""
    at_s: float | None = None
    mean_velocity_mps: float | None = None
    peak_velocity_mps: float | None = None
    mean_propulsive_velocity_mps: float | None = None
    range_of_motion_m: float | None = None
    load_kg: float | None = None
    exercise: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReferenceReps:
    """Reps that another instrument measured, to compare with.

    Attributes
    ----------
    instrument : str
        Such as "Vitruve".
    reps : tuple of ReferenceRep
        In the order of the file.
    notes : tuple of str
        What a person should know.
    """

    instrument: str
    reps: tuple[ReferenceRep, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class BarPath:
    """The path of a bar as another instrument saw it, to compare with.

    Attributes
    ----------
    instrument : str
        Such as "Kinovea".
    t_s : (N,) float64, s
        Strictly increasing.
    x_m, y_m : (N,) float64
        Horizontal and vertical (up positive); m if ``scale_known``, in the file's own unit if not.
    scale_known : bool
        Whether they are metres.
    notes : tuple of str
        What a person should know.
    """

    instrument: str
    t_s: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    scale_known: bool
    notes: tuple[str, ...] = ()


Imported: TypeAlias = ImuTracks | ReferenceReps | BarPath | TrainingLog
"""What a file can hold."""


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """A format that files can have.

    Attributes
    ----------
    name : str
        Short and stable, such as ``"sensor-logger"``; stored.
    title : str
        For people.
    recognises : callable
        Tells by the CONTENT whether a file is of this format; raises nothing and reads little
        (`ImportSource.head`). At most one format may claim a file.
    read : callable
        Reads a file that it recognises; raises `ImportFileError` (and nothing else) with the true reason.
    """

    name: str
    title: str
    recognises: Callable[[ImportSource], bool] = field(repr=False)
    read: Callable[[ImportSource], Imported] = field(repr=False)
