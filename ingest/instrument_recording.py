"""What a reference instrument reported, read from the recording that was made of it beside a sensor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.decoding import PacketDecoder
from ingest.devices import driver_named, is_instrument
from ingest.mcap_reader import is_mcap, read_recording

if TYPE_CHECKING:
    from pathlib import Path

    from ingest.instruments import InstrumentRep
    from ingest.recording_header import RecordingHeader


@dataclass(frozen=True, slots=True)
class ReportedRep:
    """A rep of an instrument and when it was, on the wall clock of the session.

    Attributes
    ----------
    rep : InstrumentRep
        What it says.
    begun_s, reported_s : float
        When it said that the rep began, and when that it is over: times of arrival, s since 1970, UTC. Where
        the beginning was not told it lies the rep's duration before the report.
    """

    rep: InstrumentRep
    begun_s: float
    reported_s: float


@dataclass(frozen=True, slots=True)
class InstrumentRecording:
    """All that an instrument reported in a recording.

    Attributes
    ----------
    header : RecordingHeader
        Of the recording.
    title : str
        What instrument it is, for people.
    reps : tuple of ReportedRep
        In the order of arrival.
    refused : int
        Packets that broke their protocol: reps may be missing for them.
    """

    header: RecordingHeader
    title: str
    reps: tuple[ReportedRep, ...]
    refused: int


def read_instrument(path: Path) -> InstrumentRecording | None:
    """Read the recording of an instrument; None if the file is something else.

    An instrument measures reps itself and has no samples that need a scale.

    Raises
    ------
    RecordingError
        If the file cannot be read.
    UnknownDriverError
        If its driver is not in the registry.
    """
    if not (is_mcap(path) or ".mcap" in path.suffixes):
        return None
    recording = read_recording(path)
    driver = driver_named(recording.header.driver)
    if not is_instrument(driver.name):
        return None
    decoder = PacketDecoder(driver)
    for packet in recording.packets:
        decoder.feed(packet)
    origin_s = recording.header.started_at.timestamp()
    reps = tuple(
        ReportedRep(rep, origin_s + _begun_s(rep, begun_s, reported_s), origin_s + reported_s)
        for rep, (begun_s, reported_s) in zip(
            decoder.instrument_reps, decoder.instrument_times_s, strict=True
        )
    )
    return InstrumentRecording(recording.header, driver.title, reps, decoder.refused)


def _begun_s(rep: InstrumentRep, begun_s: float | None, reported_s: float) -> float:
    return reported_s - (rep.duration_s or 0.0) if begun_s is None else begun_s
