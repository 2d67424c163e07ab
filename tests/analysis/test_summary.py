from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.exercises import find_exercise
from analysis.imu import Gap, Mount, SetLabel
from analysis.results import RejectedMovement
from analysis.summary import GAP_REACH_S, SegmentReps, summarise_set, velocity_loss
from tests.analysis.simulated import constructed_rep, motion_of, mount_of, simulate

MOUNT = Mount(bar_axis=(0.0, 1.0, 0.0))
LABEL = SetLabel("back_squat", 100.0)
VELOCITIES = st.lists(st.floats(0.1, 2.0), min_size=2, max_size=10)


def reps_at(*velocities_mps: float):
    return [constructed_rep(mean_concentric_velocity_mps=v) for v in velocities_mps]


def segment(start_s: float, n: int = 2, rejected: tuple[RejectedMovement, ...] = ()) -> SegmentReps:
    reps = tuple(
        constructed_rep(
            index=k, start_s=start_s + 3 * k, concentric_end_s=start_s + 2 + 3 * k, end_s=start_s + 2 + 3 * k
        )
        for k in range(n)
    )
    return SegmentReps(reps, rejected, 200.0, 3, 1)


@pytest.mark.parametrize(
    ("velocities", "loss"),
    [
        ((0.5, 0.4), 0.2),
        ((0.4, 0.5, 0.45), 0.1),  # the first rep is slow to start with: counted from the fastest
        ((0.4, 0.5), 0.0),
        ((0.5, 0.25, 0.4), 0.5),
    ],
)
def test_velocity_loss_is_from_the_fastest_rep_to_the_slowest_after_it(velocities, loss):
    assert velocity_loss(reps_at(*velocities)) == pytest.approx(loss)


@given(VELOCITIES)
def test_velocity_loss_is_a_fraction_and_has_no_unit(velocities):
    loss = velocity_loss(reps_at(*velocities))
    assert loss is not None
    assert 0 <= loss < 1
    assert velocity_loss(reps_at(*[3 * v for v in velocities])) == pytest.approx(loss, abs=1e-12)


def test_velocity_loss_needs_two_reps():
    assert velocity_loss(reps_at(0.5)) is None
    assert velocity_loss([]) is None


def test_stretches_are_joined_and_their_reps_numbered_through():
    summary = summarise_set(4, LABEL, MOUNT, [segment(10.0), segment(20.0, 3)], AnalysisConfig())
    assert summary is not None
    assert (summary.index, summary.exercise_id, summary.load_kg) == (4, "back_squat", 100.0)
    assert [rep.index for rep in summary.reps] == [0, 1, 2, 3, 4]
    assert (summary.start_s, summary.end_s) == (10.0, 28.0)
    assert (summary.lost_samples, summary.clipped_samples) == (6, 2)


def test_no_rep_no_set():
    assert summarise_set(0, LABEL, MOUNT, [], AnalysisConfig()) is None
    assert summarise_set(0, LABEL, MOUNT, [segment(0.0, 0)], AnalysisConfig()) is None


def test_set_whose_last_rep_was_dropped_ends_with_its_concentric_phase():
    dropped = replace(
        segment(10.0, 1), reps=(constructed_rep(start_s=10.0, concentric_end_s=11.5, end_s=None),)
    )
    summary = summarise_set(0, LABEL, MOUNT, [dropped], AnalysisConfig())
    assert summary is not None
    assert summary.end_s == 11.5


def test_rejected_movements_near_the_set_are_listed_and_distant_ones_are_not():
    near = RejectedMovement(10.0 - GAP_REACH_S - 1, 10.0 - GAP_REACH_S + 0.1, "near")
    far = RejectedMovement(0.0, 10.0 - GAP_REACH_S - 0.1, "far")
    summary = summarise_set(0, LABEL, MOUNT, [segment(10.0, rejected=(far, near))], AnalysisConfig())
    assert summary is not None
    assert summary.rejected == (near,)


def test_stretch_that_ends_in_a_gap_mentions_it_even_without_a_rep():
    gap = Gap(5.0, 7.0, 400, "lost by the radio")
    found = SegmentReps.of(None, find_exercise("back_squat"), MOUNT, AnalysisConfig(), gap)
    assert found.reps == ()
    assert found.rejected == (RejectedMovement(5.0, 7.0, "samples lost: no rep is counted across a gap"),)


def test_lost_and_clipped_samples_are_counted_within_the_set_only():
    motion = motion_of()
    first, last = motion.found.accepted[0], motion.found.accepted[-1]
    lost, clipped = motion.samples.lost.copy(), motion.samples.clipped.copy()
    lost[[10, first.turn, last.turn]] = True
    clipped[[20, first.turn + 1]] = True
    marked = replace(motion, samples=replace(motion.samples, lost=lost, clipped=clipped))
    found = SegmentReps.of(marked, find_exercise("back_squat"), mount_of(simulate()), AnalysisConfig(), None)
    assert (found.lost_samples, found.clipped_samples) == (2, 1)
    assert found.rate_hz == motion.samples.rate_hz


def test_an_announced_rep_that_is_not_confirmed_is_mentioned():
    reps = [
        constructed_rep(
            start_s=4.0 * k, concentric_start_s=4.0 * k + 1, concentric_end_s=4.0 * k + 2, end_s=4.0 * k + 2
        )
        for k in range(3)
    ]
    segment = SegmentReps(tuple(reps[:2]), (), 200.0, 0, 0)
    summary = summarise_set(0, SetLabel("back_squat"), Mount(), [segment], AnalysisConfig(), reps)
    assert summary is not None
    assert [r.reason for r in summary.rejected] == ["not confirmed when the set closed"]
