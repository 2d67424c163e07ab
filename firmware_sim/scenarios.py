"""Who lifts what and when, with which sensor: everything that one simulated session needs, from one seed."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import numpy as np

from firmware_sim.choreography import choreograph
from firmware_sim.curves import Curve, Ring, random_waves, smooth_path
from firmware_sim.errors import InvalidSettingError
from firmware_sim.lifter import BodyNoise, Fatigue, Faults, RestStyle, SetHabit, SetPlan, Surroundings
from firmware_sim.mems import MemsSettings
from firmware_sim.mems_models import MemsModel, MemsUnit, draw_unit, mems_by_name
from firmware_sim.motion import BarMotion
from firmware_sim.mount import SensorMount
from firmware_sim.scenario import Scenario, ScheduledSet
from firmware_sim.staging import PlannedSet
from firmware_sim.truth import set_truth
from firmware_sim.warm_up import WarmUp
from firmware_sim.wrist import WristStyle, draw_wrist

if TYPE_CHECKING:
    from firmware_sim.lift import StartStyle

LABEL_DELAY_S = 0.3
"""The lifter taps the label this long after the bar lies still; it moves 2 s or more after that."""


class SetOptions(TypedDict, total=False):
    """Keyword options of `single_set`; what is left out keeps the default of `SetPlan` or of the sensor.

    ``sensor_seed`` draws sensor and mount instead of the session's seed: one sensor in several sessions.
    """

    rest: RestStyle
    effort_fraction: float
    set_index: int
    faults: Faults
    fresh_faults: Faults
    fatigue: Fatigue
    noise: BodyNoise
    habit: SetHabit
    home_scatter_m: float
    lean_fraction: float
    still_s: tuple[float, float]
    start: StartStyle | None
    surroundings: Surroundings
    half_reps: tuple[int, ...]
    fails_at: int | None
    dropped: bool
    rebound_fraction: float
    cluster_size: int
    straight_path: bool
    mems: str | MemsModel
    mount: SensorMount
    settings: MemsSettings
    misalignment_rad: float
    warm_up: WarmUp
    accel_delay_s: float
    wrist: WristStyle
    sensor_seed: int


def sensor_of(seed: int, options: SetOptions) -> tuple[SensorMount, MemsUnit, MemsSettings]:
    """Mount with its unknown misalignment, and one part of the chosen kind.

    With ``sensor_seed`` they are the same whatever the seed; only the noise is the session's own.
    """
    rng = np.random.default_rng((options.get("sensor_seed", seed), 2))
    kind = options.get("mems", "BMI270")
    model = mems_by_name(kind) if isinstance(kind, str) else kind
    mount = options.get("mount", SensorMount())
    # A clamp fits to about half a degree (1-sigma); an ideal sensor is mounted ideally.
    slack_rad = options.get("misalignment_rad", 0.0 if model.name == "ideal" else 0.009)
    if mount.misalignment_rad == (0.0, 0.0, 0.0) and slack_rad:
        x, y, z = (float(value) for value in slack_rad * rng.standard_normal(3))
        mount = replace(mount, misalignment_rad=(x, y, z))
    unit = replace(
        draw_unit(model, rng),
        warm_up=options.get("warm_up", WarmUp()),
        accel_delay_s=options.get("accel_delay_s", 0.0),
    )
    if options.get("sensor_seed", seed) != seed:
        unit = replace(unit, noise_seed=int(np.random.default_rng((seed, 8)).integers(2**63)))
    return mount, unit, options.get("settings", MemsSettings())


def _held(planned: PlannedSet, mount: SensorMount, seed: tuple[int, ...], options: SetOptions) -> BarMotion:
    """Give the motion with that of the wrist, where the sensor is there to feel it."""
    if mount.position != "wrist":
        return planned.motion
    wrist = draw_wrist(planned, options.get("wrist", WristStyle()), np.random.default_rng(seed))
    return replace(planned.motion, wrist=wrist)


_PLAN_OPTIONS = frozenset(one.name for one in fields(SetPlan))


def plan_of(exercise_id: str, n_reps: int, options: SetOptions) -> SetPlan:
    """Make the plan of a set from what the options say of it."""
    plan = SetPlan(exercise_id, n_reps)
    chosen: dict[str, Any] = {name: value for name, value in options.items() if name in _PLAN_OPTIONS}
    plan = replace(plan, **chosen)
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
        The sensor's: ``mems``, ``mount``, ``settings``, ``misalignment_rad``, ``warm_up``, ``accel_delay_s``,
        ``sensor_seed``; ``wrist`` where the mount is on one.
    """
    if not steps:
        raise InvalidSettingError("steps", "a session has at least one set")
    mount, unit, settings = sensor_of(seed, options)
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
                rejected=planned.rejected,
                surroundings=planned.surroundings,
            )
        )
        motions.append(_held(planned, mount, (seed, 7, index), options))
        start_s = end_s + step.rest_after_s
    return Scenario(name, seed, sets[-1].end_s, tuple(sets), tuple(motions), mount, unit, settings)


