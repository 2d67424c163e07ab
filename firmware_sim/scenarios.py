"""Who lifts what and when, with which sensor: everything that one simulated session needs, from one seed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypedDict, Unpack

import numpy as np

from firmware_sim.choreography import choreograph
from firmware_sim.curves import Curve, FloatArray, Ring, random_waves, smooth_path
from firmware_sim.errors import InvalidSettingError, UnknownScenarioError
from firmware_sim.lifter import BodyNoise, Fatigue, Faults, RestStyle, SetPlan
from firmware_sim.mems import MemsSettings, MemsStream
from firmware_sim.mems_models import MemsModel, MemsUnit, draw_unit, mems_by_name
from firmware_sim.motion import AxisPoint, BarMotion, PointFeel, resting_feel
from firmware_sim.mount import SensorMount
from firmware_sim.truth import PROFILE, RepTruth, set_truth

if TYPE_CHECKING:
    from pathlib import Path

LABEL_DELAY_S = 0.3
"""The lifter taps the label this long after the bar lies still; it moves 2 s or more after that."""


@dataclass(frozen=True, slots=True)
class ScheduledSet:
    """One set of a scenario; scenario time, s.

    Attributes
    ----------
    exercise_id : str
        Catalogue id.
    load_kg : float
        Load on the bar, bar included, kg.
    label_at_s : float
        When the lifter says what comes, before the set moves.
    start_s, end_s : float
        From still on the rack or floor to still again.
    reps : tuple of RepTruth
        What truly happened.
    """

    exercise_id: str
    load_kg: float
    label_at_s: float
    start_s: float
    end_s: float
    reps: tuple[RepTruth, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A session.

    Attributes
    ----------
    name : str
        For people.
    seed : int
        Everything random follows from it.
    duration_s : float
        Until the last bar lies still; after that it lies still for ever.
    sets : tuple of ScheduledSet
        In the order of time.
    motions : tuple of BarMotion
        Closed forms, in the order of time, sets and other activities.
    mount : SensorMount
        Where the sensor sits.
    unit : MemsUnit
        The sensor with its errors.
    settings : MemsSettings
        Rate and ranges after power-on.
    """

    name: str
    seed: int
    duration_s: float
    sets: tuple[ScheduledSet, ...]
    motions: tuple[BarMotion, ...]
    mount: SensorMount
    unit: MemsUnit
    settings: MemsSettings = field(default_factory=MemsSettings)

    @property
    def bar_axis(self) -> tuple[float, float, float]:
        """Unit vector along the bar to the lifter's left, sensor frame."""
        return self.mount.bar_axis

    @property
    def lever_m(self) -> tuple[float, float, float]:
        """From the bar's axis to the sensor, sensor frame, m."""
        return self.mount.lever_m

    def feel(self, t_s: FloatArray) -> PointFeel:
        """Ideal readings at the sensor's place, in shaft axes, at scenario times that do not decrease."""
        out = resting_feel(len(t_s))
        for motion in self.motions:
            first, last = np.searchsorted(t_s, (motion.start_s, motion.end_s))
            if first < last:
                on_sleeve = self.mount.position == "sleeve"
                part = motion.feel(t_s[first:last], self.mount.offset_m, on_sleeve=on_sleeve)
                out.specific_force_mps2[first:last] = part.specific_force_mps2
                out.gyro_radps[first:last] = part.gyro_radps
        return out

    def axis_point(self, t_s: FloatArray) -> AxisPoint:
        """Give the true motion of the bar's axis at the sensor's place.

        Position is measured from where the bar lay before the set: between sets the bar is on another rack or
        floor.
        """
        n = len(t_s)
        rest_m = np.tile((0.0, self.mount.along_m, 0.0), (n, 1))
        out = AxisPoint(rest_m, np.zeros((n, 3)), np.zeros(n))
        for motion in self.motions:
            first, last = np.searchsorted(t_s, (motion.start_s, motion.end_s))
            if first < last:
                part = motion.axis_point(t_s[first:last], self.mount.along_m)
                out.position_m[first:last] = part.position_m
                out.velocity_mps[first:last] = part.velocity_mps
                out.pitch_rad[first:last] = part.pitch_rad
        return out

    def stream(self, settings: MemsSettings | None = None, start_s: float = 0.0) -> MemsStream:
        """Open the stream of samples, the first at scenario time ``start_s``."""
        return MemsStream(self.feel, self.mount.rotation, self.unit, settings or self.settings, start_s)

    def truth(self) -> dict[str, object]:
        """Tell what truly happens, for a JSON file beside the recording; never sent over the air."""
        return {
            "schema": "upright.truth/1",
            "definitions": PROFILE,
            "scenario": self.name,
            "seed": self.seed,
            "duration_s": self.duration_s,
            "mount": {
                "position": self.mount.position,
                "bar_axis": list(self.bar_axis),
                "lever_m": list(self.lever_m),
            },
            "sensor": {
                "model": self.unit.model.name,
                "odr_error_fraction": self.unit.odr_error_fraction,
                "clock_error_fraction": self.unit.clock_error_fraction,
            },
            "sets": [
                {
                    "exercise": s.exercise_id,
                    "load_kg": s.load_kg,
                    "label_at_s": s.label_at_s,
                    "start_s": s.start_s,
                    "end_s": s.end_s,
                    "reps": [rep.as_dict() for rep in s.reps],
                }
                for s in self.sets
            ],
        }

    def write_truth(self, path: Path) -> None:
        """Write `truth` as JSON."""
        path.write_text(json.dumps(self.truth(), indent=1) + "\n", encoding="utf-8")


