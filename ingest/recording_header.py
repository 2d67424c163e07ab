"""What a recording says about itself, how that is written into its file, and how the file is named."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING
from uuid import uuid4

from analysis.imu import Mount
from ingest.known_sensors import (
    calibration_from_json,
    calibration_to_json,
    mount_from_json,
    mount_to_json,
)

if TYPE_CHECKING:
    from analysis.calibration import Calibration

SCHEMA = "upright.recording/1"


@dataclass(frozen=True, slots=True)
class RecordingHeader:
    """What is known when a recording starts.

    Attributes
    ----------
    driver : str
        Name of the driver that decodes the packets.
    sensor_name, address, model : str
        Of the sensor; empty when unknown.
    mount : Mount
        How it is fixed.
    calibration : Calibration or None
        What was known of the sensor's accelerometer, so that a replay starts from the same.
    started_at : datetime
        Wall clock in UTC at ``received_at_s`` = 0.
    recording_id : str
        UUID.
    software_version : str
        Version of Upright that recorded it.
    speed : float
        Speed of the event loop's clock; 1 but for a simulated session.
    source_kind : str
        "sensor" or "simulator": a result must never pass for a measurement because its database was rebuilt.
    role, group_id : str
        Part in a session of several sensors, see `ingest.companions.Membership`.
    """

    driver: str
    sensor_name: str = ""
    address: str = ""
    model: str = ""
    mount: Mount = field(default_factory=Mount)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    recording_id: str = field(default_factory=lambda: str(uuid4()))
    software_version: str = field(default_factory=lambda: version("upright"))
    speed: float = 1.0
    source_kind: str = "sensor"
    calibration: Calibration | None = None
    role: str = "bar"
    group_id: str = ""

    def to_metadata(self, channels: dict[str, int]) -> dict[str, str]:
        """Return the metadata record's map, with a checksum that MCAP does not give metadata.

        Parameters
        ----------
        channels : dict
            MCAP channel id of each of our channels, so that a damaged first chunk costs only itself.
        """
        content = {
            "schema": SCHEMA,
            "recording_id": self.recording_id,
            "driver": self.driver,
            "sensor_name": self.sensor_name,
            "address": self.address,
            "model": self.model,
            "mount": json.dumps(mount_to_json(self.mount)),
            "started_at": self.started_at.isoformat(),
            "software_version": self.software_version,
            "speed": repr(self.speed),
            "source_kind": self.source_kind,
            "calibration": json.dumps(calibration_to_json(self.calibration)),
            "role": self.role,
            "group_id": self.group_id,
            "channels": json.dumps(channels),
        }
        return {**content, "crc32": _checksum(content)}

    @classmethod
    def from_metadata(cls, content: dict[str, str]) -> tuple[RecordingHeader, dict[str, int]]:
        """Read what `to_metadata` wrote; return the header and the channel ids.

        Raises
        ------
        ValueError
            If the checksum, the schema or a field is wrong.
        """
        fields = {key: value for key, value in content.items() if key != "crc32"}
        if content.get("crc32") != _checksum(fields) or fields.get("schema") != SCHEMA:
            raise ValueError("the header is damaged or of another schema")
        try:
            header = cls(
                driver=fields["driver"],
                sensor_name=fields["sensor_name"],
                address=fields["address"],
                model=fields["model"],
                mount=mount_from_json(json.loads(fields["mount"])) or Mount(),
                started_at=datetime.fromisoformat(fields["started_at"]),
                recording_id=fields["recording_id"],
                software_version=fields["software_version"],
                speed=float(fields["speed"]),
                # Files of before they were written have none of these.
                source_kind=fields.get("source_kind", "sensor"),
                calibration=calibration_from_json(json.loads(fields.get("calibration", "null"))),
                role=fields.get("role", "bar"),
                group_id=fields.get("group_id", ""),
            )
            return header, {str(name): int(i) for name, i in json.loads(fields["channels"]).items()}
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise ValueError(f"the header lacks or garbles {error}") from error


def _checksum(content: dict[str, str]) -> str:
    return f"{zlib.crc32(json.dumps(content, sort_keys=True).encode()):08x}"
