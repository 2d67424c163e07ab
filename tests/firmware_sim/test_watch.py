from __future__ import annotations

import json

import numpy as np
import pytest

from firmware_sim.errors import InvalidSettingError
from firmware_sim.mems import MemsSettings
from firmware_sim.mount import WATCH_BELOW
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import single_set
from firmware_sim.watch import PushModel, watch_messages

G = 9.80665
STARTED_NS = 1_760_000_000_000_000_000


@pytest.fixture(scope="module")
def recording():
    scenario = single_set(
        "back_squat", 2, 100.0, 3, mount=WATCH_BELOW, settings=MemsSettings(rate_hz=100), mems="ideal"
    )
    return simulate_offline(scenario)


def rows_of(messages, name="wrist motion"):
    """Rows of every message once, in the order of time."""
    unique = {json.loads(sent.body)["messageId"]: json.loads(sent.body) for sent in messages}
    rows = [row for number in sorted(unique) for row in unique[number]["payload"] if row["name"] == name]
    return sorted(rows, key=lambda row: row["time"])


def vectors(rows, quantity):
    return np.array([[row["values"][f"{quantity}{axis}"] for axis in "XYZ"] for row in rows])


@pytest.mark.parametrize(
    ("model", "unit", "sign"),
    [
        (PushModel("ios", standardised=True), 1.0, 1),
        (PushModel("ios", standardised=False), G, -1),  # CoreMotion: g, face up is -1
        (PushModel("android", standardised=False), 1.0, 1),
    ],
)
def test_gravity_and_acceleration_add_up_to_the_specific_force(recording, model, unit, sign):
    rows = rows_of(watch_messages(recording, 1, model))
    total = vectors(rows, "gravity") + vectors(rows, "acceleration")
    np.testing.assert_allclose(sign * unit * total, recording.specific_force_mps2, atol=1e-9)
    np.testing.assert_allclose(np.linalg.norm(vectors(rows, "gravity"), axis=1) * unit, G)
    np.testing.assert_allclose(vectors(rows, "rotationRate"), recording.gyro_radps)


def test_times_are_those_of_the_samples_but_for_their_jitter(recording):
    rows = rows_of(watch_messages(recording, 1, PushModel(jitter_s=0.0002), started_ns=STARTED_NS))
    t_s = np.array([row["time"] - STARTED_NS for row in rows]) * 1e-9
    errors_s = t_s - recording.t_true_s
    assert np.std(errors_s) == pytest.approx(0.0002, rel=0.1)  # 1000 draws and more


def test_messages_overtake_each_other_come_twice_and_not_at_all(recording):
    model = PushModel(duplicate_fraction=0.2, loss_fraction=0.3)
    sent = watch_messages(recording, 2, model)
    numbers = [json.loads(one.body)["messageId"] for one in sent]
    assert [one.at_s for one in sent] == sorted(one.at_s for one in sent)
    assert numbers != sorted(numbers)
    assert len(set(numbers)) < len(numbers)
    assert len(set(numbers)) < max(numbers) + 1
    assert watch_messages(recording, 2, model) == sent
    assert watch_messages(recording, 3, model) != sent


def test_without_latency_all_is_in_order(recording):
    sent = watch_messages(recording, 1, PushModel(latency_s=0.0, duplicate_fraction=0.0))
    numbers = [json.loads(one.body)["messageId"] for one in sent]
    assert numbers == list(range(len(numbers)))


def test_what_the_watch_drops_is_missing_from_messages_that_come_all_the_same(recording):
    model = PushModel(gap_every_s=8.0, gap_s=5.0, duplicate_fraction=0.0, jitter_s=0.0)
    sent = watch_messages(recording, 1, model)
    t_s = np.array([row["time"] for row in rows_of(sent)]) * 1e-9
    assert np.diff(t_s).max() == pytest.approx(5.01, abs=0.011)
    assert len(rows_of(sent, "accelerometer")) == len(sent)


def test_a_model_that_makes_no_sense_is_refused():
    with pytest.raises(InvalidSettingError, match="batch_s"):
        PushModel(batch_s=0.0)
    with pytest.raises(InvalidSettingError, match="loss_fraction"):
        PushModel(loss_fraction=1.0)
