"""A zip for whoever helps: what there is to know of a server, without people, secrets and raw data."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING

from ingest.errors import RecordingError
from ingest.mcap_reader import glance
from server.health.disk import newest

if TYPE_CHECKING:
    from pathlib import Path

    from server.health.log_buffer import LogLine
    from server.health.redaction import Redactor
    from server.health.report import HealthModel
    from server.settings import Settings

N_RECORDINGS = 10
_READ_ME = """Diagnostics of Upright, made {made_at}

What is in here
  health.json      versions, disk, losses, load, and what is wrong, as the Health screen shows it
  log.txt          the last lines of the log, up to 500
  settings.json    what this server was told, without tokens and passwords
  recordings.json  of the newest {n_recordings} recordings: when, how long, which kind of sensor, its mount

What is not
  names of athletes, tokens and passwords, addresses of sensors, folders of this computer, measured data,
  results

Names and secrets that Upright knows are replaced by [name] and [secret] wherever they appear. Have a look
before you send it: all of it is text.
"""


def make_diagnostics(
    health: HealthModel, lines: list[LogLine], settings: Settings, redactor: Redactor
) -> bytes:
    """Make the zip. Call it outside the event loop.

    Parameters
    ----------
    health : HealthModel
        How the server is.
    lines : list of LogLine
        Of the log, oldest first.
    settings : Settings
        What the server was told.
    redactor : Redactor
        Takes out what nobody must read.
    """
    recordings = _recordings(settings.recordings_dir)
    files = {
        "README.txt": _READ_ME.format(
            made_at=health.made_at.isoformat(timespec="seconds"), n_recordings=N_RECORDINGS
        ),
        "health.json": _json(redactor.document(health.model_dump(mode="json"))),
        "log.txt": redactor.text("\n".join(map(_line, lines))) + "\n",
        "settings.json": _json(redactor.document(_settings(settings))),
        "recordings.json": _json(redactor.document(recordings)),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _line(line: LogLine) -> str:
    text = f"{line.at.isoformat(timespec='milliseconds')} {line.level} {line.where}: {line.text}"
    return f"{text}\n{line.trace.rstrip()}" if line.trace else text


def _settings(settings: Settings) -> dict[str, object]:
    """Say what was set, by name; of secrets only whether there is one."""
    return {
        "host": settings.host,
        "port": settings.port,
        "token": "set" if settings.token is not None else "not set",
        "allowed_hosts": len(settings.allowed_hosts),
        "database": "PostgreSQL or other" if settings.database_url else "SQLite in the data folder",
        "mqtt_username": "set" if settings.mqtt_username is not None else "not set",
        "mqtt_password": "set" if settings.mqtt_password is not None else "not set",
    }


def _recordings(folder: Path) -> list[dict[str, object]]:
    """Describe the newest recordings; one that cannot be read says why."""
    found: list[dict[str, object]] = []
    for path in newest(folder, N_RECORDINGS):
        try:
            seen = glance(path)
        except RecordingError as error:
            found.append({"problem": str(error)})
            continue
        header = seen.header
        found.append(
            {
                "recording_id": header.recording_id,
                "started_at": header.started_at.isoformat(),
                "duration_s": round(seen.duration_s, 1),
                "size_bytes": seen.size_bytes,
                "driver": header.driver,
                "model": header.model,
                "mount": asdict(header.mount),
                "is_calibrated": header.calibration is not None,
                "software_version": header.software_version,
                "speed": header.speed,
                "source_kind": header.source_kind,
            }
        )
    return found
