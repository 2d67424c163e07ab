"""Driver of the Bangle.js 2: a stream of our own over its Nordic UART, from `docs/sensors/bangle.md`."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from dataclasses import dataclass
from typing import cast

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, SensorInfo
from ingest.devices.clipping import count_clipped
from ingest.devices.driver import Battery, CharacteristicSpec, Decoded, DeviceSamples, Startup, Write
from ingest.errors import WireError
from ingest.packets import CONTROL, DATA

NAME = "bangle"

_PROMPT = b"\x03\x10"
"""Empties the prompt's line and switches its echo off."""
_START = (
    "(function(){if(global.uprightStop)uprightStop();var K=10,b=new ArrayBuffer(12+6*K),"
    "d=new DataView(b),u=new Uint8Array(b),s=new Int16Array(b,12),n=0,q=0,f=0,z=getTime();"
    'function info(){Bluetooth.println("!"+JSON.stringify({v:1,rate_hz:100,range_g:8,'
    "battery:E.getBattery(),fw:process.env.VERSION,id:NRF.getAddress()}));"
    "}function on(a){var t=Math.round((getTime()-z)*1000);if(!n)f=t;s[3*n]=a.x*8192;"
    "s[3*n+1]=a.y*8192;s[3*n+2]=a.z*8192;if(++n<K)return;n=0;d.setUint8(0,1);d.setUint8(1,K);"
    "d.setUint16(2,q,true);d.setUint32(4,f,true);d.setUint16(8,t-f,true);d.setUint16(10,0,true);"
    'd.setUint16(10,E.sum(u)&65535,true);q=(q+1)&65535;Bluetooth.println("~"+btoa(E.toString(u)));'
    "}var i=setInterval(info,60000);global.uprightStop=function(){clearInterval(i);"
    'Bangle.removeListener("accel",on);NRF.removeListener("disconnect",uprightStop);'
    "delete global.uprightStop;Bangle.setPollInterval(80);Bangle.accelWr(0x18,0x6C);"
    "Bangle.accelWr(0x1B,0);Bangle.accelWr(0x18,0xEC);Bangle.setOptions({powerSave:true});};"
    "Bangle.setOptions({powerSave:false});Bangle.accelWr(0x18,0x74);Bangle.accelWr(0x1B,0x43);"
    'Bangle.accelWr(0x18,0xF4);Bangle.setPollInterval(9);Bangle.on("accel",on);NRF.on("disconnect",'
    "uprightStop);info();})();"
)
_STOP = "if(global.uprightStop)uprightStop();"
_PIECE_BYTES = 20
"""Of one write; the least that every link takes."""

_MAX_LINE_BYTES = 256
_NOISE = b" "
"""Stands for the beginning of a line that is too long: it starts with neither mark, so it is passed over."""
_INFO_MARK, _SAMPLES_MARK = ord("!"), ord("~")
_VERSION = 1
_HEADER = struct.Struct("<BBHIHH")  # version, k, seq, t_ms, span_ms, sum
_SUM_AT = 10
_SAMPLE_BYTES = 6
_MAX_SAMPLES = 10
_COUNTS_PER_G = 4096
_NOMINAL_PERIOD_US = 1e6 / 100
_SEQUENCE_WRAP = 1 << 16
_TICK_WRAP = (1 << 32) * 1000
_EARLY_MS = 1000
"""The first line after START, and no other with that counter, is stamped within its first second."""


@dataclass(frozen=True, slots=True)
class BangleDriver:
    """Bangle.js 2."""

    name: str = NAME
    title: str = "Bangle.js 2"
    service_uuids: tuple[str, ...] = ()
    name_prefixes: tuple[str, ...] = ("Bangle.js",)
    """Its service is the UART that many makes have."""
    characteristics: tuple[CharacteristicSpec, ...] = (
        CharacteristicSpec(DATA, "6e400003-b5a3-f393-e0a9-e50e24dcca9e", notify=True),
        CharacteristicSpec(CONTROL, "6e400002-b5a3-f393-e0a9-e50e24dcca9e"),
    )
    slowest_packet_period_s: float = 10 * _NOMINAL_PERIOD_US / 1e6

    @property
    def stop_steps(self) -> tuple[Write, ...]:
        """Type the line that ends the stream."""
        return tuple(Write(CONTROL, piece) for piece in _pieces(_STOP))

    def start(self) -> Startup:
        """Type the line that starts the stream, again after each connect."""
        for piece in _pieces(_START):
            yield Write(CONTROL, piece)

    def decoder(self) -> BangleDecoder:
        """Return a decoder for one new stream."""
        return BangleDecoder()


