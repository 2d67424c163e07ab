"""What one message of the app Sensor Logger says, in SI units.

Written from the app's public description (github.com/tszheichoi/awesome-sensor-logger: PUSHING, UNITS,
CROSSPLATFORM, COORDINATES). Field names of that description appear here and nowhere else on this side.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2
from ingest.errors import WireError
from ingest.packets import DATA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from analysis.imu import FloatArray

NAME = "sensor_logger"

MAX_MESSAGE_BYTES = 1_000_000
"""Largest message that is taken; a watch at 100 Hz fills some 40 kB a second. 0.1 to 4 MB."""
MAX_ID_CHARACTERS = 128
MAX_TIME_NS = 1 << 62
"""Year 2116; beyond it a time stamp is no time."""
MAX_VALUE = 1e5
"""In any of the units; a hundred times what a blow to a watch can reach."""

WRIST_MOTION, HEART_RATE = "wristmotion", "heartrate"
_VECTORS = tuple(
    tuple(f"{quantity}{axis}" for axis in "XYZ") for quantity in ("acceleration", "gravity", "rotationRate")
)
_IN_G, _IN_MPS2 = (0.8, 1.2), (0.8 * STANDARD_GRAVITY_MPS2, 1.2 * STANDARD_GRAVITY_MPS2)
"""Length of the gravity vector by its unit: the two are a factor of ten apart."""

SWITCH_ADVICE = (
    'in Sensor Logger switch on "Standardise Units & Frames" (Settings, Sensor Configuration), '
    "then start a new recording"
)


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Rows of a watch's motion, in the order of time, no time twice.

    Attributes
    ----------
    time_ns : (k,) int64
        UTC since 1970, ns.
    specific_force_mps2 : (k, 3) float64, watch frame
        m/s²; at rest +9.81 upward.
    gyro_radps : (k, 3) float64, watch frame
        rad/s.
    """

    time_ns: NDArray[np.int64]
    specific_force_mps2: FloatArray
    gyro_radps: FloatArray

    def __len__(self) -> int:
        return len(self.time_ns)

    def part(self, chosen: slice | NDArray[np.bool_]) -> Motion:
        """Return the chosen rows."""
        return Motion(self.time_ns[chosen], self.specific_force_mps2[chosen], self.gyro_radps[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """One message.

    Attributes
    ----------
    message_id : int
        Counts the messages of a session from 0.
    session_id, device_id : str
        Of the app's recording, and of the phone.
    motion : Motion
        May be empty.
    heart_rate_bpm : int or None
        The last that it holds.
    """

    message_id: int
    session_id: str
    device_id: str
    motion: Motion
    heart_rate_bpm: int | None = None


def read_message(payload: bytes) -> Message:
    """Read one message.

    Raises
    ------
    WireError
        If it is not one, or if the unit or the sign of its rows cannot be told.
    """
    if len(payload) > MAX_MESSAGE_BYTES:
        raise _refuse(f"{len(payload)} bytes; choose a shorter batch period in Sensor Logger", payload)
    content = _content_of(payload)
    rows = [_row(row, payload) for row in _list(content.get("payload"), payload)]
    rates = [_value(values, "bpm", payload) for name, _, values in rows if name == HEART_RATE]
    usual = [round(rate) for rate in rates if 0 < rate < 1000]
    return Message(
        message_id=_message_id(content, payload),
        session_id=_identity(content, "sessionId", payload),
        device_id=_identity(content, "deviceId", payload),
        motion=_motion([(t, values) for name, t, values in rows if name == WRIST_MOTION], content, payload),
        heart_rate_bpm=usual[-1] if usual else None,
    )


def _content_of(payload: bytes) -> dict[str, Any]:
    try:
        content: object = json.loads(payload)
    except (ValueError, RecursionError) as error:  # of text, of JSON, of its nesting
        raise _refuse("not JSON", payload) from error
    return _object(content, "the message", payload)


def _motion(rows: list[tuple[int, dict[str, Any]]], content: dict[str, Any], payload: bytes) -> Motion:
    """Put the rows in order; those with a value that is no number are left out, as if they had not come."""
    numbers = np.array(
        [[_value(values, name, payload) for names in _VECTORS for name in names] for _, values in rows],
        dtype=np.float64,
    ).reshape(len(rows), 9)
    time_ns, first = np.unique(np.array([t for t, _ in rows], dtype=np.int64), return_index=True)
    numbers = numbers[first]
    whole = np.isfinite(numbers).all(axis=1)
    time_ns, numbers = time_ns[whole], numbers[whole]
    acceleration, gravity, gyro_radps = numbers[:, :3], numbers[:, 3:6], numbers[:, 6:]
    if not len(time_ns):
        return Motion(time_ns, acceleration, gyro_radps)
    scale = _scale_mps2(float(np.median(np.linalg.norm(gravity, axis=1))), content, payload)
    return Motion(time_ns, (acceleration + gravity) * scale, gyro_radps)


def _scale_mps2(gravity_norm: float, content: dict[str, Any], payload: bytes) -> float:
    """Return what turns the sum of acceleration and gravity into specific force, with its sign.

    The unit is in the length of the gravity vector. Metres per second squared come only with the switch on,
    or from a platform whose signs the switch takes over: then the sum is the specific force. Values in g come
    with the switch off, and then the sign is that of the platform: CoreMotion's is the opposite one, and
    nothing in the numbers tells.
    """
    if _IN_MPS2[0] < gravity_norm < _IN_MPS2[1]:
        return 1.0
    if not _IN_G[0] < gravity_norm < _IN_G[1]:
        raise _refuse(f"gravity has a length of {gravity_norm:.3g}, neither 1 g nor 9.81 m/s²", payload)
    platform = str(content.get("platform", "")).lower()
    if platform == "ios":
        return -STANDARD_GRAVITY_MPS2
    if platform == "android":
        return STANDARD_GRAVITY_MPS2
    raise _refuse(
        f"values in g, whose sign depends on the phone, which the message does not name; {SWITCH_ADVICE}",
        payload,
    )


def _row(row: object, payload: bytes) -> tuple[str, int, dict[str, Any]]:
    """Return name, time in ns and values of a row; old versions of the app put the values beside the name."""
    fields = _object(row, "a row of the payload", payload)
    name, time = fields.get("name"), fields.get("time")
    if not isinstance(name, str):
        raise _refuse("a row of the payload without a name", payload)
    if not isinstance(time, int | float) or isinstance(time, bool) or not 0 <= time < MAX_TIME_NS:
        raise _refuse(f"a row {name[:32]!r} without a time in ns", payload)
    values = fields.get("values", fields)
    return name.replace(" ", "").lower(), int(time), _object(values, "the values of a row", payload)


def _value(values: dict[str, Any], name: str, payload: bytes) -> float:
    """Return one number; NaN where the app sends null, or what no watch can feel."""
    value: object = values.get(name, "")
    if value is None:
        return math.nan
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _refuse(f"a row without the number {name}", payload)
    return float(value) if abs(value) <= MAX_VALUE else math.nan


def _message_id(content: dict[str, Any], payload: bytes) -> int:
    number = content.get("messageId")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 1 << 53:
        raise _refuse("no messageId that is a whole number", payload)
    return number


def _identity(content: dict[str, Any], name: str, payload: bytes) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MAX_ID_CHARACTERS:
        raise _refuse(f"no {name} of 1 to {MAX_ID_CHARACTERS} characters", payload)
    return value


def _object(content: object, what: str, payload: bytes) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise _refuse(f"{what} is not a JSON object", payload)
    return cast("dict[str, Any]", content)


def _list(content: object, payload: bytes) -> list[object]:
    if not isinstance(content, list):
        raise _refuse("the payload is not a list", payload)
    return cast("list[object]", content)


def _refuse(reason: str, payload: bytes) -> WireError:
    # The first bytes tell which message it was; a second of motion in hex would drown the log.
    return WireError(NAME, DATA, reason, payload[:64])
