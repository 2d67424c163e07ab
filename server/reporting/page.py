"""Makes the pages: finds what they are about, and fills the template, which escapes everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING
from uuid import UUID

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from analysis.exercises import CATALOGUE
from analysis.results import QualityState
from server.errors import NotFoundError
from server.judging import Judge
from server.reporting import block, session
from server.reporting.facts import session_facts
from server.reporting.words import (
    PROXY_NOTE,
    day,
    glued,
    lift_name,
    listed,
    moment,
    plural,
    sentence_case,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from analysis.results import SetSummary
    from server.store import SessionOverview, Store

MOST_SESSIONS = 1000
"""Sessions among which lifts are looked for. 200 to 5000; 1000 are some years of training."""

LISTED = 5
"""Newest sessions that an error names."""


@dataclass(frozen=True, slots=True)
class Report:
    """A finished page.

    Attributes
    ----------
    name : str
        For a file, without its ending: ASCII letters, digits and dashes.
    html : str
        The whole page.
    """

    name: str
    html: str


def _nothing(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


def session_report(
    store: Store,
    session_id: UUID | None = None,
    *,
    exercise_id: str | None = None,
    progress: Callable[[int, int], None] = _nothing,
) -> Report:
    """Report on one session.

    Parameters
    ----------
    store : Store
        Results of all sessions.
    session_id : UUID or None
        None: the newest.
    exercise_id : str or None
        Only this lift.
    progress : callable
        Told after each plot how many of how many are done.

    Raises
    ------
    NotFoundError
        If there is no such session, or it has none of the lift.
    """
    if session_id is None:
        session_id = _newest(store).recording.recording_id
    found = store.session(session_id)
    # As they count: corrected, and without the reps that were left out.
    sets = [
        replace(one.summary, reps=one.reps)
        for one in found.stored_sets
        if exercise_id is None or one.summary.exercise_id == exercise_id
    ]
    if not sets and exercise_id is not None:
        raise NotFoundError(
            f"Session {session_id} has no sets of {lift_name(exercise_id).lower()}.", "Leave the lift out."
        )
    verdicts = tuple(
        one for one in Judge(store).stored(found) if exercise_id is None or one.exercise_id == exercise_id
    )
    step = _counter(session.n_steps(sets, verdicts), progress)
    reps = [rep for one in sets for rep in one.reps]
    doubtful = sum(rep.quality.state is not QualityState.GOOD for rep in reps)
    about = f"{plural(len(sets), 'set')}, {plural(len(reps), 'rep')}"
    html = _fill(
        "session.html",
        title=found.recording.title or _untitled(sets),
        when=moment(found.recording.started_at),
        about=about + (f", {doubtful} of doubtful quality" if doubtful else ""),
        facts=session_facts(found.recording),
        identity=str(session_id),
        lifts=session.lift_views(sets, verdicts, step),
    )
    return Report(f"upright-session-{found.recording.started_at.astimezone():%Y-%m-%d-%H%M}", html)


def block_report(
    store: Store,
    weeks: int,
    *,
    exercise_id: str | None = None,
    progress: Callable[[int, int], None] = _nothing,
) -> Report:
    """Report on the last weeks that have sessions.

    Parameters
    ----------
    store : Store
        Results of all sessions.
    weeks : int
        Back from the newest session.
    exercise_id : str or None
        Only this lift; its newest session ends the block.
    progress : callable
        Told after each plot how many of how many are done.

    Raises
    ------
    NotFoundError
        If nothing is stored, or nothing that could be judged.
    """
    overviews = store.sessions(MOST_SESSIONS)
    if not overviews:
        raise _nothing_stored()
    athlete_id = overviews[0].recording.athlete_id  # of the newest session: a report is of one lifter
    having = [
        one
        for one in overviews
        if one.recording.athlete_id == athlete_id and (exercise_id is None or exercise_id in one.exercises)
    ]
    wanted = "that can be judged" if exercise_id is None else f"of {lift_name(exercise_id).lower()}"
    nothing = NotFoundError(f"There are no sets {wanted}.", "Say which lift it was when you record.")
    if not having:
        raise nothing
    newest = having[0].recording.started_at
    since = block.block_start(newest, weeks)
    inside = [one for one in having if one.recording.started_at >= since]
    lifts = (exercise_id,) if exercise_id else _lifts(inside)
    histories = block.block_histories(store, lifts, since, athlete_id)
    if not histories:
        raise nothing
    step = _counter(block.n_steps(histories), progress)
    first = inside[-1].recording.started_at
    html = _fill(
        "block.html",
        title=plural(weeks, "week"),
        when=f"{day(first)} to {day(newest)}" if first != newest else day(newest),
        about=f"{plural(len(inside), 'session')}, {plural(len(histories), 'lift')}",
        facts=(),
        identity="",
        lifts=block.history_views(histories, step),
    )
    return Report(f"upright-{weeks}-weeks-{newest.astimezone():%Y-%m-%d}", html)


def _lifts(overviews: Sequence[SessionOverview]) -> tuple[str, ...]:
    """List the known lifts, the one with most sessions first."""
    counts: dict[str, int] = {}
    for one in overviews:
        for exercise_id in one.exercises:
            counts[exercise_id] = counts.get(exercise_id, 0) + 1
    return tuple(sorted((lift for lift in counts if lift in CATALOGUE), key=lambda lift: -counts[lift]))


def _untitled(sets: Sequence[SetSummary]) -> str:
    """Name a session that has no title by its lifts."""
    names = [lift_name(one.exercise_id) for one in sets if one.exercise_id is not None]
    return sentence_case(listed([name.lower() for name in dict.fromkeys(names)])) or "Session"


def _newest(store: Store) -> SessionOverview:
    found = store.sessions(1)
    if not found:
        raise _nothing_stored()
    return found[0]


def _nothing_stored() -> NotFoundError:
    return NotFoundError(
        "No session is stored yet.", "Record one with `upright serve`, or try `upright demo --once`."
    )


def parse_session_id(store: Store, text: str) -> UUID:
    """Read the id of a session.

    Raises
    ------
    NotFoundError
        If no session has it; names the newest.
    """
    try:
        wanted = UUID(text)
    except ValueError:
        wanted = None
    overviews = store.sessions(MOST_SESSIONS)
    if not overviews:
        raise _nothing_stored()
    if wanted is None or all(one.recording.recording_id != wanted for one in overviews):
        known = "; ".join(
            f"{one.recording.recording_id} of {day(one.recording.started_at)}" for one in overviews[:LISTED]
        )
        raise NotFoundError(f"There is no session {text}.", f"The newest: {known}.")
    return wanted


def _counter(total: int, progress: Callable[[int, int], None]) -> Callable[[], None]:
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    return step


def _fill(template: str, **values: object) -> str:
    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["glued"] = glued  # pyright: ignore[reportUnknownMemberType]
    style = Markup(_source("report.css"))  # noqa: S704 -- our own file
    fixed: Mapping[str, object] = {"style": style, "proxy_note": PROXY_NOTE}
    return environment.get_template(template).render(**fixed, **values)


def _source(name: str) -> str:
    return (resources.files("server.reporting") / "templates" / name).read_text(encoding="utf-8")
