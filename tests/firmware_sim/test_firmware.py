import numpy as np
import pytest

from firmware_sim.errors import CommandRefusedError, PacketTooLongError
from firmware_sim.firmware import Firmware, FirmwareConfig
from firmware_sim.mems import MemsSettings
from firmware_sim.scenarios import single_set, still

START, STOP = b"\x01", b"\x02"
MTU = 247
POWER_ON_S = 100.0


def number(payload: bytes, first: int, count: int) -> int:
    return int.from_bytes(payload[first : first + count], "little")


def firmware_of(scenario=None, config=None) -> Firmware:
    played = scenario or still(60.0, seed=4)

    def open_stream(settings: MemsSettings, at_s: float):
        return played.stream(settings, at_s - POWER_ON_S)

    return Firmware(
        open_stream,
        played.settings,
        clock_error_fraction=played.unit.clock_error_fraction,
        model="BMI270",
        powered_on_s=POWER_ON_S,
        config=config,
    )


def drain(firmware: Firmware, mtu: int = MTU) -> list[bytes]:
    return [firmware.take(mtu) for _ in range(firmware.waiting)]


def run(firmware: Firmware, start_s: float, end_s: float, mtu: int = MTU) -> list[bytes]:
    packets = []
    for now_s in np.arange(start_s, end_s, 0.05):
        firmware.build(float(now_s), mtu)
        packets += drain(firmware, mtu)
    return packets


def test_nothing_is_sampled_before_the_first_start():
    firmware = firmware_of()
    firmware.build(POWER_ON_S + 5, MTU)
    assert firmware.waiting == 0
    assert firmware.next_packet_s() is None


def test_packets_are_numbered_stamped_and_ten_samples_long():
    firmware = firmware_of()
    firmware.command(START, POWER_ON_S + 3)
    packets = run(firmware, POWER_ON_S + 3, POWER_ON_S + 8)
    assert 98 <= len(packets) <= 101
    assert all(len(packet) == 12 + 10 * 12 for packet in packets)
    assert [number(packet, 2, 2) for packet in packets] == list(range(len(packets)))
    t_us = np.array([number(packet, 4, 4) for packet in packets])
    assert t_us[0] == pytest.approx(3e6, abs=200)
    period_us = number(packets[0], 8, 2)
    # The header's whole microseconds are off by half of one at most, ten times.
    assert np.diff(t_us) == pytest.approx(10 * period_us, abs=6)
    assert [packet[1] for packet in packets[:3]] == [2, 0, 0]


def test_the_payload_is_what_the_sensor_measured_however_it_is_asked_for():
    scenario = single_set("deadlift", 1, 100.0, seed=2)
    expected = scenario.stream(start_s=0.0).read(400).raw
    firmware = firmware_of(scenario)
    firmware.command(START, POWER_ON_S)
    packets = run(firmware, POWER_ON_S, POWER_ON_S + 2.2)
    samples = [
        [int.from_bytes(packet[at : at + 2], "little", signed=True) for at in range(start, start + 12, 2)]
        for packet in packets
        for start in range(12, len(packet), 12)
    ]
    assert np.array_equal(samples[:400], expected)


def test_a_full_fifo_drops_the_oldest_and_says_how_many():
    firmware = firmware_of(config=FirmwareConfig(fifo_packets=4))
    firmware.command(START, POWER_ON_S)
    sent = run(firmware, POWER_ON_S, POWER_ON_S + 0.3)
    firmware.build(POWER_ON_S + 1.0, MTU)
    assert firmware.waiting == 4
    late = drain(firmware)
    missing = number(late[0], 2, 2) - number(sent[-1], 2, 2) - 1
    assert missing > 5
    assert late[0][1] & 1
    assert late[0][11] == missing
    assert all(packet[1] == 0 and packet[11] == 0 for packet in late[1:])


def test_seq_and_clock_run_on_while_nobody_listens():
    firmware = firmware_of()
    firmware.command(START, POWER_ON_S)
    before = run(firmware, POWER_ON_S, POWER_ON_S + 1)[-1]
    firmware.link_lost()
    assert not firmware.streaming
    firmware.command(START, POWER_ON_S + 31)
    after = run(firmware, POWER_ON_S + 31, POWER_ON_S + 32)[0]
    elapsed_us = number(after, 4, 4) - number(before, 4, 4)
    assert 29.5e6 < elapsed_us < 30.5e6
    packets = number(after, 2, 2) - number(before, 2, 2)
    assert packets * 10 * number(after, 8, 2) == pytest.approx(elapsed_us, abs=0.5 * packets * 10)
    assert after[11] == 255
    assert after[1] == 1


def test_settings_change_only_while_stopped_and_the_counts_run_on():
    firmware = firmware_of()
    firmware.command(START, POWER_ON_S)
    before = run(firmware, POWER_ON_S, POWER_ON_S + 1)[-1]
    for command in (b"\x03\x64\x00", b"\x04\x08\xf4\x01", b"\x05\x05"):
        with pytest.raises(CommandRefusedError) as caught:
            firmware.command(command, POWER_ON_S + 1)
        assert caught.value.att_error == 0x82
    firmware.command(START, POWER_ON_S + 1)
    firmware.command(STOP, POWER_ON_S + 1)
    firmware.command(b"\x03\x64\x00", POWER_ON_S + 2)
    firmware.command(b"\x04\x08\xf4\x01", POWER_ON_S + 2)
    firmware.command(b"\x05\x05", POWER_ON_S + 2)
    firmware.command(START, POWER_ON_S + 3)
    after = run(firmware, POWER_ON_S + 3, POWER_ON_S + 4)
    assert len(after[0]) == 12 + 5 * 12
    assert number(after[0], 8, 2) == pytest.approx(10000, rel=0.006)
    assert number(after[0], 2, 2) > number(before, 2, 2)
    assert number(after[0], 4, 4) == pytest.approx(3e6, abs=6e4)
    # 1 g at 8 g full scale.
    force = np.array([int.from_bytes(after[0][at : at + 2], "little", signed=True) for at in (12, 14, 16)])
    assert np.linalg.norm(force) == pytest.approx(4096, rel=0.05)
    info = firmware.info(POWER_ON_S + 4)
    assert info[1:11] == b"\x01\x08\x00\xf4\x01" + (100_000).to_bytes(4, "little") + b"\x05"


@pytest.mark.parametrize(("mtu", "samples"), [(100, 7), (27, 1)])
def test_a_small_mtu_lowers_the_batch(mtu, samples):
    firmware = firmware_of()
    firmware.command(START, POWER_ON_S)
    packets = run(firmware, POWER_ON_S, POWER_ON_S + 1, mtu)
    assert {len(packet) for packet in packets} == {12 + 12 * samples}
    assert all(len(packet) <= mtu - 3 for packet in packets)
    assert sum(packet[10] for packet in packets) > 185


def test_the_smallest_mtu_gets_nothing_and_a_shrunk_one_an_error():
    firmware = firmware_of()
    firmware.command(START, POWER_ON_S)
    assert run(firmware, POWER_ON_S, POWER_ON_S + 1, 23) == []
    firmware.build(POWER_ON_S + 1.2, MTU)
    with pytest.raises(PacketTooLongError):
        firmware.take(100)


def test_the_battery_runs_down():
    firmware = firmware_of()
    assert firmware.battery_percent(POWER_ON_S) == 87
    assert firmware.battery_percent(POWER_ON_S + 10 * 3600) == 72
    assert firmware.battery_percent(POWER_ON_S + 1000 * 3600) == 0
