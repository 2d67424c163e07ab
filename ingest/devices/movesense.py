"""Driver of Movesense sensors over their GATT SensorData Protocol; facts in `docs/sensors/movesense.md`."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

import numpy as np

from analysis.imu import STANDARD_GRAVITY_MPS2, SensorInfo
from ingest.devices.clipping import count_clipped
from ingest.devices.driver import Answer, Ask, CharacteristicSpec, Decoded, DeviceSamples, Startup, Write
from ingest.errors import StartRefusedError, WireError
from ingest.packets import CONTROL, DATA

NAME = "movesense"
TITLE = "Movesense"

_BASE = "-7185-4d5d-b431-630e7050e8f0"
_SERVICE_UUID = f"34802252{_BASE}"
_HELLO, _SUBSCRIBE, _UNSUBSCRIBE, _GET = 0, 1, 2, 4
_RESULT, _FIRST_PART, _SECOND_PART = 1, 2, 3
_OK = 200

_HELLO_REFERENCE, _ACCEL_REFERENCE, _GYRO_REFERENCE = 100, 101, 102
_RATES_HZ = {1: 104, 2: 208, 3: 52}
"""Reference of a subscription to its rate, in the order in which they are tried: at 104 Hz one packet of 8
samples is one notification; 208 Hz needs twice the air time, and a lost packet is worse than a lower rate."""
_OLD_HELLO = b"Hello"
"""What firmware from before GSP version 1 answers. It confirms no subscription and knows no GET."""

_STAMP = struct.Struct("<I")  # ms at the first sample
_SAMPLE_BYTES = 24
_ACCEL_RANGES_G = frozenset({2, 4, 8, 16})
_GYRO_RANGES_DPS = frozenset({125, 245, 250, 500, 1000, 2000})
_RADPS_PER_DPS = np.pi / 180


@dataclass(frozen=True, slots=True)
class MovesenseDriver:
    """Movesense MD, HR+, HR2 and Flash whose firmware has the GSP service."""

    name: str = NAME
    title: str = TITLE
    service_uuids: tuple[str, ...] = (_SERVICE_UUID,)
    name_prefixes: tuple[str, ...] = ("Movesense",)
    characteristics: tuple[CharacteristicSpec, ...] = (
        CharacteristicSpec(DATA, f"34800002{_BASE}", notify=True),
        CharacteristicSpec(CONTROL, f"34800001{_BASE}"),
    )
    stop_steps: tuple[Write, ...] = tuple(
        Write(CONTROL, bytes([_UNSUBSCRIBE, reference])) for reference in _RATES_HZ
    )
    slowest_packet_period_s: float = 8 / 52
    """A packet of 8 samples at the slowest rate that is asked for."""

    def start(self) -> Startup:
        """Greet, ask for the ranges, subscribe at the first rate that the sensor takes.

        Raises
        ------
        StartRefusedError
            If it takes none.
        """
        hello = yield _ask(bytes([_HELLO, _HELLO_REFERENCE]))
        if hello[2:].startswith(_OLD_HELLO):
            reference = next(iter(_RATES_HZ))
            yield Write(CONTROL, _subscription(reference))
            return
        # Not waited for: a sensor that does not tell its ranges still streams.
        yield Write(CONTROL, bytes([_GET, _ACCEL_REFERENCE]) + b"/Meas/Acc/Config")
        yield Write(CONTROL, bytes([_GET, _GYRO_REFERENCE]) + b"/Meas/Gyro/Config")
        for reference in _RATES_HZ:
            answer = yield _ask(_subscription(reference))
            if int.from_bytes(answer[2:4], "little") == _OK:
                return
        raise StartRefusedError(TITLE, "it has no IMU6 stream; update its firmware, or free it of other apps")

    def decoder(self) -> MovesenseDecoder:
        """Return a decoder for one new stream."""
        return MovesenseDecoder()


class MovesenseDecoder:
    """Decodes one stream. A packet may come in two notifications; half of one is worth nothing."""

    def __init__(self) -> None:
        self.link_renewed()

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload.

        Raises
        ------
        WireError
            If the bytes break the protocol, or half a packet is missing.
        """
        if channel != DATA:
            return ()
        if len(payload) < 2:
            raise _refuse("shorter than its 2-byte header", payload)
        kind, reference, body = payload[0], payload[1], payload[2:]
        if kind == _RESULT:
            return self._result(reference, body, payload)
        if kind not in (_FIRST_PART, _SECOND_PART):
            raise _refuse(f"unknown kind {kind}", payload)
        if reference not in _RATES_HZ:
            raise _refuse(f"data of a subscription {reference} that is not ours", payload)
        if kind == _FIRST_PART:
            return self._first_part(reference, body, payload)
        return self._second_part(reference, body, payload)

    def link_renewed(self) -> None:
        """Forget half a packet and what the sensor said of itself."""
        self._part: tuple[int, bytes] | None = None
        self._told: SensorInfo | None = None
        self._info = SensorInfo(sample_rate_hz=0.0)

    def _result(self, reference: int, body: bytes, payload: bytes) -> tuple[Decoded, ...]:
        if reference == _HELLO_REFERENCE:
            self._greeted(body)
            return (Answer(),)
        if len(body) < 2:
            raise _refuse("a result without a status", payload)
        if int.from_bytes(body[:2], "little") != _OK:
            return ()
        value = int.from_bytes(body[2:], "little")
        if reference in _RATES_HZ:
            self._info = replace(self._info, sample_rate_hz=float(_RATES_HZ[reference]))
        elif reference == _ACCEL_REFERENCE and value in _ACCEL_RANGES_G:
            self._info = replace(self._info, accel_range_mps2=value * STANDARD_GRAVITY_MPS2)
        elif reference == _GYRO_REFERENCE and value in _GYRO_RANGES_DPS:
            self._info = replace(self._info, gyro_range_radps=value * _RADPS_PER_DPS)
        return self._news() or (Answer(),)

    def _greeted(self, body: bytes) -> None:
        """Read the texts: serial number, product, address, application and its version, each ended by NUL."""
        if not body or body.startswith(_OLD_HELLO):
            return
        texts = body[1:].decode(errors="replace").split("\0") + [""] * 5
        self._info = replace(self._info, device_id=texts[0], model=texts[1], firmware=texts[4])

    def _news(self) -> tuple[Decoded, ...]:
        """Describe the sensor where that differs from what was said before, once its rate is known."""
        if self._info.sample_rate_hz == 0 or self._info == self._told:
            return ()
        self._told = self._info
        return (self._info,)

    def _first_part(self, reference: int, body: bytes, payload: bytes) -> tuple[Decoded, ...]:
        lost, self._part = self._part, None
        if _is_whole(body):
            return self._samples(reference, body, payload)
        self._part = (reference, body)
        if lost is not None:
            raise _refuse("the packet before lacks its second part", payload)
        return ()

    def _second_part(self, reference: int, body: bytes, payload: bytes) -> tuple[Decoded, ...]:
        part, self._part = self._part, None
        if part is None or part[0] != reference:
            raise _refuse("a second part without its first", payload)
        whole = part[1] + body
        if not _is_whole(whole):
            raise _refuse(f"{len(whole)} bytes in two parts are no whole samples", payload)
        return self._samples(reference, whole, payload)

    def _samples(self, reference: int, body: bytes, payload: bytes) -> tuple[Decoded, ...]:
        (stamp_ms,) = _STAMP.unpack_from(body)
        values = np.frombuffer(body, dtype="<f4", offset=_STAMP.size).astype(np.float64).reshape(2, -1, 3)
        if not np.isfinite(values).all():
            raise _refuse("a value that is not a number", payload)
        rate_hz = _RATES_HZ[reference]
        self._info = replace(self._info, sample_rate_hz=float(rate_hz))
        gyro_radps = values[1] * _RADPS_PER_DPS
        samples = DeviceSamples(
            sequence=None,
            sequence_wrap=0,
            ticks_us=stamp_ms * 1000,
            tick_wrap=(1 << 32) * 1000,
            period_us=1e6 / rate_hz,
            specific_force_mps2=values[0],
            gyro_radps=gyro_radps,
            clipped=count_clipped(self._info, values[0], gyro_radps),
        )
        return (*self._news(), samples)


def _is_whole(body: bytes) -> bool:
    """Tell whether these are a stamp and whole samples; all accelerations come before all rates of turn."""
    return len(body) > _STAMP.size and (len(body) - _STAMP.size) % _SAMPLE_BYTES == 0


def _subscription(reference: int) -> bytes:
    return bytes([_SUBSCRIBE, reference]) + f"/Meas/IMU6/{_RATES_HZ[reference]}".encode()


def _ask(command: bytes) -> Ask:
    return Ask(Write(CONTROL, command), DATA, lambda reply: reply[:2] == bytes([_RESULT, command[1]]))


def _refuse(reason: str, payload: bytes) -> WireError:
    return WireError(NAME, DATA, reason, payload)
