"""Where the sensor sits on the bar and how its case is turned; what of it the user can state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from scipy.spatial.transform import Rotation

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from firmware_sim.curves import FloatArray

Vector: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class SensorMount:
    """Where the sensor sits and how it is turned.

    Attributes
    ----------
    position : {"shaft", "sleeve", "wrist"}
        Clamped to the shaft, on the rotating sleeve, or on the forearm of a hand that grips the shaft.
    along_m : float
        From the middle of the bar to the sensor, to the lifter's left, m (0.25 to 0.55 on a shaft, 0.75 on a
        sleeve); on a wrist to where the hand grips.
    radius_m : float
        From the bar's axis to the sensing element, m (24 mm on a shaft, 35 mm on a sleeve, 60 to 100 mm on a
        wrist).
    around_rad : float
        Where on the circumference: 0 in front of the bar, pi/2 below it; on a wrist while it is straight.
    turned_rad : float
        Turn of the case about its own z axis, rad; 0 puts its y axis along the bar.
    misalignment_rad : tuple of 3 float
        True small rotation of the case, rad, of which the stated mount knows nothing.
    """

    position: Literal["shaft", "sleeve", "wrist"] = "shaft"
    along_m: float = 0.35
    radius_m: float = 0.024
    around_rad: float = -1.2
    turned_rad: float = 0.0
    misalignment_rad: Vector = (0.0, 0.0, 0.0)

    @property
    def _stated_rotation(self) -> Rotation:
        """From stated sensor axes to shaft axes: the case lies flat, its z axis points away from the bar.

        On a sleeve or wrist: to its own axes, which are the shaft's while it is not turned against it.
        """
        outward = Rotation.from_euler("y", self.around_rad + np.pi / 2)
        return outward * Rotation.from_euler("z", self.turned_rad)

    @property
    def rotation(self) -> FloatArray:
        """True rotation from sensor axes to shaft axes, (3, 3)."""
        true = self._stated_rotation * Rotation.from_rotvec(self.misalignment_rad)
        return np.asarray(true.as_matrix(), dtype=np.float64)

    @property
    def offset_m(self) -> FloatArray:
        """From the middle of the bar to the sensor, shaft axes, (3,) m."""
        around = self.around_rad
        return np.array([self.radius_m * np.cos(around), self.along_m, -self.radius_m * np.sin(around)])

    @property
    def radial_m(self) -> FloatArray:
        """From the bar's axis to the sensor, shaft axes (on a wrist: of the forearm), (3,) m."""
        return self.offset_m * np.array([1.0, 0.0, 1.0])

    @property
    def bar_axis(self) -> Vector:
        """Unit vector to the lifter's left, sensor frame, as the user would state it.

        On a wrist only while it is straight: nobody can state one there.
        """
        return _vector(self._stated_rotation.inv().apply([0.0, 1.0, 0.0]))

    @property
    def lever_m(self) -> Vector:
        """From the bar's axis to the sensor, sensor frame, m, as the user would state it."""
        return _vector(self._stated_rotation.inv().apply(self.radial_m))


WATCH_BELOW = SensorMount("wrist", along_m=0.40, radius_m=0.08, around_rad=2.0)
"""Watch of a lifter who holds the bar up, in squats and presses: below the bar and a little behind it."""

WATCH_ABOVE = SensorMount("wrist", along_m=0.40, radius_m=0.08, around_rad=-1.9)
"""Watch of a lifter whose arms hang, in pulls: above the bar and a little behind it."""


def _vector(values: NDArray[np.float64]) -> Vector:
    # Rounding hides 1e-17 and -0.0 where the geometry says 0.
    x, y, z = (round(float(value), 9) + 0.0 for value in values)
    return x, y, z
