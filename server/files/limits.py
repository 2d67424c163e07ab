"""How much the page may bring in at once, and for how long what it asked for is there."""

from __future__ import annotations

from dataclasses import dataclass

MAX_UPLOAD_BYTES = 500_000_000
"""Largest file that is taken from a browser. As `ingest.imports.source.SourceConfig.max_bytes`: what no
reader would read need not be sent. 500 MB are about five hours at 200 Hz."""


@dataclass(frozen=True, slots=True)
class FileLimits:
    """Limits of uploads and exports.

    Attributes
    ----------
    max_upload_bytes : int
        Largest file, bytes.
    max_job_bytes : int
        All files of one import together, also after unpacking, bytes. 1e9 hold the tables of a phone that
        recorded all its sensors for an hour.
    max_files : int
        Most files of one import. 50 to 1000; a phone that records everything writes 30 tables.
    reserve_bytes : int
        So much of the disk stays free for recordings, bytes. 100 MB are more than ten hours of one sensor.
    max_jobs : int
        So many jobs are remembered; finished ones are forgotten, the oldest first. 20 to 500.
    max_sessions : int
        Most sessions of one export. 1000 are four years of training; `upright export` has no bound.
    lifetime_s : float
        An export that nobody fetched, and an upload about which nobody decided, is deleted after so long, s.
    """

    max_upload_bytes: int = MAX_UPLOAD_BYTES
    max_job_bytes: int = 1_000_000_000
    max_files: int = 300
    reserve_bytes: int = 100_000_000
    max_jobs: int = 100
    max_sessions: int = 1000
    lifetime_s: float = 3600.0
