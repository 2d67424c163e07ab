"""Decoder of the app Sensor Logger, which pushes a watch's motion over HTTP or MQTT.

Messages overtake each other, come twice or not at all. They are put back in order by their number as far as a
few messages of waiting allow; what comes later than that is lost. See ``docs/sensors/sensor_logger.md``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import SensorInfo
from ingest.devices.driver import Decoded, DeviceSamples, HeartRate
from ingest.devices.sensor_logger_message import NAME, Message, Motion, read_message
from ingest.packets import DATA

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NS_PER_US, _NS_PER_S = 1_000, 1_000_000_000
_SEQUENCE_WRAP = 1 << 32
_TICK_WRAP = 1 << 53
"""µs since 1970 that a double still holds exactly; reached in the year 2255."""


@dataclass(frozen=True, slots=True)
class SensorLoggerConfig:
    """Tuning of the decoder.

    Attributes
    ----------
    held_messages : int
        Messages that wait for a missing one, 1 to 16. A phone has a few requests under way at once; each
        message that waits delays the screen by the app's batch period, 0.2 to 1 s.
    gap_periods : float
        A step between two rows of more than this many periods is a gap; 1.5 is half a sample.
    usual_period_us : float
        Sampling period before two rows have told it, µs. 100 Hz is what CoreMotion gives at most.
    period_steps : int
        The sampling period is the median of this many last steps between rows; 20 to 200. Gaps among them
        do not matter, and a rate that is changed is learned within a second.
    clock_step_s : float
        A message whose rows are all older than this, though its turn has come, tells that the clock was set
        back, s; 10 to 600. Above the lag of a watch behind its phone, 5 to 10 s.
    remembered_sessions : int
        Recordings of the app whose late messages are still recognised.
    """

    held_messages: int = 4
    gap_periods: float = 1.5
    usual_period_us: float = 10_000.0
    period_steps: int = 50
    clock_step_s: float = 60.0
    remembered_sessions: int = 16


@dataclass(frozen=True, slots=True)
class SensorLoggerDriver:
    """A watch whose motion the app Sensor Logger pushes."""

    name: str = NAME
    title: str = "Watch by Sensor Logger"
    config: SensorLoggerConfig = SensorLoggerConfig()

    def decoder(self) -> SensorLoggerDecoder:
        """Return a decoder for one new stream."""
        return SensorLoggerDecoder(self.config)


class SensorLoggerDecoder:
    """Decodes the messages of one phone, in the order of arrival.

    Parameters
    ----------
    config : SensorLoggerConfig
        Tuning.
    """

    def __init__(self, config: SensorLoggerConfig) -> None:
        self._config = config
        self._session_id: str | None = None
        self._past: deque[str] = deque(maxlen=config.remembered_sessions)
        self._next_id = 0
        self._held: dict[int, Message] = {}
        self._last_ns = -1
        self._steps_us: deque[float] = deque(maxlen=config.period_steps)
        self._sequence = 0
        self._described = False

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one message; empty while it waits for another, or was there before.

        Raises
        ------
        WireError
            If it is no message, or if the unit or the sign of its rows cannot be told.
        """
        if channel != DATA:
            return ()
        message = read_message(payload)
        if message.session_id in self._past:
            return ()
        ended = self._begin(message) if message.session_id != self._session_id else ()
        if message.message_id < self._next_id or message.message_id in self._held:
            return ended
        self._held[message.message_id] = message
        return (*ended, *self._release())

    def flush(self) -> tuple[Decoded, ...]:
        """Return what was held back: nothing more comes."""
        return self._release(everything=True)

    def link_renewed(self) -> None:
        """Do nothing: a phone that was silent for a while goes on counting and keeps its clock."""

    def _begin(self, message: Message) -> tuple[Decoded, ...]:
        """Begin a recording of the app; return what the one before had left."""
        ended = self.flush()
        if self._session_id is not None:
            self._past.append(self._session_id)
        self._session_id = message.session_id
        # The first to come need not be the first that was sent.
        self._next_id = 0 if message.message_id <= self._config.held_messages else message.message_id
        return ended

    def _release(self, *, everything: bool = False) -> tuple[Decoded, ...]:
        found: list[Decoded] = []
        while self._held:
            first = min(self._held)
            if first != self._next_id and len(self._held) <= self._config.held_messages and not everything:
                break
            found += self._values_of(self._held.pop(first), lost=first - self._next_id)
            self._next_id = first + 1
        return tuple(found)

    def _values_of(self, message: Message, lost: int) -> list[Decoded]:
        self._sequence += lost
        found: list[Decoded] = []
        if message.heart_rate_bpm is not None:
            found.append(HeartRate(message.heart_rate_bpm))
        motion = message.motion
        set_back = len(motion) > 0 and (
            int(motion.time_ns[-1]) < self._last_ns - self._config.clock_step_s * _NS_PER_S
        )
        if not set_back:
            motion = motion.part(motion.time_ns > self._last_ns)
        if not len(motion):
            return found
        steps_us = np.diff(motion.time_ns) / _NS_PER_US
        if self._last_ns >= 0 and not set_back:
            self._steps_us.append((int(motion.time_ns[0]) - self._last_ns) / _NS_PER_US)
        self._steps_us.extend(steps_us)
        period_us = float(np.median(self._steps_us)) if self._steps_us else self._config.usual_period_us
        if not self._described:
            self._described = True
            found.append(_info(message, period_us))
        breaks = np.flatnonzero(steps_us > self._config.gap_periods * period_us) + 1
        for begin, end in zip([0, *breaks], [*breaks, len(motion)], strict=True):
            found.append(
                self._samples(motion.part(slice(begin, end)), period_us, restarted=set_back and begin == 0)
            )
        self._last_ns = int(motion.time_ns[-1])
        return found

    def _samples(self, motion: Motion, usual_period_us: float, *, restarted: bool) -> DeviceSamples:
        self._sequence = (self._sequence + 1) % _SEQUENCE_WRAP
        first_us, period_us = _line_through(motion.time_ns, usual_period_us)
        return DeviceSamples(
            sequence=self._sequence,
            sequence_wrap=_SEQUENCE_WRAP,
            ticks_us=first_us,
            tick_wrap=_TICK_WRAP,
            period_us=period_us,
            specific_force_mps2=motion.specific_force_mps2,
            gyro_radps=motion.gyro_radps,
            restarted=restarted,
            settled=True,
        )


def _line_through(time_ns: NDArray[np.int64], usual_period_us: float) -> tuple[int, float]:
    """Return the first time, µs, and the period, µs, of the straight line through stamps that jitter."""
    count = len(time_ns)
    if count == 1:
        return max(round(int(time_ns[0]) / _NS_PER_US), 0), usual_period_us
    since_us = (time_ns - time_ns[0]) / _NS_PER_US
    place = np.arange(count) - (count - 1) / 2
    period_us = float(place @ since_us / (place @ place))
    first_us = float(since_us.mean()) - period_us * (count - 1) / 2
    return max(round(int(time_ns[0]) / _NS_PER_US + first_us), 0), period_us


def _info(message: Message, period_us: float) -> SensorInfo:
    """Describe the watch; it names no range, so no sample of it counts as clipped."""
    return SensorInfo(
        sample_rate_hz=1e6 / period_us,
        accel_range_mps2=float("inf"),
        gyro_range_radps=float("inf"),
        model="Sensor Logger",
        device_id=message.device_id,
    )
