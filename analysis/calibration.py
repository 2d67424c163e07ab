"""What is known of an accelerometer's errors, and how it is learned.

Data sheets allow 20 mg of bias and 1 % of scale, which spoils a path more than anything else that a cheap
sensor does. Both change little from one set to the next and not much from one week to the next, so what a set
taught is where the next one starts: a normal distribution over bias and scale, in the smoother's own terms.
What a guided routine learns (`from_rests`) has the same form.

Measured specific force ``f`` and true ``f0``, each axis for itself: ``f0 = f - b - s f``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from analysis.errors import CalibrationError
from analysis.filters import runs
from analysis.imu import STANDARD_GRAVITY_MPS2
from analysis.stillness import still_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.config import StillnessConfig
    from analysis.imu import FloatArray
    from analysis.samples import Samples

Vector6: TypeAlias = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class CalibrationConfig:
    """How large an accelerometer's errors are, and how fast they change. Standard deviations.

    Attributes
    ----------
    bias_mps2, scale : float
        15 mg turn-on bias (12 mg are usual, data sheets allow 20 mg, and twice the usual must not make
        intervals untrue) and 0.6 % of scale, before anything was learned.
    between_sets_mps2, between_sets_scale : float
        What may have changed from one set to the next: temperature, 0.15 mg/K over a few kelvin.
    between_sessions_mps2, between_sessions_scale : float
        The same from one session to the next: 20 K, mounting stress, 4 mg per month.
    distrust : float
        Of what a set gathered only one part in so many counts, because its reading may be wrong; 4 to 64.
    gravity_sd_mps2 : float
        How well the size of a rest's specific force is known: cross-axis errors of 0.4 % and gravity between
        equator and pole (0.5 %) leave 2 to 3 mg.
    least_cosine : float
        An axis points up where its share of gravity is at least this; within 25 degrees.
    contradiction_sds : float
        A rest that is further from gravity than this many standard deviations belongs to another sensor.
    doubt_dof : float
        Degrees of freedom with which the spread of errors over parts is known: 1 to 5, the fewer the more a
        single odd rest widens.
    iterations : int
        Of Gauss-Newton; it converges in three.
    """

    bias_mps2: float = 0.15
    scale: float = 0.006
    between_sets_mps2: float = 0.01
    between_sets_scale: float = 0.0005
    between_sessions_mps2: float = 0.03
    between_sessions_scale: float = 0.001
    distrust: float = 8.0
    gravity_sd_mps2: float = 0.025
    least_cosine: float = 0.9
    contradiction_sds: float = 4.0
    doubt_dof: float = 1.0
    iterations: int = 8

    @staticmethod
    def variances(bias_mps2: float, scale: float) -> FloatArray:
        """Variances of three biases and three scale errors, (6,)."""
        return np.repeat((bias_mps2**2, scale**2), 3)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Normal distribution over an accelerometer's bias and scale error.

    Attributes
    ----------
    mean : tuple of 6 float
        Bias of each axis, m/s², then scale error of each axis, fraction; sensor frame.
    covariance : tuple of 6 tuples of 6 float
        Of ``mean``.
    """

    mean: Vector6
    covariance: tuple[Vector6, Vector6, Vector6, Vector6, Vector6, Vector6]

    def __post_init__(self) -> None:
        matrix = np.array(self.covariance, dtype=np.float64)
        if len(self.mean) != 6 or not np.isfinite(self.mean).all():
            raise CalibrationError(f"mean {self.mean} is not six finite numbers")
        sound = matrix.shape == (6, 6) and np.isfinite(matrix).all() and np.allclose(matrix, matrix.T)
        if not sound or np.linalg.eigvalsh(matrix)[0] <= 0:
            raise CalibrationError("the covariance is not a symmetric, positive definite 6 x 6 matrix")

    @classmethod
    def of(cls, mean: FloatArray, covariance: FloatArray) -> Calibration:
        """Make one from (6,) and (6, 6) arrays."""
        symmetric = 0.5 * (covariance + covariance.T)
        rows = [_vector6(row) for row in symmetric]
        return cls(_vector6(mean), (rows[0], rows[1], rows[2], rows[3], rows[4], rows[5]))

    @classmethod
    def unknown(cls, config: CalibrationConfig) -> Calibration:
        """Return what a data sheet says of a sensor that nobody has calibrated."""
        return cls.of(np.zeros(6), np.diag(config.variances(config.bias_mps2, config.scale)))

    @property
    def bias_mps2(self) -> FloatArray:
        """Bias, (3,) m/s²."""
        return np.array(self.mean[:3])

    @property
    def sd(self) -> FloatArray:
        """Standard deviations, (6,)."""
        return np.sqrt(np.diag(np.array(self.covariance)))

    @property
    def information(self) -> FloatArray:
        """Inverse of the covariance, (6, 6)."""
        return _inverse(np.array(self.covariance))

    def corrected(self, specific_force_mps2: FloatArray) -> FloatArray:
        """Specific force without the known errors, (N, 3) m/s²."""
        return _without_errors(specific_force_mps2, np.array(self.mean))

    def surplus(self, rest_mps2: FloatArray, config: CalibrationConfig) -> tuple[float, float]:
        """Tell by how much the size of a rest, (3,) m/s², departs from gravity's.

        Returns
        -------
        surplus_mps2, sd_mps2 : float
            The departure, and the standard deviation of what is expected of it.
        """
        true = self.corrected(rest_mps2)
        gradient = _size_gradient(true, rest_mps2)
        variance = gradient @ np.array(self.covariance) @ gradient + config.gravity_sd_mps2**2
        surplus = float(np.linalg.norm(true)) - STANDARD_GRAVITY_MPS2
        return surplus, float(np.sqrt(variance))

    def is_contradicted_by(self, rest_mps2: FloatArray, config: CalibrationConfig) -> bool:
        """Tell whether a rest, (3,) m/s², cannot be this sensor's: another one, or one that was dropped."""
        surplus, sd = self.surplus(rest_mps2, config)
        return abs(surplus) > config.contradiction_sds * sd

    def doubted(self, rests_mps2: Sequence[FloatArray], config: CalibrationConfig) -> Calibration:
        """Return what is left of this where a rest, (3,) m/s², departs from gravity by more than expected.

        A sensor that is worse than its data sheet in the one direction that a rest shows is probably worse in
        the others too. The variance is that of a normal distribution whose own scale is not known (a
        multivariate t): ``(n + z^2) / (n + 1)`` times as large for the oddest rest, never smaller.
        """
        odd = (surplus / sd for surplus, sd in (self.surplus(rest, config) for rest in rests_mps2))
        square = max((z**2 for z in odd), default=0.0)
        factor = max((config.doubt_dof + square) / (config.doubt_dof + 1.0), 1.0)
        return Calibration.of(np.array(self.mean), factor * np.array(self.covariance))

    def after(self, learned: Calibration, config: CalibrationConfig) -> Calibration:
        """Return what may be told to the next stretch once a stretch that knew this has concluded more.

        What a stretch gathered counts for a part only, because its reading may be wrong; what was known
        before is not lost thereby.

        Parameters
        ----------
        learned : Calibration
            The stretch's own conclusion, with this as its prior.
        config : CalibrationConfig
            Distrust.
        """
        share = 1.0 / config.distrust
        information = (1.0 - share) * self.information + share * learned.information
        weighted = (1.0 - share) * self.information @ self.mean + share * learned.information @ learned.mean
        covariance = _inverse(information)
        return Calibration.of(covariance @ weighted, covariance)

    def rested(self, config: CalibrationConfig) -> Calibration:
        """Return what one set tells the next: temperature has changed a little."""
        return self._changed(config.variances(config.between_sets_mps2, config.between_sets_scale), config)

    def aged(self, config: CalibrationConfig) -> Calibration:
        """Return what one session tells another: temperature, mounting stress and time have changed."""
        variances = config.variances(config.between_sessions_mps2, config.between_sessions_scale)
        return self._changed(variances, config)

    def _changed(self, variances: FloatArray, config: CalibrationConfig) -> Calibration:
        """Add what may have changed, (6,), but never know less than the data sheet says."""
        covariance = np.array(self.covariance) + np.diag(variances)
        datasheet = config.variances(config.bias_mps2, config.scale)
        shrink = np.sqrt(np.minimum(datasheet / np.diag(covariance), 1.0))
        return Calibration.of(np.array(self.mean), covariance * np.outer(shrink, shrink))