class SetOptions(TypedDict, total=False):
    """Keyword options of `single_set`; what is left out keeps the default of `SetPlan` or of the sensor."""

    rest: RestStyle
    effort_fraction: float
    set_index: int
    faults: Faults
    fresh_faults: Faults
    fatigue: Fatigue
    noise: BodyNoise
    home_scatter_m: float
    lean_fraction: float
    mems: str | MemsModel
    mount: SensorMount
    settings: MemsSettings
    misalignment_rad: float


def _sensor(seed: int, options: SetOptions) -> tuple[SensorMount, MemsUnit, MemsSettings]:
    """Mount with its unknown misalignment, and one part of the chosen kind."""
    rng = np.random.default_rng((seed, 2))
    kind = options.get("mems", "BMI270")
    model = mems_by_name(kind) if isinstance(kind, str) else kind
    mount = options.get("mount", SensorMount())
    # A clamp fits to about half a degree (1-sigma); an ideal sensor is mounted ideally.
    slack_rad = options.get("misalignment_rad", 0.0 if model.name == "ideal" else 0.009)
    if mount.misalignment_rad == (0.0, 0.0, 0.0) and slack_rad:
        x, y, z = (float(value) for value in slack_rad * rng.standard_normal(3))
        mount = replace(mount, misalignment_rad=(x, y, z))
    return mount, draw_unit(model, rng), options.get("settings", MemsSettings())


def _plan(exercise_id: str, n_reps: int, options: SetOptions) -> SetPlan:
    plan = SetPlan(
        exercise_id,
        n_reps,
        lean_fraction=options.get("lean_fraction", 0.5),
        set_index=options.get("set_index", 0),
        effort_fraction=options.get("effort_fraction", 0.72),
        rest=options.get("rest", "short"),
        faults=options.get("faults", Faults()),
        fresh_faults=options.get("fresh_faults", Faults()),
        fatigue=options.get("fatigue", Fatigue()),
        noise=options.get("noise", BodyNoise()),
    )
    if "home_scatter_m" in options:
        plan = replace(plan, noise=replace(plan.noise, home_scatter_m=options["home_scatter_m"]))
    return plan


@dataclass(frozen=True, slots=True)
class SessionStep:
    """A set with its load and the rest after it, s."""

    plan: SetPlan
    load_kg: float
    rest_after_s: float = 12.0


def session(name: str, steps: tuple[SessionStep, ...], seed: int, **options: Unpack[SetOptions]) -> Scenario:
    """Several sets with rests between them.

    Parameters
    ----------
    name : str
        For people.
    steps : tuple of SessionStep
        In the order of time, at least one.
    seed : int
        Everything random follows from it.
    **options
        The sensor's: ``mems``, ``mount``, ``settings``, ``misalignment_rad``.
    """
    if not steps:
        raise InvalidSettingError("steps", "a session has at least one set")
    mount, unit, settings = _sensor(seed, options)
    sets: list[ScheduledSet] = []
    motions: list[BarMotion] = []
    start_s = 0.0
    for index, step in enumerate(steps):
        planned = choreograph(step.plan, start_s, np.random.default_rng((seed, 1, index)))
        end_s = planned.motion.end_s
        sets.append(
            ScheduledSet(
                exercise_id=step.plan.exercise_id,
                load_kg=step.load_kg,
                label_at_s=start_s + LABEL_DELAY_S,
                start_s=start_s,
                end_s=end_s,
                reps=set_truth(planned, mount.along_m),
            )
        )
        motions.append(planned.motion)
        start_s = end_s + step.rest_after_s
    return Scenario(name, seed, sets[-1].end_s, tuple(sets), tuple(motions), mount, unit, settings)


def single_set(
    exercise_id: str, n_reps: int, load_kg: float, seed: int, **options: Unpack[SetOptions]
) -> Scenario:
    """One set.

    Parameters
    ----------
    exercise_id : str
        back_squat, front_squat, bench_press, overhead_press or deadlift.
    n_reps : int
        Repetitions.
    load_kg : float
        Label only; ``effort_fraction`` decides the speed.
    seed : int
        Everything random follows from it.
    **options
        See `SetOptions`.

    Raises
    ------
    UnknownLiftError, UnknownMemsError, InvalidSettingError
        If the lifter, the sensor or a value is unknown.
    """
    plan = _plan(exercise_id, n_reps, options)
    return session(exercise_id, (SessionStep(plan, load_kg, 0.0),), seed, **options)


