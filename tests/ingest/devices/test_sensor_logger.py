"""The decoder of Sensor Logger: order, repeats, gaps, clocks. Its golden messages: the contract test."""

from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.imu import Gap, ImuBlock, SensorInfo
from ingest.decoding import PacketDecoder
from ingest.devices import driver_named
from ingest.devices.driver import DeviceSamples
from ingest.devices.sensor_logger import SensorLoggerConfig, SensorLoggerDecoder
from ingest.devices.sensor_logger_message import MAX_MESSAGE_BYTES, read_message
from ingest.errors import WireError
from ingest.packets import DATA, LinkEvent, RawPacket, link_packet
from ingest.timeline import LOST, PAUSED, RESTARTED

START_NS = 1_760_000_000_000_000_000
ROWS, PERIOD_MS = 20, 10
HELD = SensorLoggerConfig().held_messages
G = 9.80665


def row(t_ms, x=0.0, jitter_ns=0):
    values = dict.fromkeys(
        [f"{n}{a}" for n in ("acceleration", "gravity", "rotationRate") for a in "XYZ"], 0.0
    )
    values |= {"gravityZ": G, "accelerationX": x}
    return {"name": "wrist motion", "time": START_NS + t_ms * 1_000_000 + jitter_ns, "values": values}


def message(number, session="A", t_ms=None, rows=ROWS, **extra):
    """The n-th message of a perfect watch; the x axis carries the number of the row."""
    first_ms = number * ROWS * PERIOD_MS if t_ms is None else t_ms
    payload = [row(first_ms + k * PERIOD_MS, number * ROWS + k) for k in range(rows)]
    content = {"messageId": number, "sessionId": session, "deviceId": "phone", "payload": payload}
    return json.dumps(content | extra).encode()


def feed(messages, arrivals_s=None):
    """What the one path makes of messages; they arrive every 0.2 s if nothing else is said."""
    decoder = PacketDecoder(driver_named("sensor_logger"))
    arrivals_s = arrivals_s or [0.2 * place for place in range(len(messages))]
    items = []
    for payload, arrival_s in zip(messages, arrivals_s, strict=True):
        items += decoder.feed(RawPacket(arrival_s, DATA, payload))
    return decoder, items + decoder.finish()


def numbers(items):
    blocks = [item.specific_force_mps2[:, 0] for item in items if isinstance(item, ImuBlock)]
    return np.concatenate(blocks).round().astype(int).tolist()


def gaps(items):
    return [item for item in items if isinstance(item, Gap)]


def all_of(*message_numbers):
    return [number * ROWS + k for number in message_numbers for k in range(ROWS)]


def test_messages_come_out_in_order_and_once_whatever_the_order_within_the_window():
    rng = np.random.default_rng(1)
    for _ in range(30):
        order = np.argsort(np.arange(30) + rng.uniform(0, HELD, 30)).tolist()
        sent = [message(number) for number in order]
        for place in rng.integers(1, 30, 5):
            sent.insert(int(place), sent[int(place) - 1])
        decoder, items = feed(sent)
        assert numbers(items) == all_of(*range(30))
        assert not gaps(items)
        assert decoder.refused == 0


def test_times_are_the_watchs_own_whenever_a_message_comes():
    # A watch that was out of reach for 20 s sends all at once; nothing is lost and nothing restarts.
    arrivals_s = [0.0, 0.2, *[20.0] * 18]
    decoder, items = feed([message(number) for number in range(20)], arrivals_s)
    t_s = np.concatenate([item.t_s for item in items])
    np.testing.assert_allclose(np.diff(t_s), 0.01, atol=1e-6)  # a microsecond of the clock
    assert decoder.counts.restarts == decoder.counts.gaps == 0
    assert decoder.counts.drift_ppm is None