@dataclass(frozen=True, slots=True)
class StampFilterConfig:
    """Tuning of the filter of stamps.

    Attributes
    ----------
    gain : float
        Part of a stamp's deviation that is believed, 0.02 to 0.3. The firmware polls every 9 ms and stamps in
        ms: 0.1 leaves 0.6 ms of that.
    period_gain : float
        The same for the period; gain squared over 2 is critically damped.
    step_us : float
        A deviation beyond this is a step of the clock or samples that the watch missed, µs; above the 10 ms
        of the stamps, below three samples.
    period_limit_fraction : float
        Largest error of the chip's rate, from its data sheet's 1 % and some.
    """

    gain: float = 0.1
    period_gain: float = 0.005
    step_us: float = 25_000.0
    period_limit_fraction: float = 0.03


class StampFilter:
    """Smooths the stamps of lines whose samples are evenly spaced but stamped when they are polled.

    Parameters
    ----------
    config : StampFilterConfig, optional
        Tuning.
    """

    def __init__(self, config: StampFilterConfig | None = None) -> None:
        self._config = config or StampFilterConfig()
        self._last: tuple[int, int, int] | None = None  # sequence, stamp ms, samples
        self.ticks_us = 0.0
        """Clock at the first sample of the last line, µs."""
        self.period_us = _NOMINAL_PERIOD_US
        """Sampling period, µs."""

    def take(self, sequence: int, stamp_ms: int, samples: int) -> None:
        """Take the counter, the stamp and the number of samples of one line."""
        last, self._last = self._last, (sequence, stamp_ms, samples)
        stamp_us = stamp_ms * 1000.0
        if last is None:
            self.ticks_us = stamp_us
            return
        if last[:2] == (sequence, stamp_ms):
            return  # said twice
        intervals = (sequence - last[0]) % _SEQUENCE_WRAP * last[2]
        expected_us = self.ticks_us + intervals * self.period_us
        error_us = stamp_us - expected_us
        config = self._config
        if intervals == 0 or abs(error_us) > config.step_us:
            self.ticks_us = stamp_us
            return
        self.ticks_us = expected_us + config.gain * error_us
        margin_us = config.period_limit_fraction * _NOMINAL_PERIOD_US
        period_us = self.period_us + config.period_gain * error_us / intervals
        lowest_us, highest_us = _NOMINAL_PERIOD_US - margin_us, _NOMINAL_PERIOD_US + margin_us
        self.period_us = min(max(period_us, lowest_us), highest_us)


