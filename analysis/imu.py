"""The physical types that everything else is built on: samples, gaps, labels, sensors, mounts.

The only place where shapes and units of samples are checked. SI units throughout; the frames are defined in
``docs/frames.md`` and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analysis.errors import InvalidBlockError, InvalidMountError

if TYPE_CHECKING:
    from analysis.calibration import Calibration
    from analysis.set_goal import SetGoal

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]
BoolArray: TypeAlias = NDArray[np.bool_]

STANDARD_GRAVITY_MPS2 = 9.80665
"""Conventional standard gravity, m/s² (3rd CGPM, 1901)."""


class MountPosition(StrEnum):
    """Where the sensor sits."""

    SHAFT = "shaft"
    """Clamped to the shaft: it turns with the hands, so its pitch is the shaft's pitch."""
    SLEEVE = "sleeve"
    """On the rotating sleeve: its pitch says nothing about the shaft."""
    WRIST = "wrist"
    """A watch on the lifter's wrist: no bar axis, so no fore-aft direction."""


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """What is known of the sensor.

    Attributes
    ----------
    sample_rate_hz : float
        Nominal sampling rate, Hz. The true rate is measured from the timestamps.
    accel_range_mps2, gyro_range_radps : float
        Full scale of each axis, m/s² and rad/s. A sample at the full scale is clipped.
    model, firmware, device_id : str
        As reported; empty when unknown.
    calibration : Calibration or None
        What earlier sessions learned of its accelerometer.
    """

    sample_rate_hz: float
    accel_range_mps2: float = 16 * STANDARD_GRAVITY_MPS2
    gyro_range_radps: float = 2000 * np.pi / 180
    model: str = ""
    firmware: str = ""
    device_id: str = ""
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True)
class Mount:
    """How the sensor is fixed to the bar or the wrist.

    Attributes
    ----------
    position : MountPosition
        Shaft, sleeve or wrist.
    bar_axis : tuple of 3 float, or None
        Unit vector in the sensor frame that points along the bar to the lifter's LEFT. This alone fixes the
        sign of forward. None: the axis is found from the data (`analysis.bar_axis`) and forward has no sign.
    lever_m : tuple of 3 float
        Vector from the bar's axis to the sensor, sensor frame, m.

    Raises
    ------
    InvalidMountError
        If the bar axis is not finite or has no length.
    """

    position: MountPosition = MountPosition.SHAFT
    bar_axis: tuple[float, float, float] | None = None
    lever_m: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        if not np.all(np.isfinite(self.lever_m)):
            raise InvalidMountError(f"lever arm {self.lever_m} has a value that is not a finite number")
        if self.bar_axis is None:
            return
        length = float(np.linalg.norm(self.bar_axis))
        if not np.isfinite(length) or length < 1e-6:
            raise InvalidMountError(
                f"bar axis {self.bar_axis} has no direction; give a unit vector such as 0,1,0"
            )
        x, y, z = (float(component) / length for component in self.bar_axis)
        object.__setattr__(self, "bar_axis", (x, y, z))

    @property
    def why_no_forward(self) -> str:
        """Say why fore-aft is not resolvable with this mount; empty if it is."""
        if self.position is MountPosition.WRIST:
            return "a wrist has no bar axis"
        if self.bar_axis is not None:
            return ""
        return "the direction of the bar to the lifter's left was not stated (--bar-axis x,y,z)"

    @property
    def why_no_pitch(self) -> str:
        """Say why the pitch of the shaft is not resolvable with this mount; empty if it is."""
        if self.position is MountPosition.SLEEVE:
            return "on a sleeve: it turns by itself, not with the shaft"
        return self.why_no_forward


@dataclass(frozen=True, slots=True, eq=False)
class ImuBlock:
    """Consecutive samples without a gap among them.

    Attributes
    ----------
    t_s : (N,) float64, s
        Time of each sample since the recording's first sample, strictly increasing. Device time.
    specific_force_mps2 : (N, 3) float64, sensor frame, m/s²
        What an accelerometer measures: a sensor at rest reads +9.81 along the axis that points up.
    gyro_radps : (N, 3) float64, sensor frame, rad/s
        Rate of turn, right-handed.
    first_index : int
        Index of the first sample counted from the recording's first, lost samples included.

    Raises
    ------
    InvalidBlockError
        If a shape is wrong, a value is not finite or time does not increase.

    Notes
    -----
    The arrays are copied and made read-only, so that a block can be shared without fear.
    """

    t_s: FloatArray
    specific_force_mps2: FloatArray
    gyro_radps: FloatArray
    first_index: int = 0

    def __post_init__(self) -> None:
        for name in ("t_s", "specific_force_mps2", "gyro_radps"):
            array = np.array(getattr(self, name), dtype=np.float64, order="C")
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        n = len(self.t_s)
        if self.t_s.ndim != 1 or n == 0:
            raise InvalidBlockError("t_s", f"expected shape (N,) with N >= 1, got {self.t_s.shape}")
        for name in ("specific_force_mps2", "gyro_radps"):
            array = getattr(self, name)
            if array.shape != (n, 3):
                raise InvalidBlockError(name, f"expected shape ({n}, 3), got {array.shape}")
            if not np.isfinite(array).all():
                raise InvalidBlockError(name, "has a value that is not a finite number")
        if not np.isfinite(self.t_s).all():
            raise InvalidBlockError("t_s", "has a value that is not a finite number")
        if n > 1 and not (np.diff(self.t_s) > 0).all():
            raise InvalidBlockError("t_s", "time does not increase")

    def __len__(self) -> int:
        return len(self.t_s)


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples that are missing. A gap is a value: it is never silently interpolated.

    Attributes
    ----------
    start_s, end_s : float
        Time of the last sample before and of the first sample after the gap, s.
    missing : int
        Number of samples lost between them; 0 where the sensor restarted and nobody can know.
    reason : str
        In words: "lost by the radio", "dropped by the sensor", "sensor restarted", "missing rows".
    """

    start_s: float
    end_s: float
    missing: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SetLabel:
    """The lifter says what the next set is. Closes a set that is still open.

    Attributes
    ----------
    exercise_id : str or None
        Catalogue id; None: not told, the direction is inferred.
    load_kg : float or None
        Load on the bar, bar included, kg.
    goal : SetGoal or None
        What the set is meant to be; it travels with the label, so that a replay gives the same advice.
    """

    exercise_id: str | None = None
    load_kg: float | None = None
    goal: SetGoal | None = None


StreamItem: TypeAlias = ImuBlock | Gap | SetLabel
"""What enters the signal core, in the order of time."""
