"""Drivers of Polar's Verity Sense and H10, which stream over the same service (`ingest.devices.polar_pmd`).

The Verity Sense is put into its SDK mode and sends accelerometer and gyroscope apart; the H10 has no
gyroscope. Which settings are in use nobody repeats, so driver and decoder choose them by the same rule from
the sensor's own answers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, SensorInfo
from ingest.devices import polar_pmd as pmd
from ingest.devices.driver import CharacteristicSpec, Decoded, DeviceSamples, Startup, Write
from ingest.devices.pairing import PairedSamples, StampedPairing, StampedSamples, any_axis, without_gyro
from ingest.devices.polar_pmd import Measurement
from ingest.errors import StartRefusedError, WireError
from ingest.packets import CONTROL, DATA

if TYPE_CHECKING:
    from analysis.imu import FloatArray

VERITY_NAME, H10_NAME = "polar_verity", "polar_h10"

_CHARACTERISTICS = (
    CharacteristicSpec(CONTROL, pmd.CONTROL_UUID, notify=True),  # first: it answers by indication
    CharacteristicSpec(DATA, pmd.DATA_UUID, notify=True),
)
_FASTEST_HZ = 208
"""Above it the radio may not carry both streams, as Polar's page on the SDK mode warns."""
_EVEN_FRACTION = 0.1
"""Frames follow each other if this fits the measured period. Labels are off by up to some percent, and a lost
frame holds more samples than a tenth of the next."""
_LEAST_ROOM_FRACTION = 0.5
"""A frame whose samples have less room than this since the last one is repeated or comes late."""
_PERIOD_SHARE = 0.25
"""Of a new measurement in the period that is used after a gap."""
_TURNED_BACK_US = 10e6
"""An older stamp than the last is a repetition; one that is so much older means that the clock was set."""
_TICK_WRAP_US = pmd.STAMP_WRAP_NS // 1000
_LIMIT_G = 1e-3
"""A sample so close to the range is at its limit: the step of frames in mg, g."""
_RADPS_PER_DPS = math.pi / 180


@dataclass(frozen=True, slots=True)
class PolarVerityDriver:
    """Polar Verity Sense in its SDK mode."""

    name: str = VERITY_NAME
    title: str = "Polar Verity Sense"
    service_uuids: tuple[str, ...] = ()
    name_prefixes: tuple[str, ...] = ("Polar Sense",)
    characteristics: tuple[CharacteristicSpec, ...] = _CHARACTERISTICS
    stop_steps: tuple[Write, ...] = (
        pmd.ask(pmd.STOP, Measurement.ACC).write,
        pmd.ask(pmd.STOP, Measurement.GYRO).write,
        pmd.ask(pmd.STOP, Measurement.SDK_MODE).write,  # in that mode it measures no heart rate
    )
    slowest_packet_period_s: float = 2.0
    """A frame goes when it is full: at rest that takes 1.4 s at 208 Hz (2-bit differences in 232 bytes)."""

    def start(self) -> Startup:
        """Stop what runs, enter the SDK mode, choose settings, start both streams."""
        measurements = (Measurement.ACC, Measurement.GYRO)
        yield from _stop(measurements)
        answer = yield pmd.ask(pmd.START, Measurement.SDK_MODE)
        error = _error(self.title, self.name, answer)
        if error not in {0, pmd.ALREADY_SO, *pmd.NOT_OFFERED}:
            raise StartRefusedError(self.title, pmd.error_in_words(error))
        yield from _start(self.title, self.name, measurements)

    def decoder(self) -> PmdDecoder:
        """Return a decoder for one new stream."""
        return PmdDecoder(self.name, (Measurement.ACC, Measurement.GYRO))


@dataclass(frozen=True, slots=True)
class PolarH10Driver:
    """Polar H10: an accelerometer on the chest."""

    name: str = H10_NAME
    title: str = "Polar H10"
    service_uuids: tuple[str, ...] = ()
    name_prefixes: tuple[str, ...] = ("Polar H10 ",)
    characteristics: tuple[CharacteristicSpec, ...] = _CHARACTERISTICS
    stop_steps: tuple[Write, ...] = (pmd.ask(pmd.STOP, Measurement.ACC).write,)
    slowest_packet_period_s: float = 0.5
    """Twice the 36 samples of a packet of 232 bytes, at 200 Hz."""

    def start(self) -> Startup:
        """Stop what runs, choose settings, start."""
        yield from _stop((Measurement.ACC,))
        yield from _start(self.title, self.name, (Measurement.ACC,))

    def decoder(self) -> PmdDecoder:
        """Return a decoder for one new stream."""
        return PmdDecoder(self.name, (Measurement.ACC,))