class BangleDecoder:
    """Decodes one stream: lines of text that notifications cut anywhere."""

    def __init__(self) -> None:
        self._info = SensorInfo(sample_rate_hz=100.0, accel_range_mps2=8 * STANDARD_GRAVITY_MPS2)
        self.link_renewed()

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one notification; it may end several lines, or none.

        Raises
        ------
        WireError
            If a line of ours breaks the protocol. Lines after it come with the next notification.
        """
        if channel != DATA:
            return ()
        self._text += payload
        values: list[Decoded] = []
        while b"\n" in self._text:
            line, _, rest = self._text.partition(b"\n")
            try:
                values += self._line(line.removesuffix(b"\r"))
            except WireError:
                if values:
                    return tuple(values)  # the line stays, and is refused next time
                self._text = rest
                raise
            self._text = rest
        if len(self._text) > _MAX_LINE_BYTES:
            self._text = _NOISE
        return tuple(values)

    def link_renewed(self) -> None:
        """Forget half a line; the watch's clock begins anew."""
        self._text = b""
        self._stamps = StampFilter()

    def _line(self, line: bytes) -> tuple[Decoded, ...]:
        if not line or len(line) > _MAX_LINE_BYTES:
            return ()
        if line[0] == _INFO_MARK:
            return self._told(line)
        if line[0] == _SAMPLES_MARK:
            return (self._samples(line),)
        return ()

    def _samples(self, line: bytes) -> DeviceSamples:
        try:
            packet = base64.b64decode(line[1:], validate=True)
        except binascii.Error as error:
            raise _refuse("not Base64", line) from error
        if len(packet) < _HEADER.size:
            raise _refuse(f"shorter than its {_HEADER.size}-byte header", line)
        version, count, sequence, stamp_ms, _, checksum = _HEADER.unpack_from(packet)
        if version != _VERSION:
            raise _refuse(f"version {version}, expected {_VERSION}", line)
        if not 1 <= count <= _MAX_SAMPLES:
            raise _refuse(f"{count} samples, expected 1 to {_MAX_SAMPLES}", line)
        expected = _HEADER.size + count * _SAMPLE_BYTES
        if len(packet) != expected:
            raise _refuse(f"{len(packet)} bytes, expected {expected} for {count} samples", line)
        if (sum(packet) - sum(packet[_SUM_AT : _SUM_AT + 2])) % (1 << 16) != checksum:
            raise _refuse("wrong sum", line)
        restarted = sequence == 0 and stamp_ms < _EARLY_MS
        if restarted:
            self._stamps = StampFilter()
        self._stamps.take(sequence, stamp_ms, count)
        raw = np.frombuffer(packet, dtype="<i2", offset=_HEADER.size).astype(np.float64).reshape(count, 3)
        specific_force_mps2 = raw * (STANDARD_GRAVITY_MPS2 / _COUNTS_PER_G)
        return DeviceSamples(
            sequence=sequence,
            sequence_wrap=_SEQUENCE_WRAP,
            ticks_us=round(self._stamps.ticks_us) % _TICK_WRAP,
            tick_wrap=_TICK_WRAP,
            period_us=self._stamps.period_us,
            specific_force_mps2=specific_force_mps2,
            gyro_radps=None,
            restarted=restarted,
            clipped=count_clipped(self._info, specific_force_mps2, None),
        )

    def _told(self, line: bytes) -> tuple[Decoded, ...]:
        try:
            content: object = json.loads(line[1:])
        except ValueError as error:
            raise _refuse("not JSON", line) from error
        if not isinstance(content, dict):
            raise _refuse("not a JSON object", line)
        told = cast("dict[str, object]", content)
        if _whole(told, "v", line) != _VERSION:
            raise _refuse(f"version {told['v']}, expected {_VERSION}", line)
        rate_hz, range_g = _whole(told, "rate_hz", line), _whole(told, "range_g", line)
        battery = _whole(told, "battery", line)
        firmware, address = told.get("fw"), told.get("id")
        if not (1 <= rate_hz <= 1000 and 1 <= range_g <= 16 and 0 <= battery <= 100):
            raise _refuse("a rate, a range or a battery level that cannot be", line)
        if not isinstance(firmware, str) or not isinstance(address, str):
            raise _refuse("no firmware or no address", line)
        self._info = SensorInfo(
            sample_rate_hz=float(rate_hz),
            accel_range_mps2=range_g * STANDARD_GRAVITY_MPS2,
            model="Bangle.js 2",
            firmware=firmware,
            device_id=address,
        )
        return (self._info, Battery(battery / 100))


def _whole(told: dict[str, object], key: str, line: bytes) -> int:
    value = told.get(key)
    if type(value) is not int:
        raise _refuse(f"{key} is not a whole number", line)
    return value


def _pieces(line: str) -> list[bytes]:
    """Cut a line into what every link takes; each is written with response, so that the watch can keep up."""
    keys = _PROMPT + line.encode() + b"\n"
    return [keys[begin : begin + _PIECE_BYTES] for begin in range(0, len(keys), _PIECE_BYTES)]


def _refuse(reason: str, line: bytes) -> WireError:
    return WireError(NAME, DATA, reason, line)
