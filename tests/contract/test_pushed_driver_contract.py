"""What every driver of a device that pushes must keep; much of it is what a Bluetooth one must keep, too."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.devices import (
    all_drivers,
    bluetooth_driver_named,
    driver_named,
    pushed_drivers,
    stream_channels,
)
from ingest.devices.driver import DeviceSamples
from ingest.errors import UnknownDriverError, WireError
from tests.contract import test_driver_contract as bluetooth

PUSHED = pytest.mark.parametrize("driver", pushed_drivers(), ids=lambda driver: driver.name)


@PUSHED
def test_golden_streams(driver):
    bluetooth.test_golden_streams(driver)
    bluetooth.test_golden_streams_have_every_field_of_a_packet(driver)


@PUSHED
def test_golden_malformed_vectors_are_refused(driver):
    bluetooth.test_golden_malformed_vectors_are_refused(driver)


@PUSHED
@given(data=st.data())
def test_any_bytes_give_values_or_a_wire_error(driver, data):
    decoder = driver.decoder()
    stream = data.draw(st.sampled_from(bluetooth.vectors(driver)["streams"]))
    valid = [payload for _, payload in bluetooth.packets(stream)]
    cut = st.builds(
        lambda head, tail: head[: len(head) // 2] + tail, st.sampled_from(valid), st.binary(max_size=130)
    )
    wrong = data.draw(st.lists(st.binary(max_size=300) | cut | st.sampled_from(valid)))
    for payload in wrong:
        with contextlib.suppress(WireError):
            for value in decoder.decode("data", payload):
                if isinstance(value, DeviceSamples):
                    bluetooth.assert_sound(value)


@PUSHED
def test_a_device_at_rest_reads_one_g(driver):
    rest = [stream for stream in bluetooth.with_samples(driver) if "rest" in stream["name"]]
    assert rest
    for stream in rest:
        samples = bluetooth.decoded(driver, stream, "samples")[0]
        assert np.linalg.norm(samples.specific_force_mps2[0]) == pytest.approx(9.81, abs=0.3)


@PUSHED
def test_what_was_pushed_before_a_silence_is_not_taken_again_after_it(driver):
    for stream in bluetooth.with_samples(driver):
        decoder = driver.decoder()
        for channel, payload in bluetooth.packets(stream):
            decoder.decode(channel, payload)
        decoder.link_renewed()
        for channel, payload in bluetooth.packets(stream):
            assert decoder.decode(channel, payload) == ()


@PUSHED
def test_it_is_found_by_its_name_and_never_by_a_scan(driver):
    assert driver_named(driver.name) is driver
    assert driver not in all_drivers()
    assert stream_channels(driver)
    with pytest.raises(UnknownDriverError, match="native"):
        bluetooth_driver_named(driver.name)


@PUSHED
def test_it_has_a_page_that_says_what_was_tried(driver):
    bluetooth.test_a_driver_has_a_page_that_says_what_was_tried(driver)
