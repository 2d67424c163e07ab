"""A running session at a glance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.items import StreamCounts

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class CollectorStatus:
    """The session at a glance.

    Attributes
    ----------
    link : str
        ``"searching"`` before the first connection, then ``"connected"`` or ``"lost"``.
    sensor_name, address, model, firmware : str
        Of the sensor; empty while unknown.
    rssi_dbm, mtu : int or None
        Of the last connection.
    battery_charge_fraction : float or None
        0 to 1.
    data_age_s : float or None
        Time since the last packet of samples came, s; None before the first.
    connections : int
        Connections made; reconnects are one fewer.
    counts : StreamCounts
        Of the present file: samples, losses, measured rate, drift.
    heart_rate_bpm : int or None
        Last one that the sensor told.
    refused_packets : int
        Packets of the present file that broke their protocol.
    recording_path : Path or None
        The present file.
    recording_problem : str
        What is wrong with the disk; empty when all is well.
    analysis_problem : str
        Why the analysis of the present file ended early; empty when all is well.
    sensor_problem : str
        Why nothing that the sensor sends can be understood, and what to do; empty when all is well.
    """

    link: str = "searching"
    sensor_name: str = ""
    address: str = ""
    model: str = ""
    firmware: str = ""
    rssi_dbm: int | None = None
    mtu: int | None = None
    battery_charge_fraction: float | None = None
    data_age_s: float | None = None
    connections: int = 0
    counts: StreamCounts = field(default_factory=StreamCounts)
    heart_rate_bpm: int | None = None
    refused_packets: int = 0
    recording_path: Path | None = None
    recording_problem: str = ""
    analysis_problem: str = ""
    sensor_problem: str = ""
