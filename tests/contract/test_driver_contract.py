"""What every driver must keep. A new driver is tested by standing in the registry with its vectors."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.imu import SensorInfo
from ingest.devices import all_drivers, driver_for_services, driver_named
from ingest.devices.driver import Battery, DeviceSamples
from ingest.errors import UnknownDriverError, WireError

VECTORS = Path(__file__).parent.parent / "data" / "wire"
DRIVERS = pytest.mark.parametrize("driver", all_drivers(), ids=lambda driver: driver.name)


def vectors(driver):
    return json.loads((VECTORS / f"{driver.name}.json").read_text())


def info_payload(driver, expect=None):
    """The vector whose ranges the expectation names, or the first."""
    for vector in vectors(driver)["info"]:
        info = driver.decoder().decode("info", bytes.fromhex(vector["hex"]))
        if expect is None or (
            info.accel_range_mps2 == pytest.approx(expect["accel_range_g"] * 9.80665)
            and info.gyro_range_radps == pytest.approx(np.radians(expect["gyro_range_dps"]))
        ):
            return bytes.fromhex(vector["hex"])
    return pytest.fail("no INFO vector has the ranges of a DATA vector")


def ready_decoder(driver, expect=None):
    decoder = driver.decoder()
    decoder.decode("info", info_payload(driver, expect))
    return decoder


@DRIVERS
def test_golden_data_vectors(driver):
    for vector in vectors(driver)["data"]:
        expect = vector["expect"]
        samples = ready_decoder(driver, expect).decode("data", bytes.fromhex(vector["hex"]))
        found = (samples.sequence, samples.ticks_us, samples.period_us, samples.dropped)
        assert found == (expect["seq"], expect["t_us"], expect["period_us"], expect["dropped"]), vector[
            "name"
        ]
        assert samples.restarted == bool(expect["flags"] & 2)
        raw = np.array(expect["samples_raw"])
        np.testing.assert_allclose(
            samples.specific_force_mps2, raw[:, :3] * expect["accel_range_g"] / 32768 * 9.80665, rtol=1e-12
        )
        np.testing.assert_allclose(
            samples.specific_force_mps2, expect["specific_force_mps2"], rtol=1e-6, atol=1e-6
        )
        np.testing.assert_allclose(samples.gyro_radps, expect["gyro_radps"], rtol=1e-6, atol=1e-6)
        assert samples.clipped == int((np.abs(raw) >= 32767).any(axis=1).sum())


@DRIVERS
def test_golden_malformed_vectors_are_refused(driver):
    for vector in vectors(driver)["malformed"]:
        decoder = ready_decoder(driver)
        with pytest.raises(WireError):
            decoder.decode(vector["channel"].lower(), bytes.fromhex(vector["hex"]))


@DRIVERS
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_bytes_give_a_value_or_a_wire_error(driver, data):
    decoder = ready_decoder(driver)
    channel = data.draw(st.sampled_from([spec.channel for spec in driver.characteristics]))
    valid = [bytes.fromhex(vector["hex"]) for vector in vectors(driver)["data"] + vectors(driver)["info"]]
    payload = data.draw(
        st.binary(max_size=300)
        | st.builds(
            lambda head, tail: head[: len(head) // 2] + tail, st.sampled_from(valid), st.binary(max_size=130)
        )
        | st.sampled_from(valid)
    )
    try:
        decoded = decoder.decode(channel, payload)
    except WireError as error:
        refused = error.payload_hex
        decoded = None
    else:
        refused = payload.hex()
    assert refused == payload.hex()
    if decoded is None:
        return
    assert isinstance(decoded, DeviceSamples | SensorInfo | Battery)
    if isinstance(decoded, DeviceSamples):
        assert np.isfinite(decoded.specific_force_mps2).all()
        assert decoded.specific_force_mps2.shape == decoded.gyro_radps.shape == (len(decoded), 3)


@DRIVERS
def test_a_sensor_at_rest_reads_one_g(driver):
    rest = [vector for vector in vectors(driver)["data"] if "rest" in vector["name"]]
    assert rest, "bring a vector of a sensor at rest, with 'rest' in its name"
    for vector in rest:
        samples = ready_decoder(driver, vector["expect"]).decode("data", bytes.fromhex(vector["hex"]))
        np.testing.assert_allclose(np.linalg.norm(samples.specific_force_mps2, axis=1), 9.81, atol=0.3)


@DRIVERS
def test_what_a_driver_says_about_itself_is_coherent(driver):
    assert driver_named(driver.name) is driver
    assert driver_for_services([uuid.upper() for uuid in driver.service_uuids]) is driver
    uuids = {spec.uuid for spec in driver.characteristics}
    assert len(uuids) == len(driver.characteristics)
    assert all(uuid == uuid.lower() and len(uuid) == 36 for uuid in [*driver.service_uuids, *uuids])
    assert any(spec.channel == "data" and spec.notify for spec in driver.characteristics)
    assert driver.slowest_packet_period_s > 0


def test_an_unknown_driver_is_named_with_those_that_are_known():
    with pytest.raises(UnknownDriverError, match=r"'nokia'.*native"):
        driver_named("nokia")
