"""Turns the plan of a set into closed-form motion of the bar, from still on rack or floor to still again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firmware_sim.arc import added, arc_forward, arc_pitch
from firmware_sim.curves import Curve, joined, random_waves, smooth_path
from firmware_sim.motion import BarMotion
from firmware_sim.repetitions import slow_rep
from firmware_sim.staging import Aside, PlannedSet, RepPhases, Stage, StageConfig
from firmware_sim.surroundings import begin, end, put_away_between, take_again
from firmware_sim.throws import throw_rep
from firmware_sim.vertical import vertical_path
from firmware_sim.whip import draw_resonator, whip_of

if TYPE_CHECKING:
    import numpy as np

    from firmware_sim.lifter import RestStyle, SetPlan

_REST_S: dict[RestStyle, tuple[float, float]] = {
    "paused": (0.9, 2.5),
    "short": (0.25, 0.7),
    "touch_and_go": (0.0, 0.0),
    "cluster": (0.25, 0.7),
    "dead_stop": (0.25, 0.7),
}


class _Stage(Stage):
    """A stage whose set can be closed into a motion."""

    def finish(self) -> PlannedSet:
        """Close every track and build the motion."""
        for track in (self.forward, self.left, self.pitch, self.tilt, self.gate):
            track.add(self.now_s, 0.0 if track is not self.forward else track.value[-1])
        noise, rng = self.plan.noise, self.rng
        gate = smooth_path(self.gate.t_s, self.gate.value)
        tremor = [
            random_waves(
                rng,
                rms=float(rng.uniform(*noise.tremor_mps2)),
                band_hz=(8.0, 12.0),
                count=4,
                of_acceleration=True,
            )
            for _ in range(3)
        ]
        sway = random_waves(rng, rms=noise.sway_m, band_hz=(0.2, 1.2), count=5)
        side = random_waves(rng, rms=0.5 * noise.sway_m, band_hz=(0.2, 1.0), count=4)
        breath = random_waves(rng, rms=noise.breathing_m, band_hz=(0.2, 0.4), count=2)
        turning = (noise.pitch_sway_rad, noise.tilt_sway_rad, noise.yaw_sway_rad)
        angles = [random_waves(rng, rms=rms, band_hz=(0.1, 0.8), count=4) for rms in turning]
        spin = random_waves(rng, rms=float(rng.uniform(*noise.sleeve_spin_rad)), band_hz=(0.05, 0.3), count=3)
        pitch = smooth_path(self.pitch.t_s, self.pitch.value)
        sleeve = smooth_path(self.pitch.t_s, [self.lift.sleeve_share * value for value in self.pitch.value])
        forward, up = smooth_path(self.forward.t_s, self.forward.value), vertical_path(self.moves)
        radius_m, rest_m = self.lift.pivot_radius_m, self.lift.pivot_height_m
        if radius_m:  # the whole bar turns about its fixed end, shaft and sleeve alike
            forward = added(forward, arc_forward(up, radius_m, rest_m))
            pitch = sleeve = added(pitch, arc_pitch(up, radius_m, rest_m))
        motion = BarMotion(
            start_s=self.start_s,
            end_s=self.now_s,
            forward_m=Curve(
                forward,
                joined(sway, tremor[0]),
                gate,
                tuple(self.forward_rings),
            ),
            left_m=Curve(smooth_path(self.left.t_s, self.left.value), joined(side, tremor[1]), gate),
            up_m=Curve(up, joined(breath, tremor[2]), gate, tuple(self.up_rings)),
            pitch_rad=Curve(pitch, angles[0], gate),
            tilt_rad=Curve(
                smooth_path(self.tilt.t_s, self.tilt.value), angles[1], gate, tuple(self.tilt_rings)
            ),
            yaw_rad=Curve(None, angles[2], gate),
            sleeve_pitch_rad=Curve(sleeve, spin, gate),
            whip_m=whip_of(up, self.start_s, self.now_s, draw_resonator(rng)) if noise.whip else None,
        )
        rejected = (Aside(s.first_start_s, s.second_end_s, s.what) for s in self.spans if s.what)
        first_sign = 1.0 if self.lift.up_first else -1.0
        return PlannedSet(
            motion, self._phases(), first_sign, tuple(rejected), tuple(self.asides), bool(radius_m)
        )

    def _phases(self) -> tuple[RepPhases, ...]:
        """Spans of the repetitions that count, with a moment at home before and after each."""
        near_s = self.config.settle_s[0] / 2
        phases: list[RepPhases] = []
        for i, span in enumerate(self.spans):
            start, end_s = span.first_start_s, span.second_end_s
            before = self._between(self.spans[i - 1].second_end_s, start) if i else None
            after = self._between(end_s, self.spans[i + 1].first_start_s) if i + 1 < len(self.spans) else None
            if not span.what:
                phases.append(
                    RepPhases(
                        start - near_s if before is None else before,
                        start,
                        span.first_end_s,
                        span.second_start_s,
                        end_s,
                        end_s if span.dropped else end_s + near_s if after is None else after,
                        span.dropped,
                    )
                )
        return tuple(phases)

    def _between(self, end_s: float, start_s: float) -> float | None:
        """Middle of a rest at home; None if the bar was elsewhere in between."""
        if any(end_s <= at_s <= start_s for at_s in self.breaks):
            return None
        return (end_s + start_s) / 2


def choreograph(
    plan: SetPlan, start_s: float, rng: np.random.Generator, config: StageConfig | None = None
) -> PlannedSet:
    """Plan the motion of one set.

    Parameters
    ----------
    plan : SetPlan
        What is to be done.
    start_s : float
        Scenario time at which the bar lies still and the set begins, s.
    rng : numpy Generator
        The only source of randomness.
    config : StageConfig, optional
        Surroundings of the repetitions.

    Raises
    ------
    UnknownLiftError
        If the lifter does not know the exercise.
    InvalidSettingError
        If the exercise cannot be done as planned.
    """
    stage = _Stage(plan, start_s, rng, config or StageConfig())
    stage.wait(float(rng.uniform(*plan.still_s)))
    begin(stage)
    lost = False
    for index in range(plan.n_reps):
        if index:
            _rest(stage, index)
        lost = (throw_rep if stage.lift.explosive else slow_rep)(stage, index)
        if index == plan.fails_at:
            break
    end(stage, lost=lost)
    return stage.finish()


def _rest(stage: Stage, index: int) -> None:
    """Between two repetitions."""
    plan, rng = stage.plan, stage.rng
    if plan.rest == "cluster" and index % plan.cluster_size == 0:
        put_away_between(stage)
    elif stage.start == "hang" and not stage.height_m:  # it was dropped
        take_again(stage)
    elif plan.rest == "dead_stop" and stage.start == "floor":
        stage.wait(float(rng.uniform(*stage.config.dead_stop_s)))
    else:
        stage.wait(float(rng.uniform(*_REST_S[plan.rest])))
