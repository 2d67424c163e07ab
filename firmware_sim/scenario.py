"""One simulated session: what the sensor feels at every instant, and what truly happens."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.mems import MemsSettings, MemsStream
from firmware_sim.mems_models import draw_unit
from firmware_sim.motion import AxisPoint, BarMotion, PointFeel, resting_feel
from firmware_sim.truth import PROFILE, RepTruth

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_sim.curves import FloatArray
    from firmware_sim.mems_models import MemsModel, MemsUnit
    from firmware_sim.mount import SensorMount
    from firmware_sim.staging import Aside


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
        What truly happened; repetitions that count.
    rejected : tuple of Aside
        Half and failed repetitions.
    surroundings : tuple of Aside
        What else was done with the bar.
    """

    exercise_id: str
    load_kg: float
    label_at_s: float
    start_s: float
    end_s: float
    reps: tuple[RepTruth, ...]
    rejected: tuple[Aside, ...] = ()
    surroundings: tuple[Aside, ...] = ()


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
        """Ideal readings at the sensor's place at scenario times that do not decrease, see `PointFeel`."""
        out = resting_feel(len(t_s))
        for motion in self.motions:
            first, last = np.searchsorted(t_s, (motion.start_s, motion.end_s))
            if first < last:
                part = self._feel_during(motion, t_s[first:last])
                out.specific_force_mps2[first:last] = part.specific_force_mps2
                out.gyro_radps[first:last] = part.gyro_radps
        return out

    def _feel_during(self, motion: BarMotion, t_s: FloatArray) -> PointFeel:
        mount = self.mount
        if mount.position == "wrist":
            return motion.feel_on_wrist(t_s, mount.along_m, mount.radial_m)
        return motion.feel(t_s, mount.offset_m, on_sleeve=mount.position == "sleeve")

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

    def on_sensor(self, model: MemsModel, settings: MemsSettings) -> Scenario:
        """Give the same lifting, felt by another kind of sensor.

        Parameters
        ----------
        model : MemsModel
            The kind; one part of it is drawn from the seed. An ideal sensor stays ideal.
        settings : MemsSettings
            Rate and ranges after power-on.
        """
        old = self.unit
        if old.model.name == "ideal":
            return replace(self, settings=settings)
        drawn = draw_unit(model, np.random.default_rng((self.seed, 9)))
        unit = replace(drawn, warm_up=old.warm_up, accel_delay_s=old.accel_delay_s)
        return replace(self, unit=unit, settings=settings)

    def beside(self, number: int) -> Scenario:
        """Give the same lifting, felt by another sensor of the same kind in the same place.

        Parameters
        ----------
        number : int
            Draws its errors and its noise; 0 is the scenario's own sensor.
        """
        if number == 0 or self.unit.model.name == "ideal":
            return self
        drawn = draw_unit(self.unit.model, np.random.default_rng((self.seed, 9, number)))
        unit = replace(drawn, warm_up=self.unit.warm_up, accel_delay_s=self.unit.accel_delay_s)
        return replace(self, unit=unit)

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
                    "rejected": [asdict(aside) for aside in s.rejected],
                    "surroundings": [asdict(aside) for aside in s.surroundings],
                }
                for s in self.sets
            ],
        }

    def write_truth(self, path: Path) -> None:
        """Write `truth` as JSON."""
        path.write_text(json.dumps(self.truth(), indent=1) + "\n", encoding="utf-8")
