import pytest

from ingest.devices.driver import Pause
from ingest.devices.movella_dot import MovellaDotDriver
from ingest.errors import StartRefusedError, WireError
from tests.ingest.devices.answering import run_start, written

CONFIG = bytes(range(24)) + (60).to_bytes(2, "little") + bytes([1, 2, 3, 4, 5, 6])


class Sensor:
    def __init__(self, config=CONFIG, modes=(21, 26), running=0):
        self.config, self.modes = config, modes
        self.control = bytes([1, running, 3])

    def start(self):
        """Run the driver; what it writes takes effect before the next answer."""
        log = []

        def answer(step):
            return self.config if step.channel == "config" else self.control

        startup, reply = MovellaDotDriver().start(), None
        while True:
            try:
                step = next(startup) if reply is None else startup.send(reply)
            except StopIteration:
                return log
            log.append(step)
            reply = b""
            if hasattr(step, "payload"):
                self.write(step)
            elif not isinstance(step, Pause):
                reply = answer(step)

    def write(self, step):
        if step.channel == "config":
            self.config = step.payload
        elif not step.payload[1] or step.payload[2] in self.modes:
            self.control = step.payload


def test_a_sensor_at_60_hz_is_only_started():
    assert written(Sensor().start()) == [("control", b"\x01\x01\x15")]


def test_another_rate_is_changed_and_nothing_else():
    slow = CONFIG[:24] + (20).to_bytes(2, "little") + CONFIG[26:]
    assert written(Sensor(slow).start())[0] == ("config", b"\x10" + CONFIG[1:])


def test_a_measurement_that_still_runs_is_ended_first():
    assert written(Sensor(running=1).start()) == [("control", b"\x01\x00\x03"), ("control", b"\x01\x01\x15")]


def test_a_sensor_without_mode_21_measures_in_mode_26():
    assert written(Sensor(modes=(26,)).start())[-1] == ("control", b"\x01\x01\x1a")


def test_a_sensor_that_measures_in_neither_mode_is_refused_in_words():
    with pytest.raises(StartRefusedError, match="recording"):
        Sensor(modes=()).start()


def test_settings_that_cannot_be_read_are_a_refusal():
    with pytest.raises(StartRefusedError, match="settings"):
        run_start(MovellaDotDriver(), lambda _: b"\x00")


def test_samples_whose_rate_is_unknown_are_refused():
    with pytest.raises(WireError, match="rate is unknown"):
        MovellaDotDriver().decoder().decode("data", bytes(28))
