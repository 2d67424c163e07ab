"""A sensor listened to for a while, to be examined: what it sent, how the link was. Nothing is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.ble import LinkState
from ingest.collector import Collector
from ingest.errors import DeviceNotFoundError
from ingest.recording import Recorder
from server.companion import NoAnalysis, recording_path
from server.errors import SensorFailedError

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.ble import BleSource
    from ingest.collector_status import CollectorStatus
    from ingest.known_sensors import KnownSensors
    from ingest.recording_header import RecordingHeader

SEARCH_S = 20.0
"""How long it waits for the stream to begin, s; 10 to 60: a search, a connection, the start of the sensor."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a sensor.

    Attributes
    ----------
    status : CollectorStatus
        Of the link and the stream when it ended.
    path : Path or None
        The recording, in the folder that was given; None if nothing came.
    driver : str
        Name of what reads the sensor.
    """

    status: CollectorStatus
    path: Path | None
    driver: str


def link_document(heard: Heard) -> dict[str, Any]:
    """Write what the link was like for programs; unknown is null."""
    status = heard.status
    return {
        "sensor_name": status.sensor_name or None,
        "address": status.address,
        "driver": heard.driver or None,
        "rssi_dbm": status.rssi_dbm,
        "mtu": status.mtu,
        "battery_fraction": status.battery_charge_fraction,
        "connections": status.connections,
    }


async def listen(source: BleSource, folder: Path, duration_s: float, known: KnownSensors | None) -> Heard:
    """Record a sensor for a while.

    Parameters
    ----------
    source : BleSource
        The sensor.
    folder : Path
        Where the recording goes; the caller's to delete.
    duration_s : float
        From the beginning of the stream on, s.
    known : KnownSensors or None
        Where it is known how the sensor is mounted.

    Raises
    ------
    SensorFailedError
        If it was not found, or could not be connected or started.
    DeviceNotFoundError
        If there was no time to find out why.
    BluetoothUnavailableError
        If there is no Bluetooth.
    """
    paths: list[Path] = []
    connected: list[CollectorStatus] = []

    def new_file(header: RecordingHeader) -> Recorder:
        path = recording_path(folder, header)
        paths.append(path)
        return Recorder(path, header)

    def note(status: CollectorStatus) -> None:
        if status.link == "connected":
            connected.append(status)

    collector = Collector(source, source.driver, NoAnalysis, new_file, on_status=note, known_sensors=known)
    running = asyncio.create_task(collector.run())
    try:
        searched_s = 0.0
        while not running.done() and source.state is not LinkState.STREAMING and searched_s < SEARCH_S:
            await asyncio.wait([running], timeout=0.05)
            searched_s += 0.05
        if source.state is LinkState.STREAMING:
            await asyncio.wait([running], timeout=duration_s)
    finally:
        source.stop()
        await running
    if not connected:
        if source.problem:
            raise SensorFailedError(f"{source.problem}.")
        raise DeviceNotFoundError(source.wanted)
    driver = source.driver.name if source.driver is not None else ""
    return Heard(connected[-1], paths[-1] if paths else None, driver)