def single_set(
    exercise_id: str, n_reps: int, load_kg: float, seed: int, **options: Unpack[SetOptions]
) -> Scenario:
    """One set.

    Parameters
    ----------
    exercise_id : str
        Catalogue id of a lift that `firmware_sim.lifts` knows: all that a bar can do.
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
    plan = plan_of(exercise_id, n_reps, options)
    return session(exercise_id, (SessionStep(plan, load_kg, 0.0),), seed, **options)


def long_session(seed: int = 1, **options: Unpack[SetOptions]) -> Scenario:
    """Nine lifts in seventeen sets with short rests and all that surrounds a set, about twenty minutes.

    Half repetitions, a failed one, clusters, dropped bars, touch-and-go and dead stops are among them.
    """
    busy = SetPlan("back_squat", 5, surroundings="busy", fatigue=Fatigue(per_rep=0.08, per_set=0.08))
    planned: tuple[tuple[float, tuple[SetPlan, ...]], ...] = (
        (50.0, (replace(busy, exercise_id="hang_snatch", n_reps=3, effort_fraction=0.6, dropped=True),)),
        (55.0, (replace(busy, exercise_id="hang_snatch", n_reps=3, effort_fraction=0.7),)),
        (80.0, (replace(busy, exercise_id="power_clean", n_reps=3, rest="paused", dropped=True),)),
        (80.0, (replace(busy, exercise_id="power_clean", n_reps=3, rest="paused"),)),
        (60.0, (replace(busy, exercise_id="push_press", effort_fraction=0.7),)),
        (110.0, (busy, replace(busy, half_reps=(4,)))),
        (125.0, (replace(busy, n_reps=4, rest="cluster", cluster_size=2, effort_fraction=0.85),)),
        (150.0, (replace(busy, exercise_id="deadlift", rest="touch_and_go", rebound_fraction=0.5),)),
        (160.0, (replace(busy, exercise_id="deadlift", rest="dead_stop"),)),
        (90.0, 2 * (replace(busy, exercise_id="romanian_deadlift", n_reps=8, start="hang"),)),
        (70.0, (replace(busy, exercise_id="bent_over_row", n_reps=8, start="hang"),)),
        (70.0, (replace(busy, exercise_id="bent_over_row", n_reps=8, start="floor"),)),
        (80.0, (replace(busy, exercise_id="bench_press", n_reps=6),)),
        (85.0, (replace(busy, exercise_id="bench_press", n_reps=6, effort_fraction=0.85, fails_at=5),)),
        (40.0, (replace(busy, exercise_id="split_squat", n_reps=6, effort_fraction=0.6),)),
    )
    steps = [SessionStep(plan, load_kg, 35.0) for load_kg, plans in planned for plan in plans]
    return session("long_session", tuple(steps), seed, **options)


def still(duration_s: float, seed: int = 1, **options: Unpack[SetOptions]) -> Scenario:
    """Let the bar lie still."""
    mount, unit, settings = sensor_of(seed, options)
    return Scenario("still", seed, duration_s, (), (), mount, unit, settings)


def walking_about(duration_s: float, seed: int = 1, **options: Unpack[SetOptions]) -> Scenario:
    """Somebody carries the bar about, turns, sways and puts it down hard: no set, no repetition."""
    rng = np.random.default_rng((seed, 3))
    mount, unit, settings = sensor_of(seed, options)
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
    motion = _held(PlannedSet(motion, (), 1.0), mount, (seed, 7), options)
    return Scenario("walking_about", seed, duration_s, (), (motion,), mount, unit, settings)
