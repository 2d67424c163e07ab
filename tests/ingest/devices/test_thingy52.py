import pytest

from ingest.devices.thingy52 import Thingy52Driver
from ingest.errors import StartRefusedError, WireError
from tests.ingest.devices.answering import run_start, written


def test_only_the_rate_is_changed_and_only_where_it_differs():
    other = bytes.fromhex("1122 3344 5566 0a00 01")
    assert written(run_start(Thingy52Driver(), lambda _: other)) == [
        ("config", bytes.fromhex("1122 3344 5566 c800 01"))
    ]
    right = bytes.fromhex("1122 3344 5566 c800 00")
    assert written(run_start(Thingy52Driver(), lambda _: right)) == []


def test_settings_of_another_length_are_a_refusal():
    with pytest.raises(StartRefusedError, match="8 bytes"):
        run_start(Thingy52Driver(), lambda _: bytes(8))


def test_samples_whose_rate_is_unknown_are_refused():
    with pytest.raises(WireError, match="rate is unknown"):
        Thingy52Driver().decoder().decode("data", bytes(18))