def from_rests(specific_force_mps2: FloatArray, config: CalibrationConfig) -> Calibration:
    """Calibrate from rests in different positions: at rest the sensor feels gravity and nothing else.

    Parameters
    ----------
    specific_force_mps2 : (K, 3) float64, sensor frame
        Mean over each rest.
    config : CalibrationConfig
        Prior, and how exactly gravity's size is known.

    Returns
    -------
    Calibration
        Most likely bias and scale (maximum a posteriori), by Gauss-Newton on ``|f - b - s f| = g``.

    Raises
    ------
    CalibrationError
        If the positions do not point every axis up and down.

    References
    ----------
    .. [1] I. Frosio, F. Pedersini, N. A. Borghese, "Autocalibration of MEMS accelerometers", IEEE Trans.
       Instrum. Meas. 58(6), 2009.
    """
    force = np.asarray(specific_force_mps2, dtype=np.float64)
    missing = _missing_positions(force, config)
    if missing:
        raise CalibrationError(
            f"no rest with {', '.join(missing)} up; lay the sensor still on each of its six sides"
        )
    prior = Calibration.unknown(config).information
    weight = 1.0 / config.gravity_sd_mps2**2
    known: FloatArray = np.zeros(6)
    covariance = _inverse(prior)
    for _ in range(config.iterations):
        true = _without_errors(force, known)
        jacobian = _size_gradient(true, force)
        covariance = _inverse(prior + weight * jacobian.T @ jacobian)
        residual = STANDARD_GRAVITY_MPS2 - np.linalg.norm(true, axis=1)
        known = known + covariance @ (weight * jacobian.T @ residual - prior @ known)
    return Calibration.of(known, covariance)


