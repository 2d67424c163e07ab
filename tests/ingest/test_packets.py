import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.imu import SetLabel
from ingest.packets import (
    LinkEvent,
    label_packet,
    link_packet,
    parse_label,
    parse_link,
    whole_nanoseconds,
)


@given(st.text() | st.none(), st.floats(allow_nan=False, allow_infinity=False) | st.none())
def test_a_label_survives_its_packet(exercise_id, load_kg):
    label = SetLabel(exercise_id, load_kg)
    assert parse_label(label_packet(1.0, label).payload) == label


@given(st.text(), st.text(), st.integers() | st.none(), st.integers() | st.none(), st.text())
def test_a_link_event_survives_its_packet(name, address, mtu, rssi_dbm, reason):
    event = LinkEvent("connected", name, address, mtu, rssi_dbm, reason)
    assert parse_link(link_packet(1.0, event).payload) == event


@given(st.binary() | st.sampled_from([b"[1]", b'{"load_kg": "x"}', b'{"load_kg": NaN}', b"[" * 100_000]))
def test_any_bytes_are_a_label_or_a_value_error(payload):
    try:
        label = parse_label(payload)
    except ValueError:
        return
    assert label.load_kg is None or math.isfinite(label.load_kg)


@given(st.binary())
def test_any_bytes_are_a_link_event_or_a_value_error(payload):
    try:
        parse_link(payload)
    except ValueError:
        return


@given(st.floats(0, 1e6))
def test_times_survive_the_recording_of_whole_nanoseconds(seconds):
    time_s = whole_nanoseconds(seconds)
    assert round(time_s * 1e9) / 1e9 == time_s
    assert time_s == pytest.approx(seconds, abs=1e-9)
