"""The health of a server as one document, words first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from server.health.computer import Load, Results, load, versions
from server.health.findings import (
    CONFIG,
    Finding,
    Level,
    disk_finding,
    integrity_finding,
    sqlite_finding,
)
from server.rep_schemas import Model, Number
from server.session import LinkState

if TYPE_CHECKING:
    from server.health.log_buffer import LogLine
    from server.health.redaction import Redactor
    from server.health.watch import HealthWatch
    from server.live import LiveHub

SCHEMA = "upright.health/1"
SHOWN_PROBLEMS = 20
RECENT = timedelta(hours=1)
_RANK: dict[str, int] = {"good": 0, "note": 1, "warn": 2, "bad": 3}


class FindingModel(Model):
    """One thing worth saying; fields as in `server.health.findings.Finding`."""

    level: Level
    title: str
    text: str


class DiskModel(Model):
    """The disk; fields as in `server.health.disk.Disk`."""

    total_bytes: int | None
    free_bytes: int | None
    bytes_per_hour: Number
    rate_of: str
    hours_left: Number
    reason: str
    recordings_bytes: int
    n_recordings: int


class LossModel(Model):
    """What got lost of the session that runs or ran last; null before the first."""

    is_running: bool
    sensor_name: str | None
    received_samples: int
    lost_samples: int
    lost_fraction: Number
    gaps: int
    gap_samples: int
    reconnects: int


class LoadModel(Model):
    """The process and its computer; fields as in `server.health.computer.Load`."""

    memory_bytes: int
    memory_free_bytes: int
    memory_total_bytes: int
    open_files: int
    max_open_files: int | None
    lag_p95_s: Number
    lag_max_s: Number


class ResultsModel(Model):
    """The results database; fields as in `server.health.computer.Results`."""

    kind: str
    size_bytes: int | None
    integrity: str | None
    reason: str


class ProblemModel(Model):
    """A warning or an error of the log."""

    at: datetime
    level: str
    where: str
    text: str


class HealthModel(Model):
    """How a server is."""

    schema_name: Literal["upright.health/1"] = SCHEMA
    made_at: datetime
    level: Literal["good", "warn", "bad"]
    findings: tuple[FindingModel, ...]
    versions: dict[str, str]
    uptime_s: Number
    disk: DiskModel
    session: LossModel | None
    session_reason: str
    computer: LoadModel
    n_clients: int
    n_wall_clients: int
    results: ResultsModel
    problems: tuple[ProblemModel, ...]


async def health(watch: HealthWatch, hub: LiveHub, redactor: Redactor, n_wall_clients: int) -> HealthModel:
    """Look at everything now.

    Parameters
    ----------
    watch : HealthWatch
        What is watched all the time.
    hub : LiveHub
        The live state.
    redactor : Redactor
        Takes out what nobody must read.
    n_wall_clients : int
        Screens that show the wall.
    """
    disk, results_now = await watch.disk(), await watch.results()
    load_now, versions_now = await asyncio.to_thread(load), versions()
    session = _session(hub)
    lag_s = watch.lag_s(0.95)
    now = datetime.now(UTC)
    problems = watch.log.problems(SHOWN_PROBLEMS)
    found = [
        disk_finding(disk),
        _link_finding(hub),
        None if session is None else loss_finding(session),
        lag_finding(lag_s),
        *load_findings(load_now),
        integrity_finding(results_now.integrity),
        _log_finding(problems, now),
        sqlite_finding(versions_now["SQLite"]),
    ]
    findings = sorted(
        (one for one in found if one is not None), key=lambda one: _RANK[one.level], reverse=True
    )
    worst = findings[0].level if findings else "good"
    return HealthModel(
        made_at=now,
        level="good" if worst == "note" else worst,
        findings=tuple(
            FindingModel(level=one.level, title=one.title, text=redactor.text(one.text)) for one in findings
        ),
        versions=versions_now,
        uptime_s=watch.uptime_s,
        disk=DiskModel.model_validate(disk),
        session=session,
        session_reason="" if session is not None else "no sensor has been connected since the server started",
        computer=_load_model(load_now, lag_s, watch.lag_s(1.0)),
        n_clients=hub.n_clients,
        n_wall_clients=n_wall_clients,
        results=_results_model(results_now, redactor),
        problems=tuple(
            ProblemModel(at=one.at, level=one.level, where=one.where, text=redactor.text(one.text))
            for one in problems
        ),
    )


def _load_model(measured: Load, lag_p95_s: float | None, lag_max_s: float | None) -> LoadModel:
    return LoadModel(
        memory_bytes=measured.memory_bytes,
        memory_free_bytes=measured.memory_free_bytes,
        memory_total_bytes=measured.memory_total_bytes,
        open_files=measured.open_files,
        max_open_files=measured.max_open_files,
        lag_p95_s=lag_p95_s,
        lag_max_s=lag_max_s,
    )


def _results_model(found: Results, redactor: Redactor) -> ResultsModel:
    integrity = None if found.integrity is None else redactor.text(found.integrity)
    return ResultsModel(
        kind=found.kind, size_bytes=found.size_bytes, integrity=integrity, reason=redactor.text(found.reason)
    )


def _session(hub: LiveHub) -> LossModel | None:
    link = hub.state.link
    if link is None:
        return None
    gaps, gap_samples = hub.state.losses
    return LossModel(
        is_running=hub.state.session is not None,
        sensor_name=link.sensor_name,
        received_samples=link.received_samples,
        lost_samples=link.lost_samples,
        lost_fraction=link.lost_fraction,
        gaps=gaps,
        gap_samples=gap_samples,
        reconnects=link.reconnects,
    )


def _link_finding(hub: LiveHub) -> Finding | None:
    link = hub.state.link
    if link is None or hub.state.session is None:
        return None
    if link.state is LinkState.LOST:
        why = f"{link.reason}. " if link.reason else ""
        return Finding("warn", "The sensor is lost", f"{why}Upright connects again by itself.")
    if link.state is LinkState.CONNECTED and link.reason:
        return Finding("bad", "The session has a problem", f"{link.reason[:1].upper()}{link.reason[1:]}.")
    return None


def loss_finding(session: LossModel) -> Finding | None:
    """Say that many samples get lost; None: few do."""
    lost = session.lost_fraction
    if lost is None or lost < CONFIG.lost_fraction:
        return None
    return Finding(
        "warn",
        f"{lost:.1%} of the samples were lost".replace("%", " %"),
        "Bring this computer nearer to the bar, with nothing of metal between, or use a Bluetooth dongle on "
        "a cable. Reps that suffered say so.",
    )


def lag_finding(lag_s: float | None) -> Finding | None:
    """Say that this computer is too slow; None: it is not."""
    if lag_s is None or lag_s < CONFIG.lag_s:
        return None
    return Finding(
        "warn",
        "This computer is too busy",
        f"Upright has to wait {lag_s * 1000:.0f} ms for its turn, so reps come late to the screens. Close "
        "other programs.",
    )


def load_findings(measured: Load) -> list[Finding]:
    """Say that memory or files run out."""
    found: list[Finding] = []
    if measured.memory_free_bytes < CONFIG.memory_bytes:
        text = "Close other programs; a computer without memory gets slow and may end Upright."
        found.append(Finding("warn", "This computer has hardly any memory left", text))
    limit = measured.max_open_files
    if limit is not None and measured.open_files > CONFIG.files_share * limit:
        text = f"{measured.open_files} of {limit}. Close pages that nobody looks at, then restart Upright."
        found.append(Finding("warn", "Upright has nearly as many files open as it may", text))
    return found


def _log_finding(problems: list[LogLine], now: datetime) -> Finding | None:
    n = sum(now - one.at < RECENT for one in problems)
    if not n:
        return None
    what = "1 problem was" if n == 1 else f"{n} problems were"
    return Finding("note", f"{what} noted in the last hour", "The list is below.")
