import asyncio
import base64
import json
import struct

import numpy as np
import pytest

from firmware_sim.devices import bangle_protocol as bangle
from firmware_sim.faults import Faults
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from tests.firmware_sim.devices.central import advertisement_of, on_device

START = b"\x03\x10" + bangle.START_SCRIPT.encode() + b"\n"
STOP = b"\x03\x10" + bangle.STOP_SCRIPT.encode() + b"\n"


async def type_in(heard, text: bytes, piece: int = 20) -> None:
    for at in range(0, len(text), piece):
        await heard.write(bangle.RX_UUID, text[at : at + piece])


def lines(payloads: list[bytes]) -> list[bytes]:
    return b"".join(payloads).split(b"\r\n")[:-1]


def samples(line: bytes) -> tuple[int, int, int, np.ndarray]:
    """Counter, time, span and rows of a line, its sum checked."""
    raw = base64.b64decode(line[1:], validate=True)
    version, k, seq, t_ms, span_ms, total = struct.unpack_from("<BBHIHH", raw)
    assert (version, len(raw)) == (1, 12 + 6 * k)
    assert total == (sum(raw) - raw[10] - raw[11]) % 2**16
    return seq, t_ms, span_ms, np.frombuffer(raw, "<i2", offset=12).reshape(k, 3)


def streamed(seconds: float, scenario=None, **options) -> list[bytes]:
    async def body(heard):
        await heard.listen(bangle.TX_UUID)
        await type_in(heard, START)
        await asyncio.sleep(seconds)
        return heard.payloads

    return on_device("bangle", body, scenario, **options)


def test_the_name_is_advertised_and_the_service_in_the_scan_response():
    seen = advertisement_of("bangle")
    assert seen.local_name == "Bangle.js 0001"
    assert seen.service_uuids == [bangle.SERVICE_UUID]


def test_after_start_it_tells_itself_and_then_100_samples_a_second_with_one_g_at_rest():
    payloads = streamed(3.0, still(60.0, mems="ideal"))
    first, *rest = lines(payloads)
    assert json.loads(first[1:])["id"] == "c0:55:50:00:00:01"
    told = [samples(line) for line in rest]
    assert 28 <= len(told) <= 33  # 3 s, which a busy machine stretches
    assert [seq for seq, *_ in told] == list(range(len(told)))
    rows = np.concatenate([row for *_, row in told])
    np.testing.assert_allclose(np.linalg.norm(rows / 4096, axis=1), 1.0, rtol=3e-4)
    # Stamps sit on the polls of 9 ms: ten samples of 10 ms span 90 ms and whole polls nearby.
    assert {span for _, _, span, _ in told} <= {81, 90, 99}
    assert max(len(one) for one in payloads) <= 128


def test_the_rate_follows_from_the_stamps():
    scenario = still(60.0)
    told = [samples(line) for line in lines(streamed(30.0, scenario))[1:]]
    period_ms = (told[-1][1] - told[0][1]) / (10 * (told[-1][0] - told[0][0]))
    # Two polls of 9 ms over 30 s are 0.06 %; the oscillator is off by up to 0.5 %.
    assert period_ms == pytest.approx(10.0, rel=0.006)
    assert abs(period_ms / 10 - 1) > 1e-4


def test_on_a_small_mtu_lines_are_cut_and_can_be_put_together():
    payloads = streamed(1.0, max_mtu=23)
    assert max(len(one) for one in payloads) == 20
    assert len([samples(line) for line in lines(payloads)[1:]]) >= 8


def test_lost_notifications_break_lines_and_no_more():
    broken = 0
    payloads = streamed(5.0, max_mtu=60, faults=Faults(lose_every=9))
    for line in lines(payloads)[1:]:
        try:
            samples(line)
        except (AssertionError, ValueError, struct.error):
            broken += 1
    assert 0 < broken < 30


def test_stop_stops_and_start_begins_anew():
    async def body(heard):
        await heard.listen(bangle.TX_UUID)
        await type_in(heard, START)
        await asyncio.sleep(1)
        await type_in(heard, STOP)
        await asyncio.sleep(0.2)
        seen = len(heard.payloads)
        await asyncio.sleep(1)
        still_seen = len(heard.payloads)
        await type_in(heard, START, 128)
        await asyncio.sleep(0.5)
        return seen, still_seen, lines(heard.payloads[still_seen:])

    seen, still_seen, again = on_device("bangle", body)
    assert seen == still_seen
    assert again[0][:1] == b"!"
    seq, t_ms, *_ = samples(again[1])
    assert seq == 0
    assert t_ms in (9, 18)  # the chip samples every 10 ms: the first poll of 9 ms finds one, or the second


def test_anything_else_is_echoed_and_starts_nothing():
    async def body(heard):
        await heard.listen(bangle.TX_UUID)
        await type_in(heard, b"Bangle.buzz()\n")
        await asyncio.sleep(0.5)
        return b"".join(heard.payloads)

    said = on_device("bangle", body)
    assert said.startswith(b"Bangle.buzz()\r\nUncaught")
    assert b"~" not in said


def test_it_streams_over_a_lossy_radio():
    payloads = streamed(5.0, radio=RadioModel(packet_error_fraction=0.1))
    numbers = [samples(line)[0] for line in lines(payloads)[1:]]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) >= 45


def test_faults_ignore_start():
    assert streamed(0.5, faults=Faults(refuse_start=0x80)) == []
