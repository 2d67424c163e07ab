"""What every driver must keep. A new driver is tested by standing in the registry with its vectors."""

import contextlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.imu import Gap, ImuBlock, SensorInfo
from ingest.decoding import PacketDecoder
from ingest.devices import all_drivers, driver_for, driver_named, standard, stream_channels
from ingest.devices.driver import (
    Answer,
    Ask,
    Battery,
    DeviceSamples,
    DeviceText,
    HeartRate,
    Pause,
    Read,
    Write,
)
from ingest.errors import StartRefusedError, UnknownDriverError, WireError
from ingest.instruments import InstrumentRep, RepBegun
from ingest.items import AccelBlock
from ingest.packets import LinkEvent, RawPacket, link_packet, whole_nanoseconds
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
from ingest.replay import ReplayedPackets, open_recording

ROOT = Path(__file__).parents[2]
VECTORS = ROOT / "tests" / "data" / "wire"
DRIVERS = pytest.mark.parametrize("driver", all_drivers(), ids=lambda driver: driver.name)
KINDS = {
    "info": SensorInfo,
    "samples": DeviceSamples,
    "battery": Battery,
    "heart_rate": HeartRate,
    "instrument_reps": InstrumentRep,
}
ROWS = ("sequence", "ticks_us", "period_us", "dropped", "restarted", "clipped")


def vectors(driver):
    return json.loads((VECTORS / f"{driver.name}.json").read_text(encoding="utf-8"))


def packets(stream):
    return [(packet["channel"], bytes.fromhex(packet["hex"])) for packet in stream["packets"]]


def decoded(driver, stream, kind):
    decoder = driver.decoder()
    values = [value for channel, payload in packets(stream) for value in decoder.decode(channel, payload)]
    return [value for value in values if isinstance(value, KINDS[kind])]


def with_samples(driver):
    return [stream for stream in vectors(driver)["streams"] if "samples" in stream["expect"]]


def is_imu(driver):
    return bool(with_samples(driver))


def run_of(driver, name):
    """The packets of a long stream for tests of losses, with the times at which they come."""
    run = vectors(driver).get(name)
    if run is None:
        pytest.skip(f"no {name} stream in its vectors")
    sent = packets(run)
    streams = stream_channels(driver)
    described = sum(1 for channel, payload in sent if is_description(driver, sent, channel, payload))
    period_s = run["packet_period_s"]
    times = [whole_nanoseconds(max(index - described, 0) * period_s) for index in range(len(sent))]
    assert any(channel in streams for channel, _ in sent)
    return run, [
        RawPacket(at_s, channel, payload) for at_s, (channel, payload) in zip(times, sent, strict=True)
    ]


def is_description(driver, sent, channel, payload):
    """Whether a packet tells what later ones mean, so that losing it is not a loss of samples."""
    decoder = PacketDecoder(driver)
    for before in sent[: sent.index((channel, payload)) + 1]:
        decoder.feed(RawPacket(0.0, *before))
    return decoder.tells_of_itself


def timeline_of(driver, sent):
    """Items of packets that come at their own times."""
    decoder = PacketDecoder(driver)
    items = [item for packet in sent for item in decoder.feed(packet)]
    return decoder, items + decoder.finish()


def rows_of(items):
    """Samples by their values: acceleration and, where there is one, rate of turn."""
    rows = []
    for block in items:
        if isinstance(block, Gap):
            continue
        values = block.specific_force_mps2
        if not isinstance(block, AccelBlock):
            values = np.hstack([values, block.gyro_radps])
        rows += [tuple(np.round(row, 5)) for row in values]  # interpolation is exact to a millionth
    return rows


def gaps_of(items):
    return [item for item in items if isinstance(item, Gap)]


@DRIVERS
def test_golden_streams(driver):
    assert vectors(driver)["streams"]
    for stream in vectors(driver)["streams"]:
        for kind, expected in stream["expect"].items():
            found = decoded(driver, stream, kind)
            rows = expected if isinstance(expected, list) else [expected]
            if not isinstance(expected, list):
                found = found[-1:]  # what the sensor said last
            assert len(found) == len(rows), (stream["name"], kind)
            for value, row in zip(found, rows, strict=True):
                assert_is(value, row, stream["name"])


def assert_is(value, row, name):
    """Compare the fields that the vector tells; arrays to a millionth, so that hex can be typed by hand."""
    for field, expected in row.items():
        found = getattr(value, field)
        if field in {"specific_force_mps2", "gyro_radps"} and expected is not None:
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6, err_msg=name)
        elif isinstance(expected, float):
            assert found == pytest.approx(expected, rel=1e-6), (name, field)
        elif isinstance(expected, list):
            assert list(found) == pytest.approx(expected), (name, field)
        else:
            assert found == expected, (name, field)


