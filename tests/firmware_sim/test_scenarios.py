import json

import numpy as np
import pytest

from firmware_sim.errors import UnknownScenarioError
from firmware_sim.lifts import LIFTS
from firmware_sim.named_scenarios import scenario_by_name, scenario_names
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import long_session, single_set, still, walking_about


def test_every_named_scenario_can_be_played():
    for name in scenario_names():
        scenario = scenario_by_name(name, seed=3)
        assert np.isfinite(scenario.stream().read(100).values).all()


def test_every_lift_of_the_lifter_has_a_scenario():
    assert set(LIFTS) <= set(scenario_names())


def test_the_long_session_takes_a_quarter_to_half_an_hour_and_says_what_is_no_repetition():
    session = long_session(seed=2)
    assert 15 * 60 < session.duration_s < 30 * 60
    assert len({one.exercise_id for one in session.sets}) >= 8
    assert [aside.what for one in session.sets for aside in one.rejected] == ["half rep", "failed rep"]
    for one in session.sets:
        assert "plates loaded" in {aside.what for aside in one.surroundings}
        for aside in (*one.rejected, *one.surroundings):
            assert one.start_s <= aside.start_s < aside.end_s <= one.end_s
    document = session.truth()
    assert json.loads(json.dumps(document))["sets"][0]["reps"][0]["end_s"] is None


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(UnknownScenarioError) as caught:
        scenario_by_name("jogging")
    assert "demo" in caught.value.known


def test_truth_is_json_and_says_what_it_is(tmp_path):
    scenario = single_set("deadlift", 2, 150.0, seed=1)
    scenario.write_truth(tmp_path / "truth.json")
    document = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert document["schema"] == "upright.truth/1"
    assert document["definitions"] == "upright-1"
    assert document["sets"][0]["load_kg"] == 150.0
    assert document["sets"][0]["reps"][1]["range_of_motion_m"] == scenario.sets[0].reps[1].range_of_motion_m


def test_home_scatter_is_a_parameter():
    calm, shaky = (
        single_set("back_squat", 8, 100.0, seed=3, home_scatter_m=sd, rest="paused") for sd in (0.0, 0.03)
    )
    spreads = []
    for scenario in (calm, shaky):
        at_home = np.array([rep.start_s - 0.05 for rep in scenario.sets[0].reps])
        spreads.append(np.ptp(scenario.axis_point(at_home).position_m[:, 0]))
    # Sway of 4.5 mm remains without scatter.
    assert spreads[0] < 0.03 < spreads[1]


def test_a_sensor_of_its_own_seed_is_the_same_in_every_session_but_for_its_noise():
    one, other = (single_set("back_squat", 1, 100.0, seed=seed, sensor_seed=7) for seed in (1, 2))
    assert one.mount == other.mount
    np.testing.assert_array_equal(one.unit.accel_bias_mps2, other.unit.accel_bias_mps2)
    assert one.unit.noise_seed != other.unit.noise_seed
    assert single_set("back_squat", 1, 100.0, seed=3).mount != one.mount


def test_walking_about_has_motion_but_no_set():
    scenario = walking_about(10.0)
    recording = simulate_offline(scenario)
    assert scenario.sets == ()
    assert np.abs(recording.velocity_mps).max() > 0.2
    assert not still(3.0).motions


def test_after_the_last_set_the_bar_lies_still_for_ever():
    scenario = single_set("front_squat", 1, 60.0, seed=1, mems="ideal")
    late = scenario.stream(start_s=scenario.duration_s + 1000.0).read(10)
    assert np.linalg.norm(late.values[:, :3], axis=1) == pytest.approx(9.80665)
