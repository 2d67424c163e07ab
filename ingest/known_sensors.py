"""What is kept of each sensor from one session to the next: one small file per sensor, by its address."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.calibration import Calibration, CalibrationConfig
from analysis.errors import CalibrationError
from ingest.errors import KnownSensorError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "upright.sensor/1"


def calibration_to_json(calibration: Calibration | None) -> dict[str, Any] | None:
    """Turn a calibration into what JSON can hold."""
    if calibration is None:
        return None
    return {"mean": list(calibration.mean), "covariance": [list(row) for row in calibration.covariance]}


def calibration_from_json(content: Any) -> Calibration | None:  # noqa: ANN401 -- whatever the file holds
    """Read what `calibration_to_json` wrote.

    Raises
    ------
    ValueError
        If it is something else.
    """
    if content is None:
        return None
    try:
        mean = np.array(content["mean"], dtype=np.float64)
        covariance = np.array(content["covariance"], dtype=np.float64)
        return Calibration.of(mean, covariance)
    except (KeyError, TypeError, ValueError, np.linalg.LinAlgError, CalibrationError) as error:
        raise ValueError(f"not a calibration: {error}") from error


def _calibration_in(content: Any) -> Calibration | None:  # noqa: ANN401 -- whatever the file holds
    if content["schema"] != SCHEMA:
        raise ValueError(f"schema {content['schema']!r} is unknown")
    return calibration_from_json(content["calibration"])


@dataclass(frozen=True, slots=True)
class KnownSensors:
    """The folder of known sensors.

    Attributes
    ----------
    folder : Path
        Made when the first sensor is kept.
    config : CalibrationConfig
        How calibrations age.
    """

    folder: Path
    config: CalibrationConfig = field(default_factory=CalibrationConfig)

    def calibration(self, address: str) -> Calibration | None:
        """Return what is known of a sensor's accelerometer, as far as it holds in a new session.

        Raises
        ------
        KnownSensorError
            If the file cannot be read.
        """
        path = self._path(address)
        if not address or not path.exists():
            return None
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            found = _calibration_in(content)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KnownSensorError(path, f"{error}") from error
        return None if found is None else found.aged(self.config)

    def keep(self, address: str, calibration: Calibration) -> Path:
        """Keep what was learned of a sensor; the file changes at once or not at all.

        Raises
        ------
        KnownSensorError
            If it cannot be written.
        """
        path = self._path(address)
        content = {"schema": SCHEMA, "address": address, "calibration": calibration_to_json(calibration)}
        waiting = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            waiting.write_text(json.dumps(content, indent=1), encoding="utf-8")
            os.replace(waiting, path)  # noqa: PTH105 -- atomic, and says so
        except OSError as error:
            raise KnownSensorError(path, f"{error}") from error
        return path

    def _path(self, address: str) -> Path:
        return self.folder / (re.sub(r"[^0-9A-Za-z]+", "-", address).strip("-") + ".json")