def test_stamps_that_jitter_make_neither_gaps_nor_steps_back():
    rng = np.random.default_rng(2)
    sent = []
    for number in range(40):
        content = json.loads(message(number))
        for one in content["payload"]:
            one["time"] += int(rng.normal(0, 0.5e6))  # ns; what phones that were measured keep
        sent.append(json.dumps(content).encode())
    _, items = feed(sent)
    t_s = np.concatenate([item.t_s for item in items if isinstance(item, ImuBlock)])
    assert (np.diff(t_s) > 0).all()
    assert not gaps(items)
    # The ends of a line through 20 stamps have 0.43 of their standard deviation, 0.2 ms; the first of all is
    # the origin. Five standard deviations of the two.
    np.testing.assert_allclose(t_s, 0.01 * np.arange(len(t_s)), atol=1.5e-3)


def test_a_message_that_never_comes_is_a_gap_once_the_window_is_full():
    sent = [message(number) for number in range(12) if number != 3]
    decoder = PacketDecoder(driver_named("sensor_logger"))
    released = [
        len(decoder.feed(RawPacket(0.2 * place, DATA, payload))) for place, payload in enumerate(sent)
    ]
    assert released[3 : 3 + HELD] == [0] * HELD
    assert released[3 + HELD] == HELD + 2  # the gap and all that waited
    _, items = feed(sent)
    assert numbers(items) == all_of(0, 1, 2, *range(4, 12))
    (gap,) = gaps(items)
    assert (gap.missing, gap.reason) == (ROWS, LOST)
    assert gap.end_s - gap.start_s == pytest.approx(0.21, abs=1e-6)


def test_a_message_that_comes_after_its_gap_was_told_is_left_out():
    sent = [message(number) for number in (0, *range(2, 9), 1, 9)]
    _, items = feed(sent)
    assert numbers(items) == all_of(0, *range(2, 10))


def test_rows_that_the_watch_never_sent_are_a_pause_although_no_message_is_missing():
    sent = [message(0), message(1, rows=0), message(2, t_ms=5200)]
    _, items = feed(sent)
    (gap,) = gaps(items)
    assert gap.reason == PAUSED
    assert gap.end_s - gap.start_s == pytest.approx(5.01, abs=1e-6)
    assert gap.missing == 500


def test_two_rows_far_apart_do_not_change_what_a_period_is():
    sent = [message(0), message(1, rows=0)]
    content = json.loads(message(2, rows=2))
    content["payload"][1]["time"] += 5_000_000_000
    sent += [json.dumps(content).encode(), message(3, t_ms=5420)]
    _, items = feed(sent)
    # After the empty message; between the two rows; after the second, which is at 5410 ms: none.
    assert [gap.missing for gap in gaps(items)] == [20, 500]


def test_rows_that_come_one_by_one_have_their_period_too():
    sent = [message(number, t_ms=number * 40, rows=1) for number in range(60)]  # 25 Hz
    decoder, items = feed(sent)
    assert not gaps(items)[1:]  # the second row may still be taken for late
    assert decoder.counts.sample_rate_hz == pytest.approx(25, rel=0.05)


def test_the_app_may_begin_a_new_recording_and_old_messages_of_the_last_are_nothing():
    first = [message(number) for number in range(3)]
    second = [message(number, "B", t_ms=10_000 + number * 200) for number in range(3)]
    decoder, items = feed([first[0], first[2], second[0], first[1], second[1], second[2]])
    assert numbers(items) == [
        *all_of(0),
        *all_of(2),
        *all_of(0, 1, 2),
    ]  # 1 came after the end of its recording
    assert decoder.counts.restarts == 0


def test_a_clock_that_is_set_back_is_a_restart_of_unknown_length():
    sent = [message(0), message(1), message(2, t_ms=-3_600_000), message(3, t_ms=-3_600_000 + 200)]
    decoder, items = feed(sent)
    assert numbers(items) == all_of(0, 1, 2, 3)
    (gap,) = gaps(items)
    assert (gap.missing, gap.reason) == (0, RESTARTED)
    assert decoder.counts.restarts == 1


