import pytest

from ingest.devices.thingy52 import Thingy52Driver
from ingest.errors import StartRefusedError
from tests.ingest.devices.answering import run_start, written


def test_only_the_rate_is_changed_and_only_where_it_differs():
    settings = [bytes.fromhex("1122 3344 5566 0a00 01"), bytes.fromhex("1122 3344 5566 c800 01")]
    read = iter(settings)
    assert written(run_start(Thingy52Driver(), lambda _: next(read))) == [("config", settings[1])]
    right = bytes.fromhex("1122 3344 5566 c800 00")
    assert written(run_start(Thingy52Driver(), lambda _: right)) == []


def test_settings_of_another_length_are_a_refusal():
    with pytest.raises(StartRefusedError, match="8 bytes"):
        run_start(Thingy52Driver(), lambda _: bytes(8))


def test_a_sensor_that_does_not_take_the_rate_is_refused_in_words():
    with pytest.raises(StartRefusedError, match="10 Hz"):
        run_start(Thingy52Driver(), lambda _: bytes.fromhex("e803 f401 f401 0a00 01"))


def test_samples_wait_for_the_rate_anew_after_each_connect():
    decoder = Thingy52Driver().decoder()
    settings = bytes.fromhex("e803 f401 f401 c800 01")
    assert decoder.decode("data", bytes(18)) == ()
    decoder.decode("config", settings)
    assert len(decoder.decode("data", bytes(18))) == 1
    decoder.link_renewed()
    assert decoder.decode("data", bytes(18)) == ()