def demo_session(seed: int = 1, **options: Unpack[SetOptions]) -> Scenario:
    """Five sets of five front squats by a lifter who tires, then three of four deadlifts whose lockout fades.

    The upper back gives way in squat sets 4 and 5: the bar runs forward in the hole and the chest drops.
    """
    tiring = Fatigue(per_rep=0.08, per_set=0.10, forward_m=0.008)
    squat = SetPlan("front_squat", 5, effort_fraction=0.74, rest="short", fatigue=tiring, still_s=(2.0, 2.4))
    pull = SetPlan("deadlift", 4, effort_fraction=0.74, rest="paused", fatigue=tiring, still_s=(2.2, 2.8))
    steps: list[SessionStep] = []
    for index, (forward, rounding) in enumerate(
        ((0.0, 0.0), (0.08, 0.0), (0.18, 0.1), (0.55, 0.5), (0.85, 0.9))
    ):
        fault = Faults(forward_in_hole=forward, rounding=rounding)
        plan = replace(squat, set_index=index, fresh_faults=fault, faults=fault)
        steps.append(SessionStep(plan, 100.0, 12.0 if index < 4 else 15.0))
    for index, stall in enumerate((0.0, 0.4, 0.8)):
        fault = Faults(lockout_stall=stall, forward_off_floor=0.3 * stall)
        plan = replace(pull, set_index=index, fresh_faults=fault, faults=fault)
        steps.append(SessionStep(plan, 140.0, 12.0))
    return session("demo", tuple(steps), seed, **options)


def still(duration_s: float, seed: int = 1, **options: Unpack[SetOptions]) -> Scenario:
    """Let the bar lie still."""
    mount, unit, settings = _sensor(seed, options)
    return Scenario("still", seed, duration_s, (), (), mount, unit, settings)


def walking_about(duration_s: float, seed: int = 1, **options: Unpack[SetOptions]) -> Scenario:
    """Somebody carries the bar about, turns, sways and puts it down hard: no set, no repetition."""
    rng = np.random.default_rng((seed, 3))
    mount, unit, settings = _sensor(seed, options)
    legs = max(int(duration_s // 6), 1)
    t_s = np.linspace(0.0, duration_s, 2 * legs + 2).tolist()
    forward = [0.0, *rng.uniform(-2.0, 2.0, 2 * legs).tolist(), 0.0]
    yaw = [0.0, *rng.uniform(-1.5, 1.5, 2 * legs).tolist(), 0.0]
    gate = smooth_path([0.0, 1.0, duration_s - 1.0, duration_s], [0.0, 1.0, 1.0, 0.0])
    steps = [
        Ring(float(at), 4.0, float(rng.uniform(12, 20)), 0.03)
        for at in np.arange(1.2, duration_s - 1.2, 0.55)
    ]
    motion = BarMotion(
        start_s=0.0,
        end_s=duration_s,
        forward_m=Curve(
            smooth_path(t_s, forward), random_waves(rng, rms=0.02, band_hz=(0.8, 2.0), count=4), gate
        ),
        left_m=Curve(None, random_waves(rng, rms=0.02, band_hz=(0.4, 1.0), count=4), gate),
        up_m=Curve(None, random_waves(rng, rms=0.018, band_hz=(1.6, 2.0), count=3), gate, tuple(steps)),
        pitch_rad=Curve(None, random_waves(rng, rms=0.10, band_hz=(0.2, 0.9), count=4), gate),
        tilt_rad=Curve(None, random_waves(rng, rms=0.06, band_hz=(0.3, 1.0), count=4), gate),
        yaw_rad=Curve(smooth_path(t_s, yaw), random_waves(rng, rms=0.05, band_hz=(0.3, 0.9), count=3), gate),
    )
    return Scenario("walking_about", seed, duration_s, (), (motion,), mount, unit, settings)


_ONE_SET: dict[str, tuple[int, float]] = {
    "back_squat": (5, 140.0),
    "front_squat": (5, 100.0),
    "bench_press": (5, 90.0),
    "overhead_press": (5, 55.0),
    "deadlift": (4, 160.0),
}


def scenario_names() -> tuple[str, ...]:
    """Every name that `scenario_by_name` knows."""
    return ("demo", "still", "walking_about", *_ONE_SET)


def scenario_by_name(name: str, seed: int = 1) -> Scenario:
    """For the command line: "demo", "still", "walking_about" (a minute each) or a lift (one set).

    Raises
    ------
    UnknownScenarioError
        If there is none of that name.
    """
    if name == "demo":
        return demo_session(seed)
    if name == "still":
        return still(60.0, seed)
    if name == "walking_about":
        return walking_about(60.0, seed)
    if name in _ONE_SET:
        n_reps, load_kg = _ONE_SET[name]
        return single_set(name, n_reps, load_kg, seed)
    raise UnknownScenarioError(name, scenario_names())