def find_rests(samples: Samples, stillness: StillnessConfig, least_s: float = 1.0) -> FloatArray:
    """Find the rests of a recording.

    Parameters
    ----------
    samples : Samples
        Sensor data without a long gap.
    stillness : StillnessConfig
        What counts as still.
    least_s : float
        Shorter rests are not used, s.

    Returns
    -------
    (K, 3) float64, sensor frame, m/s²
        Mean specific force of each rest.
    """
    force = samples.specific_force_mps2
    if len(samples) < least_s * samples.rate_hz:
        return np.empty((0, 3))
    long = [
        force[start:stop].mean(axis=0)
        for start, stop in runs(still_mask(samples, stillness))
        if stop - start >= least_s * samples.rate_hz
    ]
    return np.reshape(long, (-1, 3))


def _missing_positions(force: FloatArray, config: CalibrationConfig) -> list[str]:
    """Name the directions of the case that were never nearly up."""
    up = force / np.linalg.norm(force, axis=1, keepdims=True)
    names = ("+x", "-x", "+y", "-y", "+z", "-z")
    sides = np.concatenate([up, -up], axis=1)[:, [0, 3, 1, 4, 2, 5]]
    return [name for name, side in zip(names, sides.T, strict=True) if side.max() < config.least_cosine]


def _without_errors(force_mps2: FloatArray, errors: FloatArray) -> FloatArray:
    return force_mps2 * (1.0 - errors[3:]) - errors[:3]


def _size_gradient(true_mps2: FloatArray, measured_mps2: FloatArray) -> FloatArray:
    """Tell how the size of the true specific force changes with the errors that are taken off, (..., 6)."""
    direction = true_mps2 / np.linalg.norm(true_mps2, axis=-1, keepdims=True)
    return -np.concatenate([direction, direction * measured_mps2], axis=-1)


def _inverse(matrix: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _vector6(values: FloatArray) -> Vector6:
    a, b, c, d, e, f = (float(value) for value in values)
    return a, b, c, d, e, f
