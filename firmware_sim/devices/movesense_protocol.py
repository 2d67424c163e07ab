"""Bytes of Movesense's GATT SensorData Protocol (GSP), version 1, as the sensor writes them.

From Movesense's "GATT SensorData Protocol specification" (movesense.com/docs/esw/gatt_sensordata_protocol)
and what ``docs/gsp-protocol.md`` of github.com/sokolmarek/movesense-commander measured on a sensor: HELLO has
no status, arrays carry no count, all samples of the accelerometer come before those of the gyroscope.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from firmware_sim.errors import PacketTooLongError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firmware_sim.curves import FloatArray

SERVICE_UUID = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND_UUID = "34800001-7185-4d5d-b431-630e7050e8f0"
DATA_UUID = "34800002-7185-4d5d-b431-630e7050e8f0"
ADVERTISED_UUID = "FDF3"
"""What a sensor really advertises, beside its name."""

RESULT, DATA, DATA_PART2 = 1, 2, 3
OK, BAD_REQUEST, NOT_FOUND, CONFLICT, NOT_IMPLEMENTED, NO_STORAGE = 200, 400, 404, 409, 501, 507
MAX_SUBSCRIPTIONS = 4
HEADER_BYTES = 2

RATES_HZ = (52, 104, 208)
"""Of those that the sensor offers (13 to 1666), the ones that this one does."""
_SAMPLES_PER_RATE_HZ = 13
"""4 samples at 52 Hz, 8 at 104, 16 at 208: 13 packets a second."""

Kind: TypeAlias = Literal["Acc", "Gyro", "IMU6"]
_RESOURCE = re.compile(r"/Meas/(Acc|Gyro|IMU6)/(\d{1,4})")


@dataclass(frozen=True, slots=True)
class Resource:
    """What can be subscribed to.

    Attributes
    ----------
    kind : {"Acc", "Gyro", "IMU6"}
        Which sensors.
    rate_hz : int
        Nominal.
    """

    kind: Kind
    rate_hz: int

    @property
    def samples_per_packet(self) -> int:
        """Fixed by the resource."""
        return self.rate_hz // _SAMPLES_PER_RATE_HZ


def resource_at(path: str) -> Resource | None:
    """Look up a path; None if there is nothing."""
    found = _RESOURCE.fullmatch(path)
    if found is None or int(found[2]) not in RATES_HZ:
        return None
    kinds: dict[str, Kind] = {"Acc": "Acc", "Gyro": "Gyro", "IMU6": "IMU6"}
    return Resource(kinds[found[1]], int(found[2]))


@dataclass(frozen=True, slots=True)
class Command:
    """What was written to the command characteristic.

    Attributes
    ----------
    code : int
        0 HELLO, 1 SUBSCRIBE, 2 UNSUBSCRIBE, 4 GET; there are others.
    reference : int
        Chosen by the client, repeated in every answer.
    payload : bytes
        The rest.
    """

    code: int
    reference: int
    payload: bytes

    @property
    def path(self) -> str:
        """Payload as a path; its NUL at the end may be missing."""
        return self.payload.split(b"\x00")[0].decode("utf-8", errors="replace")


HELLO, SUBSCRIBE, UNSUBSCRIBE, GET = 0, 1, 2, 4


def parse_command(payload: bytes) -> Command | None:
    """Understand a command; None if it has no reference to answer to."""
    return None if len(payload) < HEADER_BYTES else Command(payload[0], payload[1], payload[2:])


def encode_result(reference: int, status: int, content: bytes = b"") -> bytes:
    """Write an answer to a command, status as in HTTP."""
    return bytes([RESULT, reference]) + status.to_bytes(2, "little") + content


def encode_hello(reference: int, texts: Sequence[str]) -> bytes:
    """Write the answer to HELLO: serial, product, DFU address, application and its version, in this order."""
    strings = b"".join(text.encode() + b"\x00" for text in texts)
    return bytes([RESULT, reference, 1]) + strings


def encode_data(reference: int, t_ms: int, blocks: Sequence[FloatArray]) -> bytes:
    """Write a DATA message, as yet of any length.

    Parameters
    ----------
    reference : int
        Of the subscription.
    t_ms : int
        Sensor's clock at the first sample, ms since it was switched on; wrapped here.
    blocks : (N, 3) float64 each
        Accelerometer in m/s², gyroscope in degrees per second; the whole of one before the other.
    """
    values = [value for block in blocks for row in block.tolist() for value in row]
    return bytes([DATA, reference]) + struct.pack(f"<I{len(values)}f", t_ms % 2**32, *values)


def split_data(message: bytes, limit: int) -> list[bytes]:
    """Cut a DATA message into one or two notifications of at most ``limit`` bytes.

    Raises
    ------
    PacketTooLongError
        If two do not suffice.
    """
    if len(message) <= limit:
        return [message]
    rest = message[limit:]
    second = bytes([DATA_PART2, message[1]]) + rest
    if len(second) > limit:
        raise PacketTooLongError(len(message), 2 * limit - HEADER_BYTES)
    return [message[:limit], second]
