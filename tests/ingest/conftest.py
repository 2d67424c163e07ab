"""Bytes of the native sensor for the tests of `ingest`, packed here from docs/wire_protocol.md."""

import math
import struct
from types import SimpleNamespace

import pytest

from ingest.packets import DATA, INFO, RawPacket

PACKET_S = 0.05
K = 10


def info_payload(*, accel_g=16, gyro_dps=2000, rate_mhz=200_000, k=K, model="Test bar"):
    name = model.encode()
    return (
        struct.pack("<BBHHIBBBB8sH", 1, 0, accel_g, gyro_dps, rate_mhz, k, 88, 1, 2, b"\x01" * 8, len(name))
        + name
    )


def data_payload(n, *, t0_us=1_000_000, samples=None, flags=0, dropped=0, k=K):
    if samples is None:
        samples = [(int(300 * math.sin((n * k + i) / 30)), 0, 2048, n % 1000, i, -5) for i in range(k)]
    header = struct.pack(
        "<BBHIHBB", 1, flags, n % 65536, (t0_us + n * k * 5000) % 2**32, 5000, len(samples), dropped
    )
    return header + b"".join(struct.pack("<6h", *sample) for sample in samples)


def stream(count, *, first=0, start_s=0.25, skip=()):
    """INFO and then ``count`` packets of data, on time."""
    packets = [RawPacket(start_s, INFO, info_payload())]
    packets += [
        RawPacket(round((start_s + 0.01 + n * PACKET_S) * 1e9) / 1e9, DATA, data_payload(n))
        for n in range(first, first + count)
        if n not in skip
    ]
    return packets


@pytest.fixture(scope="session")
def native():
    """Makers of payloads and packets, in one namespace."""
    return SimpleNamespace(info=info_payload, data=data_payload, stream=stream, packet_s=PACKET_S, k=K)
