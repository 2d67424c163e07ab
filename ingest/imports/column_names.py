"""What columns of home-made loggers are, by the words and units in their names.

``ax_mps2``, ``Acc X (g)``, ``accelerometerZ``, ``gyro_y [deg/s]``, ``rotationRateX``, ``wz``: an axis, a word
for the sensor, perhaps a unit. Nothing is guessed from the order of columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from ingest.imports.imported import AccelUnit, GyroUnit

if TYPE_CHECKING:
    from collections.abc import Sequence


_Unit = TypeVar("_Unit", AccelUnit, GyroUnit)


class Channel(StrEnum):
    """What a group of columns holds."""

    ACCEL = "acceleration"
    LINEAR = "acceleration without gravity"
    GRAVITY = "gravity"
    GYRO = "rate of turn"
    ATTITUDE = "attitude"


class TimeUnit(StrEnum):
    """Unit of a column of time."""

    S = "s"
    MS = "ms"
    US = "us"
    NS = "ns"

    @property
    def seconds(self) -> float:
        """One unit in s."""
        return {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}[self.value]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a table hold what.

    Attributes
    ----------
    time : str or None
        Name of the column of time.
    time_unit : TimeUnit or None
        As the name says.
    groups : dict of Channel to tuple of str
        Names, x y z (attitude: w x y z).
    accel_unit, gyro_unit : AccelUnit, GyroUnit or None
        As the names say.
    """

    time: str | None
    time_unit: TimeUnit | None
    groups: dict[Channel, tuple[str, ...]]
    accel_unit: AccelUnit | None = None
    gyro_unit: GyroUnit | None = None

    @property
    def is_complete(self) -> bool:
        """Whether a recording can be made of them."""
        has_accel = Channel.ACCEL in self.groups or Channel.LINEAR in self.groups
        has_turn = Channel.GYRO in self.groups or Channel.ATTITUDE in self.groups
        return self.time is not None and has_accel and has_turn


_TIME_WORDS = frozenset(
    {"t", "time", "timestamp", "elapsed", "secondselapsed", "elapsedtime", "timeelapsed", "millis", "micros"}
    | {"sensortime", "devicetime", "seconds", "uptime", "zeit"}
)
_WORDS = {
    Channel.ACCEL: frozenset(
        {"a", "acc", "accel", "accelerometer", "acceleration", "accelerometeracceleration", "beschleunigung"}
        | {"accraw", "rawacc", "accelraw", "rawaccel"}
    ),
    Channel.LINEAR: frozenset(
        {"la", "linacc", "linaccel", "linearacceleration", "linearaccel", "linearacc", "ua", "useracc"}
        | {"useracceleration", "useraccel", "motionuseracceleration"}
    ),
    Channel.GRAVITY: frozenset({"grav", "gravity", "grv", "motiongravity"}),
    Channel.GYRO: frozenset(
        {"g", "w", "gyro", "gyr", "gyroscope", "gyrorotationrate", "rot", "rotation", "rotationrate", "omega"}
        | {"motionrotationrate", "angvel", "angularvelocity", "angularrate", "gyroraw", "rawgyro"}
    ),
    Channel.ATTITUDE: frozenset({"q", "quat", "quaternion", "motionquaternion", "attitude", "orientation"}),
}
_ACCEL_UNITS = {
    **dict.fromkeys(("m/s2", "m/s^2", "m/s²", "ms-2", "m/s/s", "mps2", "ms2", "m_s2"), AccelUnit.MPS2),
    **dict.fromkeys(("g", "gs"), AccelUnit.G),
    "mg": AccelUnit.MILLI_G,
}
_GYRO_UNITS = {
    **dict.fromkeys(("rad/s", "rads", "radps", "rad_s", "radians/s"), GyroUnit.RADPS),
    **dict.fromkeys(("deg/s", "degs", "dps", "deg_s", "degps", "°/s", "degrees/s"), GyroUnit.DPS),
    "mdps": GyroUnit.MILLI_DPS,
}
_TIME_UNITS = {
    **dict.fromkeys(("s", "sec", "seconds"), TimeUnit.S),
    **dict.fromkeys(("ms", "msec", "millis"), TimeUnit.MS),
    **dict.fromkeys(("us", "µs", "micros"), TimeUnit.US),
    "ns": TimeUnit.NS,
}
_UNITS = _ACCEL_UNITS | _GYRO_UNITS | _TIME_UNITS
_BRACKET = re.compile(r"^(?P<base>.*?)\s*[\(\[](?P<unit>[^\)\]]*)[\)\]]\s*$")
_SEPARATORS = re.compile(r"[\s_.\-:]+")


