import struct

import numpy as np

from firmware_sim.scenarios import single_set
from firmware_sim.unhurried import UnhurriedSensor


def test_it_sends_every_sample_of_the_scenario_once_and_in_order():
    scenario = single_set("front_squat", 1, 100.0, seed=3)
    sensor = UnhurriedSensor(scenario)
    packets = [*sensor.packets(4.0), *sensor.packets(6.0)]
    assert [struct.unpack_from("<H", packet.payload, 2)[0] for packet in packets] == list(range(len(packets)))
    samples = np.concatenate([np.frombuffer(packet.payload[12:], "<i2").reshape(-1, 6) for packet in packets])
    np.testing.assert_array_equal(samples, scenario.stream().read(len(samples)).raw)
    assert 5.9 < packets[-1].at_s <= 6.0


def test_it_says_what_it_is_before_it_streams():
    sensor = UnhurriedSensor(single_set("front_squat", 1, 100.0, seed=3))
    assert sensor.info[1] == 0
    assert sensor.info.endswith(b"BMI270")
