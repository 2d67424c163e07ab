import json
import random
import struct
from pathlib import Path

import pytest

from ingest.decoding import PacketDecoder
from ingest.devices.openbarbell import OpenBarbellDriver
from ingest.packets import RawPacket

VECTORS = json.loads(
    (Path(__file__).parents[2] / "data" / "wire" / "openbarbell.json").read_text(encoding="utf-8")
)
GROUP = [bytes.fromhex(packet["hex"]) for packet in VECTORS["streams"][2]["packets"]]
RESULTS = range(22)
"""Notifications from the mark of the beginning to that of the settings."""


def fed(payloads):
    decoder = PacketDecoder(OpenBarbellDriver())
    for number, payload in enumerate(payloads):
        decoder.feed(RawPacket(number * 0.01, "data", payload))
    return decoder


@pytest.mark.parametrize("lost", RESULTS)
def test_a_repetition_that_lacks_a_number_is_refused_and_does_no_harm_to_the_next(lost):
    decoder = fed([*GROUP[:lost], *GROUP[lost + 1 :], *GROUP])
    assert [rep.index for rep in decoder.instrument_reps] == [1]
    assert decoder.refused == 1


@pytest.mark.parametrize("lost", range(22, len(GROUP)))
def test_bulk_data_that_are_lost_cost_no_repetition(lost):
    decoder = fed([*GROUP[:lost], *GROUP[lost + 1 :], *GROUP])
    assert len(decoder.instrument_reps) == 2
    assert decoder.refused == 0


def test_a_number_lost_beside_one_that_came_twice_is_found_by_the_contradiction():
    for lost in range(1, 8):
        moved = [*GROUP[:lost], *GROUP[lost + 1 :]]
        decoder = fed([*moved[:15], moved[14], *moved[15:]])
        assert decoder.instrument_reps == [], lost
        assert decoder.refused == 1


def test_any_losses_give_only_repetitions_as_they_were_sent():
    """Over 2000 repetitions of a tenth lost each; the true ones differ in every field."""
    generator = random.Random(1)
    sent, payloads = {}, []
    for number in range(1, 2001):
        mean, duration = generator.uniform(0.2, 1.5), generator.uniform(0.3, 3.0)
        values = list(struct.unpack("<21f", b"".join(GROUP[:21])))
        values[1:8] = [number, mean, int(mean * duration * 1000), mean * 1.6, 40, 3.0, duration * 1e6]
        sent[number] = mean
        payloads += [struct.pack("<f", value) for value in values] + GROUP[21:]
    decoder = fed(payload for payload in payloads if generator.random() > 0.1)
    assert 100 < len(decoder.instrument_reps) < 400  # 0.9 to the 22nd is a tenth
    for rep in decoder.instrument_reps:
        assert rep.mean_velocity_mps == pytest.approx(sent[rep.index], rel=1e-6)


def test_an_older_instrument_is_refused_instead_of_misread():
    older = [struct.pack("<f", -1234.0), *GROUP[1:]]
    decoder = fed(older)
    assert decoder.instrument_reps == []
    assert decoder.refused == 2


def test_a_repetition_has_the_time_of_its_own_beginning_not_of_a_movement_too_short_before_it():
    decoder = fed([GROUP[0], *GROUP, *GROUP])
    settings = GROUP.index(bytes.fromhex("003c1cc6"))
    begun = [1, 1 + len(GROUP)]
    assert decoder.instrument_times_s == [(0.01 * at, 0.01 * (at + settings)) for at in begun]
    assert fed(GROUP[1:]).instrument_times_s == []
