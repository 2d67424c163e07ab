from __future__ import annotations

import re

from firmware_sim.demo import demo_session


def test_the_demo_prints_a_summary_of_what_was_lifted(demo):
    assert (demo.done.code, demo.done.err) == (0, "")
    lines = re.findall(r"^(\d) (front squat|deadlift) (\d+) kg +(\d+) ", demo.done.out, re.MULTILINE)
    planned = [
        (str(i + 1), s.exercise_id.replace("_", " "), f"{s.load_kg:g}", str(len(s.reps)))
        for i, s in enumerate(demo_session().sets)
    ]
    assert lines == planned


def test_the_demo_sees_the_upper_back_give_way_and_says_what_that_is(demo):
    text = " ".join(demo.done.out.split())
    # A step after three level sets, over five sets: how sure a straight line is of it depends on little.
    assert re.search(r"front squat, uprightness loss: (probably|clearly) worse", text)
    assert "deadlift, lockout ratio: probably worse" in text  # three sets never say more
    assert "unvalidated against trunk motion capture" in text


def test_the_demo_leaves_one_finished_recording(demo):
    (recording,) = (demo.folder / "recordings").iterdir()
    assert recording.suffix == ".mcap"