def find_columns(names: Sequence[str]) -> Columns:
    """Find time and channels among the names of columns; the first complete group of each kind counts."""
    time: str | None = None
    time_unit: TimeUnit | None = None
    found: dict[Channel, dict[str, str]] = {}
    units: dict[Channel, set[str]] = {}
    for name in names:
        base, unit = _unit_of(name.casefold())
        plain = _SEPARATORS.sub("", base)
        if plain in _TIME_WORDS or (plain in _TIME_UNITS and not unit):
            if time is None:
                time, time_unit = name, _TIME_UNITS.get(unit) or _TIME_UNITS.get(plain)
                time_unit = TimeUnit.S if plain in {"secondselapsed", "seconds"} else time_unit
            continue
        axis, word = _axis_of(base)
        if axis is None:
            continue
        channel = _channel_of(word, axis, unit)
        if channel is not None:
            found.setdefault(channel, {}).setdefault(axis, name)
            units.setdefault(channel, set()).add(unit)
    groups: dict[Channel, tuple[str, ...]] = {}
    for channel, axes in found.items():
        wanted = "wxyz" if channel is Channel.ATTITUDE else "xyz"
        if set(wanted) <= set(axes):
            groups[channel] = tuple(axes[axis] for axis in wanted)
    if Channel.LINEAR in groups and Channel.GRAVITY not in groups and _is_plain_g(groups, units):
        groups[Channel.GRAVITY] = groups.pop(
            Channel.GYRO
        )  # beside acceleration without gravity, g is gravity
    return Columns(
        time,
        time_unit,
        groups,
        _one(units.get(Channel.ACCEL, units.get(Channel.LINEAR, set())), _ACCEL_UNITS),
        _one(units.get(Channel.GYRO, set()), _GYRO_UNITS),
    )


def _unit_of(name: str) -> tuple[str, str]:
    """Split ``ax_mps2`` or ``Acc X (m/s^2)`` into what and unit; the unit is empty if there is none."""
    if match := _BRACKET.match(name):
        return match["base"], match["unit"].replace(" ", "").strip()
    for unit in sorted(_UNITS, key=len, reverse=True):
        for separator in ("_", " ", "-", "."):
            if len(name) > len(unit) + 1 and name.endswith(separator + unit):
                return name[: -len(unit) - 1], unit
    return name, ""


def _axis_of(base: str) -> tuple[str | None, str]:
    """Return the axis of a name and the word that is left: ``x-axis``, ``acc x``, ``xAcc``, ``q0``."""
    plain = _SEPARATORS.sub("", base)
    plain = plain.removesuffix("axis")
    if re.fullmatch(r"(?:q|quat|quaternion)_?[0-3]", plain):
        return "wxyz"[int(plain[-1])], plain[:-1]
    if len(plain) > 1 and plain[-1] in "wxyz":
        return plain[-1], plain[:-1]
    if len(plain) > 1 and plain[0] in "wxyz" and plain[1:] not in {"", "s"}:
        return plain[0], plain[1:]
    return None, plain


def _channel_of(word: str, axis: str, unit: str) -> Channel | None:
    if unit in _GYRO_UNITS and axis != "w" and (word in _WORDS[Channel.GYRO] or not word):
        return Channel.GYRO
    for channel, words in _WORDS.items():
        if word in words and (axis != "w" or channel is Channel.ATTITUDE):
            return channel
    return None


def _is_plain_g(groups: dict[Channel, tuple[str, ...]], units: dict[Channel, set[str]]) -> bool:
    """Tell whether the rate of turn was found by the letter g alone."""
    names = groups.get(Channel.GYRO, ())
    words = {_axis_of(_unit_of(name.casefold())[0])[1] for name in names}
    return words == {"g"} and not units[Channel.GYRO] & set(_GYRO_UNITS)


def _one(units: set[str], known: dict[str, _Unit]) -> _Unit | None:
    """Return the unit that all columns of a channel name; None if they name none or several."""
    meant = {known.get(unit) for unit in units}
    return meant.pop() if len(meant) == 1 else None