def _stop(measurements: tuple[Measurement, ...]) -> Startup:
    """End streams that a lost connection left over; that there are none is no error."""
    for measurement in measurements:
        yield pmd.ask(pmd.STOP, measurement)


def _start(title: str, name: str, measurements: tuple[Measurement, ...]) -> Startup:
    offers: dict[int, dict[int, tuple[float, ...]]] = {}
    for measurement in measurements:
        answer = yield pmd.ask(pmd.GET_SETTINGS, measurement)
        _check(title, name, answer)
        reply = pmd.parse_control(name, answer)
        offers[measurement] = reply.settings if reply else {}
    choice = pmd.choose(offers, _FASTEST_HZ)
    if choice is None:
        raise StartRefusedError(
            title, f"its streams have no rate up to {_FASTEST_HZ} Hz in common; update its firmware"
        )
    for measurement in measurements:
        answer = yield pmd.ask(pmd.START, measurement, choice.commands[measurement])
        _check(title, name, answer)


def _check(title: str, name: str, answer: bytes) -> None:
    error = _error(title, name, answer)
    if error:
        raise StartRefusedError(title, pmd.error_in_words(error))


def _error(title: str, name: str, answer: bytes) -> int:
    try:
        reply = pmd.parse_control(name, answer)
    except WireError as error:
        raise StartRefusedError(title, f"{error.reason}; switch it off and on") from error
    return reply.error if reply else 0


