from __future__ import annotations

import re

from firmware_sim.demo import demo_session


def test_the_demo_prints_a_summary_of_what_was_lifted(demo):
    assert (demo.done.code, demo.done.err) == (0, "")
    lines = re.findall(
        r"^(\d+) (front squat|deadlift|bench press) (\d+) kg +(\d+) ", demo.done.out, re.MULTILINE
    )
    planned = [
        (str(i + 1), s.exercise_id.replace("_", " "), f"{s.load_kg:g}", str(len(s.reps)))
        for i, s in enumerate(demo_session().sets)
    ]
    assert lines == planned


def lift(demo, name: str) -> str:
    """Everything that is said of a lift, on one line."""
    _, _, rest = demo.done.out.partition(f"\n{name} ")
    found = re.split(r"baseline of 3 sessions", rest)[0]
    return " ".join(found.split())


def test_the_demo_sees_the_upper_back_give_way_and_says_what_that_is(demo):
    squat, deadlift, bench = (lift(demo, name) for name in ("Front squat", "Deadlift", "Bench press"))
    assert "clearly worse: You tipped further forward in the hole" in squat
    assert re.findall(r"rounds over in the hole, set (\d): Seen in reps", squat) == ["4", "5"]
    assert re.search(r"(clearly|probably) worse: The lockout slowed down", deadlift)
    assert "stalls at lockout, set 9: Seen in reps" in deadlift
    assert "no clear change: Sway of the path" in bench
    assert "unvalidated against trunk motion capture" in demo.done.out


def test_the_demo_leaves_one_finished_recording_beside_those_of_the_earlier_sessions(demo):
    names = sorted(path.name for path in (demo.folder / "recordings").iterdir())
    assert [name for name in names if name.startswith("demo-")] == [
        f"demo-v1-seed-1-{weeks}-weeks-ago.mcap" for weeks in (1, 2, 3)
    ]
    assert len(names) == 4
    assert all(name.endswith(".mcap") for name in names)