def test_what_waits_is_given_out_when_the_device_falls_silent():
    decoder = PacketDecoder(driver_named("sensor_logger"))
    decoder.feed(RawPacket(0.0, DATA, message(0)))
    assert decoder.feed(RawPacket(0.2, DATA, message(2))) == []
    items = decoder.feed(link_packet(30.0, LinkEvent("lost", "Sensor Logger", "phone")))
    assert numbers(items) == all_of(2)
    # The link renews itself with the next message; what was there before stays known.
    decoder.feed(link_packet(31.0, LinkEvent("connected", "Sensor Logger", "phone")))
    assert decoder.feed(RawPacket(31.0, DATA, message(2))) == []
    assert numbers(decoder.feed(RawPacket(31.2, DATA, message(3)))) == all_of(3)


def test_a_message_tells_nothing_of_the_sensor_that_a_new_file_would_have_to_repeat():
    decoder = PacketDecoder(driver_named("sensor_logger"))
    for number in (0, 2):
        decoder.feed(RawPacket(0.0, DATA, message(number)))
        assert not decoder.tells_of_itself


def test_the_watch_is_described_once_and_names_no_limit():
    decoder = driver_named("sensor_logger").decoder()
    values = [value for number in range(3) for value in decoder.decode(DATA, message(number))]
    (info,) = [value for value in values if isinstance(value, SensorInfo)]
    assert info.sample_rate_hz == pytest.approx(100)
    assert info.device_id == "phone"
    assert sum(value.clipped for value in values if isinstance(value, DeviceSamples)) == 0


def test_rows_with_null_are_left_out_and_the_message_is_kept():
    content = json.loads(message(0))
    content["payload"][5]["values"]["gravityX"] = None
    content["payload"][6]["values"]["gravityX"] = 1e300
    assert len(read_message(json.dumps(content).encode()).motion) == ROWS - 2
    _, items = feed([json.dumps(content).encode()])
    (gap,) = gaps(items)
    assert gap.missing == 2


def test_the_switch_is_asked_for_where_the_sign_cannot_be_known():
    content = json.loads(message(0))
    for one in content["payload"]:
        one["values"]["gravityZ"] = -1.0
    with pytest.raises(WireError, match=r'switch on "Standardise Units & Frames"'):
        read_message(json.dumps(content).encode())
    for platform, sign in (("iOS", -1), ("android", 1)):
        motion = read_message(json.dumps(content | {"platform": platform}).encode()).motion
        np.testing.assert_allclose(motion.specific_force_mps2[0], [0, 0, -sign * G])


def test_a_message_beyond_the_limit_is_refused_before_it_is_read():
    with pytest.raises(WireError, match="shorter batch period"):
        read_message(b" " * (MAX_MESSAGE_BYTES + 1))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(data=st.data())
def test_any_json_in_any_place_gives_samples_or_a_wire_error(data):
    content = json.loads(message(0, rows=3))
    place = data.draw(st.sampled_from(["messageId", "sessionId", "deviceId", "payload", "platform", "row"]))
    if place == "row":
        one = data.draw(st.sampled_from(content["payload"]))
        inner = data.draw(st.sampled_from([one, one["values"]]))
        inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(JSON)
    else:
        content[place] = data.draw(JSON)
    decoder = SensorLoggerDecoder(SensorLoggerConfig())
    with contextlib.suppress(WireError):
        for value in (*decoder.decode(DATA, json.dumps(content).encode()), *decoder.flush()):
            if isinstance(value, DeviceSamples):
                assert np.isfinite(value.specific_force_mps2).all()
                assert value.gyro_radps is not None
                assert np.isfinite(value.gyro_radps).all()
                assert value.period_us > 0
                assert value.ticks_us is not None
                assert 0 <= value.ticks_us < value.tick_wrap