class PmdDecoder:
    """Decodes one stream. Samples have a scale once the settings and the starts have been answered.

    Parameters
    ----------
    name : str
        Of the driver.
    measurements : tuple of Measurement
        What it starts: the accelerometer, and the gyroscope where there is one.
    """

    def __init__(self, name: str, measurements: tuple[Measurement, ...]) -> None:
        self._name = name
        self._measurements = measurements
        self.link_renewed()

    def link_renewed(self) -> None:
        """Forget everything: the start is asked for and answered anew."""
        self._offers: dict[int, dict[int, tuple[float, ...]]] = {}
        self._factors: dict[int, float | None] = {}
        self._choice: pmd.Choice | None = None
        self._begin_streams()

    def _begin_streams(self) -> None:
        self._origin_ns = 0
        self._times: dict[int, _FrameTimes] = {}
        self._pairing = StampedPairing() if Measurement.GYRO in self._measurements else None

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload.

        Raises
        ------
        WireError
            If the bytes break the protocol, or samples come before their start was answered.
        """
        if channel == CONTROL:
            return self._on_control(payload)
        if channel == DATA:
            return self._on_frame(pmd.parse_frame(self._name, payload), payload)
        return ()

    def _on_control(self, payload: bytes) -> tuple[Decoded, ...]:
        reply = pmd.parse_control(self._name, payload)
        if reply is None or reply.error or reply.measurement not in self._measurements:
            return ()
        if reply.is_cut:
            raise WireError(self._name, CONTROL, "an answer that is cut off", payload)
        if reply.command == pmd.GET_SETTINGS:
            self._offers[reply.measurement] = reply.settings
        elif reply.command == pmd.START:
            return self._on_start(reply, payload)
        return ()

    def _on_start(self, reply: pmd.Reply, payload: bytes) -> tuple[Decoded, ...]:
        factor = next(iter(reply.settings.get(pmd.FACTOR, ())), None)
        if factor is not None and not (math.isfinite(factor) and factor > 0):
            raise WireError(self._name, CONTROL, f"a factor of {factor}", payload)
        self._factors[reply.measurement] = factor
        if any(measurement not in self._offers for measurement in self._measurements):
            return ()
        self._choice = pmd.choose(self._offers, _FASTEST_HZ)
        if self._choice is None or set(self._factors) != set(self._measurements):
            return ()
        info = SensorInfo(
            sample_rate_hz=float(self._choice.rate_hz),
            accel_range_mps2=self._choice.ranges[Measurement.ACC] * STANDARD_GRAVITY_MPS2,
        )
        if Measurement.GYRO not in self._measurements:
            return (info,)
        gyro_range_radps = self._choice.ranges[Measurement.GYRO] * _RADPS_PER_DPS
        return (SensorInfo(info.sample_rate_hz, info.accel_range_mps2, gyro_range_radps),)

    def _on_frame(self, frame: pmd.Frame, payload: bytes) -> tuple[Decoded, ...]:
        if self._choice is None or frame.measurement not in self._factors:
            raise WireError(self._name, DATA, "samples before their start was answered", payload)
        values = pmd.frame_values(self._name, frame, self._factors[frame.measurement])
        samples = self._timed(frame, values, self._choice)
        if samples is None:
            return ()
        if self._pairing is None:
            return (self._device_samples(without_gyro(samples)),)
        is_accel = frame.measurement == Measurement.ACC
        paired = self._pairing.push_accel(samples) if is_accel else self._pairing.push_gyro(samples)
        return tuple(self._device_samples(pair) for pair in paired)

    def _timed(self, frame: pmd.Frame, values: FloatArray, choice: pmd.Choice) -> StampedSamples | None:
        """Give samples their times and SI units; None for a frame that has been here."""
        last_us = self._relative_us(frame.last_ns)
        times = self._times.get(frame.measurement)
        if times is not None and times.is_turned_back(last_us):
            self._begin_streams()
            times, last_us = None, self._relative_us(frame.last_ns)
        if times is None:
            times = self._times[frame.measurement] = _FrameTimes(1e6 / choice.rate_hz)
        placed = times.place(last_us, len(values))
        if placed is None:
            return None
        t_us, period_us = placed
        value_range = choice.ranges[frame.measurement]
        if frame.measurement == Measurement.ACC:
            at_limit = np.abs(values) >= value_range - _LIMIT_G
            si_values = values * STANDARD_GRAVITY_MPS2
        else:
            at_limit = np.abs(values) >= value_range
            si_values = values * _RADPS_PER_DPS
        return StampedSamples(t_us, si_values, any_axis(at_limit), period_us)

    def _relative_us(self, stamp_ns: int) -> float:
        """Return a stamp relative to the first of the streams, across the wrap of its 64 bits, µs."""
        if not self._times:
            self._origin_ns = stamp_ns
        half = pmd.STAMP_WRAP_NS // 2
        return ((stamp_ns - self._origin_ns + half) % pmd.STAMP_WRAP_NS - half) / 1000

    def _device_samples(self, pair: PairedSamples) -> DeviceSamples:
        first_ns = self._origin_ns + round(pair.first_us * 1000)
        return DeviceSamples(
            sequence=None,
            sequence_wrap=0,
            ticks_us=first_ns // 1000 % _TICK_WRAP_US,
            tick_wrap=_TICK_WRAP_US,
            period_us=pair.period_us,
            specific_force_mps2=pair.specific_force_mps2,
            gyro_radps=pair.gyro_radps,
            clipped=pair.clipped,
        )


class _FrameTimes:
    """Times of the samples of one stream, whose frames are stamped at their last sample."""

    def __init__(self, label_period_us: float) -> None:
        self._period_us = label_period_us
        self._last_us: float | None = None

    def is_turned_back(self, last_us: float) -> bool:
        """Tell whether the clock was set back before this frame."""
        return self._last_us is not None and last_us - self._last_us < -_TURNED_BACK_US

    def place(self, last_us: float, count: int) -> tuple[FloatArray, float] | None:
        """Return the times of a frame's samples and their period, µs; None if there is no room for them.

        Samples are spread evenly since the frame before. Where there is none, or some are lost, the label's
        period or the measured one counts back from the stamp.
        """
        period_us = self._period_us
        if self._last_us is not None:
            even_us = (last_us - self._last_us) / count
            if even_us < _LEAST_ROOM_FRACTION * self._period_us:
                return None
            if even_us <= (1 + _EVEN_FRACTION) * self._period_us:
                period_us = even_us
            if abs(even_us - self._period_us) <= _EVEN_FRACTION * self._period_us:
                self._period_us += _PERIOD_SHARE * (even_us - self._period_us)
        self._last_us = last_us
        return last_us - np.arange(count - 1, -1, -1, dtype=np.float64) * period_us, period_us
