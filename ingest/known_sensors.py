"""What is kept of each sensor from one session to the next: one small file per sensor, by its address."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.calibration import Calibration, CalibrationConfig
from analysis.errors import CalibrationError, InvalidMountError
from analysis.imu import Mount, MountPosition
from ingest.errors import KnownSensorError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "upright.sensor/1"


@dataclass(frozen=True, slots=True)
class KnownSensor:
    """One sensor.

    Attributes
    ----------
    address : str
        Bluetooth address, or whatever tells it from others; on macOS a UUID.
    name : str
        As advertised when it was paired; empty: it never was.
    driver : str
        Name of its driver; empty where it was only calibrated.
    mount : Mount or None
        How it is fixed, from pairing; None: not told.
    calibration : Calibration or None
        What is known of its accelerometer, as of its last session.
    """

    address: str
    name: str = ""
    driver: str = ""
    mount: Mount | None = None
    calibration: Calibration | None = None

    @property
    def is_paired(self) -> bool:
        """Whether somebody has said that this is a sensor of theirs."""
        return bool(self.driver)


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


def mount_to_json(mount: Mount | None) -> dict[str, Any] | None:
    """Turn a mount into what JSON can hold."""
    if mount is None:
        return None
    return {"position": mount.position.value, "bar_axis": mount.bar_axis, "lever_m": mount.lever_m}


def mount_from_json(content: Any) -> Mount | None:  # noqa: ANN401 -- whatever the file holds
    """Read what `mount_to_json` wrote.

    Raises
    ------
    ValueError
        If it is something else.
    """
    if content is None:
        return None
    try:
        axis = content["bar_axis"]
        x, y, z = (float(part) for part in content["lever_m"])
        return Mount(
            MountPosition(content["position"]),
            None if axis is None else (float(axis[0]), float(axis[1]), float(axis[2])),
            (x, y, z),
        )
    except (KeyError, IndexError, TypeError, InvalidMountError) as error:
        raise ValueError(f"not a mount: {error}") from error


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

    def find(self, address: str) -> KnownSensor | None:
        """Return what is known of a sensor; None: nothing.

        Raises
        ------
        KnownSensorError
            If its file cannot be read.
        """
        path = self._path(address)
        if not address or not path.exists():
            return None
        return _read(path)

    def paired(self) -> list[KnownSensor]:
        """Return the sensors that were paired, by name.

        Raises
        ------
        KnownSensorError
            If a file cannot be read.
        """
        if not self.folder.is_dir():
            return []
        known = [_read(path) for path in sorted(self.folder.glob("*.json"))]
        return sorted((one for one in known if one.is_paired), key=lambda one: (one.name, one.address))

    def calibration(self, address: str) -> Calibration | None:
        """Return what is known of a sensor's accelerometer, as far as it holds in a new session.

        Raises
        ------
        KnownSensorError
            If the file cannot be read.
        """
        known = self.find(address)
        if known is None or known.calibration is None:
            return None
        return known.calibration.aged(self.config)

    def keep(self, address: str, calibration: Calibration) -> Path:
        """Keep what was learned of a sensor's accelerometer.

        Raises
        ------
        KnownSensorError
            If it cannot be written.
        """
        try:
            known = self.find(address) or KnownSensor(address)
        except KnownSensorError:
            known = KnownSensor(address)  # a damaged file is worth less than what was learned just now
        return self.save(replace(known, calibration=calibration))

    def save(self, sensor: KnownSensor) -> Path:
        """Keep a sensor; the file changes at once or not at all.

        Raises
        ------
        KnownSensorError
            If it cannot be written.
        """
        path = self._path(sensor.address)
        content = {
            "schema": SCHEMA,
            "address": sensor.address,
            "name": sensor.name,
            "driver": sensor.driver,
            "mount": mount_to_json(sensor.mount),
            "calibration": calibration_to_json(sensor.calibration),
        }
        waiting = path.with_suffix(".part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            waiting.write_text(json.dumps(content, indent=1), encoding="utf-8")
            os.replace(waiting, path)  # noqa: PTH105 -- atomic, and says so
        except OSError as error:
            raise KnownSensorError(path, f"{error}") from error
        return path

    def forget(self, address: str) -> bool:
        """Forget a sensor; return whether it was known.

        Raises
        ------
        KnownSensorError
            If its file cannot be deleted.
        """
        path = self._path(address)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise KnownSensorError(path, f"{error}") from error
        return True

    def _path(self, address: str) -> Path:
        return self.folder / (re.sub(r"[^0-9A-Za-z]+", "-", address).strip("-") + ".json")


def _read(path: Path) -> KnownSensor:
    try:
        return _sensor_in(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise KnownSensorError(path, f"{error}") from error


def _sensor_in(content: Any) -> KnownSensor:  # noqa: ANN401 -- whatever the file holds
    if content["schema"] != SCHEMA:
        raise ValueError(f"schema {content['schema']!r} is unknown")
    return KnownSensor(
        address=str(content["address"]),
        name=str(content.get("name", "")),
        driver=str(content.get("driver", "")),
        mount=mount_from_json(content.get("mount")),
        calibration=calibration_from_json(content["calibration"]),
    )