@DRIVERS
def test_golden_streams_have_every_field_of_a_packet(driver):
    for stream in with_samples(driver):
        for row in stream["expect"]["samples"]:
            assert {*ROWS, "specific_force_mps2", "gyro_radps"} <= row.keys(), stream["name"]


@DRIVERS
def test_golden_malformed_vectors_are_refused(driver):
    for vector in vectors(driver)["malformed"]:
        decoder = driver.decoder()
        for channel, payload in packets(vectors(driver)["streams"][-1])[:-1]:
            decoder.decode(channel, payload)
        with pytest.raises(WireError):
            decoder.decode(vector["channel"], bytes.fromhex(vector["hex"]))


@DRIVERS
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_bytes_give_values_or_a_wire_error(driver, data):
    decoder = driver.decoder()
    stream = data.draw(st.sampled_from(vectors(driver)["streams"]))
    for channel, payload in packets(stream)[: data.draw(st.integers(0, len(stream["packets"])))]:
        decoder.decode(channel, payload)
    valid = [payload for _, payload in packets(stream)]
    channels = st.sampled_from([spec.channel for spec in driver.characteristics])
    cut = st.builds(
        lambda head, tail: head[: len(head) // 2] + tail, st.sampled_from(valid), st.binary(max_size=130)
    )
    wrong = data.draw(st.lists(st.tuples(channels, st.binary(max_size=300) | cut | st.sampled_from(valid))))
    for channel, payload in wrong:
        values = ()
        with contextlib.suppress(WireError):
            values = decoder.decode(channel, payload)
        for value in values:
            assert isinstance(value, (*KINDS.values(), RepBegun, DeviceText, Answer))
            if isinstance(value, DeviceSamples):
                assert_sound(value)


def assert_sound(samples):
    assert len(samples) > 0
    assert samples.period_us > 0
    assert samples.specific_force_mps2.shape == (len(samples), 3)
    assert np.isfinite(samples.specific_force_mps2).all()
    if samples.gyro_radps is not None:
        assert samples.gyro_radps.shape == (len(samples), 3)
        assert np.isfinite(samples.gyro_radps).all()
    if samples.sequence is not None:
        assert 0 <= samples.sequence < samples.sequence_wrap
    if samples.ticks_us is not None:
        assert 0 <= samples.ticks_us < samples.tick_wrap


@DRIVERS
def test_a_sensor_at_rest_reads_one_g(driver):
    if not is_imu(driver):
        pytest.skip("no accelerometer")
    rest = [stream for stream in with_samples(driver) if "rest" in stream["name"]]
    assert rest, "bring a vector of a sensor at rest, with 'rest' in its name"
    for stream in rest:
        for samples in decoded(driver, stream, "samples"):
            np.testing.assert_allclose(
                np.linalg.norm(samples.specific_force_mps2, axis=1), 9.81, atol=0.3
            )  # 3 %: the error of an uncalibrated MEMS accelerometer


@DRIVERS
def test_start_stop_start_decodes_the_same_twice(driver):
    for stream in vectors(driver)["streams"]:
        decoder = driver.decoder()
        first = [decoder.decode(channel, payload) for channel, payload in packets(stream)]
        decoder.link_renewed()
        again = [decoder.decode(channel, payload) for channel, payload in packets(stream)]
        assert [len(values) for values in again] == [len(values) for values in first], stream["name"]


def items_of(driver, sent):
    """What the one path makes of packets that come every tenth of a second."""
    decoder = PacketDecoder(driver)
    items = []
    for index, (channel, payload) in enumerate(sent):
        items += decoder.feed(RawPacket(index * 0.1, channel, payload))
    return decoder, items + decoder.finish()


@DRIVERS
def test_a_repeated_packet_gives_no_sample_twice_where_the_sensor_has_a_clock(driver):
    for stream in with_samples(driver):
        found = decoded(driver, stream, "samples")
        if any(samples.ticks_us is None for samples in found):
            continue  # nobody can tell; docs/sensors says so
        sent = packets(stream)
        decoder, _ = items_of(driver, [*sent, sent[-1]])
        once, _ = items_of(driver, sent)
        assert decoder.counts.samples == once.counts.samples, stream["name"]


@DRIVERS
def test_a_lost_packet_is_a_gap_where_it_can_be_seen_and_never_an_invented_sample(driver):
    run, sent = run_of(driver, "steady")
    whole = rows_of(timeline_of(driver, sent)[1])
    assert len(set(whole)) == len(whole), (
        "samples of the steady stream differ, so that they can be told apart"
    )
    data = [index for index, packet in enumerate(sent) if packet.received_at_s > 0]
    for index in data[2 * len(data) // 5 : 3 * len(data) // 5]:  # not where it has yet to settle, or to tell
        decoder, items = timeline_of(driver, [*sent[:index], *sent[index + 1 :]])
        kept = rows_of(items)
        assert set(kept) <= set(whole), f"packet {index}: samples that were never sent"
        assert kept == sorted(kept, key=whole.index), f"packet {index}: out of order"
        lost = len(whole) - len(kept)
        assert lost > 0
        assert sum(gap.missing for gap in gaps_of(items)) == (lost if run["loss_is_seen"] else 0), index
        assert decoder.refused == 0


@DRIVERS
def test_a_second_without_packets_is_a_gap_of_a_second(driver):
    run, sent = run_of(driver, "steady")
    first = next(index for index, packet in enumerate(sent) if packet.received_at_s > 0) - 1
    descriptions, data = sent[:first], sent[first:]
    if decoded(driver, run, "samples")[0].ticks_us is not None:
        pytest.skip("it has a clock, so every lost packet is seen already")
    period_s = run["packet_period_s"]
    long = [data[index % len(data)] for index in range(round(4 / period_s / len(data)) * len(data))]
    lost = range(round(1 / period_s / len(data)) * len(data), round(2 / period_s / len(data)) * len(data))
    stream = [
        RawPacket(index * period_s, packet.channel, packet.payload)
        for index, packet in enumerate(long)
        if index not in lost
    ]
    decoder, items = timeline_of(driver, [*descriptions, *stream])
    (gap,) = gaps_of(items)
    # The packets that came and those that are missing make up the time; 40 ms is what counts as caught up.
    assert gap.end_s - gap.start_s == pytest.approx(len(lost) * period_s, abs=0.05)
    assert decoder.counts.duration_s == pytest.approx(len(long) * period_s, abs=0.05)


@DRIVERS
def test_counter_and_clock_may_start_again(driver):
    run, sent = run_of(driver, "wrap")
    found = decoded(driver, run, "samples")
    ticks_us = [samples.ticks_us for samples in found]
    assert ticks_us[0] > ticks_us[-1], "the clock of the stream wraps"
    decoder, items = timeline_of(driver, sent)
    assert not gaps_of(items)
    assert decoder.counts.restarts == 0
    times = np.concatenate([item.t_s for item in items if isinstance(item, ImuBlock | AccelBlock)])
    np.testing.assert_allclose(np.diff(times), found[0].period_us * 1e-6, rtol=1e-3)


@DRIVERS
def test_a_new_file_that_begins_with_the_descriptions_decodes_the_rest(driver):
    _, sent = run_of(driver, "steady")
    decoder = PacketDecoder(driver)
    descriptions = []
    for packet in sent:
        decoder.feed(packet)
        if decoder.tells_of_itself:
            descriptions.append(packet)
    data = [packet for packet in sent if packet not in descriptions]
    begun = len(data) // 4 * 2
    later, items = timeline_of(driver, [*descriptions, *data[begun:]])
    assert later.refused == 0
    assert later.info == decoder.info
    assert set(rows_of(items)) <= set(rows_of(timeline_of(driver, sent)[1]))
    assert rows_of(items)


@DRIVERS
def test_a_recording_replays_to_what_was_live(driver, tmp_path):
    _, sent = run_of(driver, "steady")
    connected = link_packet(0.0, LinkEvent("connected", driver.name))
    recorder = Recorder(tmp_path / "set.mcap", RecordingHeader(driver=driver.name))
    for packet in [connected, *sent]:
        recorder.write(packet)
    recording = open_recording(recorder.close())
    decoder, live = timeline_of(driver, sent)
    replayed = [item for _, items in recording.steps() for item in items]
    assert rows_of(replayed) == rows_of(live)
    assert recording.counts == decoder.counts
    assert isinstance(recording, ReplayedPackets)
    assert recording.header.info == decoder.info


def conversation(driver, steps):
    """Run a start against what a sensor answers; every step must be the next of the vector."""
    start = driver.start()
    answer = None
    for index, expected in enumerate(steps):
        step = next(start) if answer is None else start.send(answer)
        answer = bytes.fromhex(expected.get("answer", ""))
        if "pause" in expected:
            assert step == Pause(expected["pause"]), index
        elif "answer" in expected:
            assert isinstance(step, Ask), index
            assert step.write.payload.hex() == expected["write"], index
            assert step.is_reply(answer)
            assert not step.is_reply(b"")
        else:
            assert isinstance(step, Write), index
            assert step.payload.hex() == expected["write"], index
    return lambda: start.send(answer)


@DRIVERS
def test_golden_starts(driver):
    for vector in vectors(driver).get("starts", []):
        go_on = conversation(driver, vector["steps"])
        with pytest.raises(StopIteration):
            go_on()


@DRIVERS
def test_a_sensor_that_refuses_to_start_is_understood(driver):
    for vector in vectors(driver).get("refusals", []):
        go_on = conversation(driver, vector["steps"])
        with pytest.raises(StartRefusedError, match=vector["words"]):
            go_on()


@DRIVERS
def test_the_start_is_made_of_known_steps_on_known_channels(driver):
    known = {spec.channel for spec in driver.characteristics}
    steps = driver.start()
    answer = None
    for _ in range(100):
        try:
            step = next(steps) if answer is None else steps.send(answer)
        except (StopIteration, StartRefusedError):
            return  # an answer of no bytes is a refusal
        assert isinstance(step, Write | Read | Ask | Pause)
        if isinstance(step, Write | Read):
            assert step.channel in known
        elif isinstance(step, Ask):
            assert {step.write.channel, step.reply_channel} <= known
        answer = b""
    pytest.fail("the start has no end")


@DRIVERS
def test_what_a_driver_says_about_itself_is_coherent(driver):
    assert driver_named(driver.name) is driver
    for uuid in driver.service_uuids:
        assert driver_for("", [uuid.upper()]) is driver
    for prefix in driver.name_prefixes:
        assert driver_for(f"{prefix}1234", []) is driver
    assert driver.service_uuids or driver.name_prefixes
    uuids = [uuid for spec in driver.characteristics for uuid in (spec.uuid, *spec.alternatives)]
    assert len(set(uuids)) == len(uuids)
    assert all(uuid == uuid.lower() and len(uuid) == 36 for uuid in [*driver.service_uuids, *uuids])
    assert stream_channels(driver)
    assert all(
        step.channel in {spec.channel for spec in driver.characteristics} for step in driver.stop_steps
    )
    assert driver.slowest_packet_period_s > 0


@DRIVERS
def test_a_driver_has_a_page_that_says_what_was_tried(driver):
    page = (ROOT / "docs" / "sensors" / f"{driver.name}.md").read_text(encoding="utf-8").lower()
    for word in ("rate", "range", "loss", "tried on real hardware"):
        assert word in page, f"docs/sensors/{driver.name}.md does not speak of {word!r}"


@DRIVERS
def test_a_sensor_that_also_tells_the_heart_rate_gets_its_own_driver(driver):
    for name in driver.name_prefixes or ("",):
        for own in (*driver.service_uuids, *([] if driver.name_prefixes == () else [None])):
            services = [standard.HEART_RATE_SERVICE, *([own] if own else [])]
            assert driver_for(f"{name}1234", services) is driver


def test_a_strap_that_nobody_knows_is_a_heart_rate_strap():
    assert driver_for("Strap 1", [standard.HEART_RATE_SERVICE]) is driver_named("heart_rate")
    assert driver_for("Strap 1", []) is None


def test_an_unknown_driver_is_named_with_those_that_are_known():
    with pytest.raises(UnknownDriverError, match=r"'nokia'.*native"):
        driver_named("nokia")


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("00 48", HeartRate(72)),
        ("06 48", HeartRate(72, (), True)),
        ("04 48", HeartRate(72, (), False)),
        ("01 2c 01", HeartRate(300)),
        # Energy 0x0102 is passed over; 0x0400 and 0x0200 of 1/1024 s are 1 s and 0.5 s.
        ("18 3c 02 01 00 04 00 02", HeartRate(60, (1.0, 0.5))),
    ],
)
def test_a_heart_rate_is_read_by_its_flags(payload, expected):
    assert standard.decode_standard("heart_rate", bytes.fromhex(payload)) == (expected,)


@pytest.mark.parametrize("payload", ["", "01 2c", "10 3c 00", "00 3c 00 04", "08 3c 01"])
def test_a_heart_rate_that_contradicts_its_flags_is_refused(payload):
    with pytest.raises(WireError):
        standard.decode_standard("heart_rate", bytes.fromhex(payload))


def test_a_battery_level_is_a_percentage_or_unknown():
    assert standard.decode_standard("battery", b"\x58") == (Battery(0.88),)
    assert standard.decode_standard("battery", b"\xff") == (Battery(None),)
    for payload in (b"", b"\x65", b"\x01\x02"):
        with pytest.raises(WireError):
            standard.decode_standard("battery", payload)


def test_texts_of_the_device_information_never_cost_the_stream():
    assert standard.decode_standard("device_model", b"XIAO\0\0") == (DeviceText("model", "XIAO"),)
    (text,) = standard.decode_standard("device_firmware", b"\xff1.0")
    assert isinstance(text, DeviceText)
    assert text.text.endswith("1.0")
