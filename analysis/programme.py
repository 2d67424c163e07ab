"""Programme audit: whether the upper back is trained for strength, or with what is left at the end.

The question, the order of the suggestions and most of the bounds are a coach's (Lift Big Eat Big, "Upper Back
Training"); where research says something about a bound, it is cited at the bound. No study that we know of
tests the whole. The audit reads a log: it sees neither technique nor effort that was not written down.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.errors import InvalidLoggedSetError
from analysis.judged_sets import Heaviness, JudgedLog, JudgedSet, JudgingConfig, judge_sets
from analysis.logged_sets import UPPER_BACK
from analysis.programme_advice import Suggestion, prescription, suggest
from analysis.programme_findings import FAULTS, Finding, FindingConfig, FindingKind, find

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from analysis.logged_sets import LoggedSet


@dataclass(frozen=True, slots=True)
class ProgrammeConfig:
    """Every bound of the audit.

    Attributes
    ----------
    judging : JudgingConfig
        Which sets are judged, and when one is heavy.
    findings : FindingConfig
        What is a fault.
    """

    judging: JudgingConfig = field(default_factory=JudgingConfig)
    findings: FindingConfig = field(default_factory=FindingConfig)


@dataclass(frozen=True, slots=True)
class Week:
    """One calendar week with training.

    Attributes
    ----------
    monday : datetime.date
        Its first day.
    sessions, upper_back_sessions : int
        All, and those that train the upper back.
    sets, upper_back_sets : int
        Working sets: warm-ups and drop sets are left out.
    heavy_sets, perhaps_heavy_sets : int
        Of the upper back: heavy or probably so; and those of few reps whose relative load is not known.
    """

    monday: dt.date
    sessions: int
    upper_back_sessions: int
    sets: int
    upper_back_sets: int
    heavy_sets: int
    perhaps_heavy_sets: int


@dataclass(frozen=True, slots=True)
class ProgrammeAudit:
    """What the audit found.

    Attributes
    ----------
    findings : tuple of Finding
        At least one: "cannot tell" and "nothing to find fault with" are findings too.
    suggestions : tuple of Suggestion
        In the coach's order; empty where there is nothing to mend.
    prescription : str
        How the suggested lifts are meant, for people.
    weeks : tuple of Week
        The judged weeks with training, in the order of time.
    judged : JudgedLog
        The working sets behind it all, and the 1RM of their lifts.
    unknown_names : tuple of str
        Lifts that nobody has explained, the most frequent first.
    """

    findings: tuple[Finding, ...]
    suggestions: tuple[Suggestion, ...]
    prescription: str
    weeks: tuple[Week, ...]
    judged: JudgedLog
    unknown_names: tuple[str, ...]


def audit_programme(
    sets: Sequence[LoggedSet],
    *,
    one_rep_max_kg: Mapping[str, float] | None = None,
    body_mass_kg: float | None = None,
    config: ProgrammeConfig | None = None,
) -> ProgrammeAudit:
    """Audit a training log.

    Deterministic: the same log gives the same findings, whatever the order of its sets.

    Parameters
    ----------
    sets : sequence of LoggedSet
        The whole log. `Finding.sets` are indices into it.
    one_rep_max_kg : mapping of str to float, optional
        1RM from a profile by `LoggedSet.lift`, kg; of pull-ups the body included. Other lifts get the best
        estimate of the log, a lower bound where the log does not say how hard the sets were.
    body_mass_kg : float, optional
        kg. Without it nobody knows how heavy a pull-up is.
    config : ProgrammeConfig, optional
        Bounds.

    Raises
    ------
    InvalidLoggedSetError
        If a 1RM or the body mass is not a positive number.
    """
    config = config or ProgrammeConfig()
    profile_kg = dict(one_rep_max_kg or {})
    given = profile_kg if body_mass_kg is None else profile_kg | {"body mass": body_mass_kg}
    for name, mass_kg in given.items():
        if not (math.isfinite(mass_kg) and mass_kg > 0):
            raise InvalidLoggedSetError(name, f"{mass_kg:g} kg is no positive number")
    judged = judge_sets(sets, profile_kg, body_mass_kg, config.judging)
    findings = find(judged.sets, config.findings, config.judging)
    kinds = {finding.kind for finding in findings}
    unknown = Counter(item.logged.name for item in judged.sets if item.logged.group is None)
    return ProgrammeAudit(
        findings=findings,
        suggestions=suggest(judged.sets) if kinds & MENDED_BY_LIFTS else (),
        prescription=prescription(config.judging),
        weeks=_weeks(judged.sets),
        judged=judged,
        unknown_names=tuple(sorted(unknown, key=lambda name: (-unknown[name], name))),
    )


MENDED_BY_LIFTS = FAULTS - {FindingKind.AT_THE_END}
"""Faults that another lift mends; heavy work at the end only has to move."""


def _weeks(sets: Sequence[JudgedSet]) -> tuple[Week, ...]:
    weeks: list[Week] = []
    for monday in sorted({item.week for item in sets}):
        inside = [item for item in sets if item.week == monday]
        pulls = [item for item in inside if item.logged.group in UPPER_BACK]
        counts = Counter(item.heaviness for item in pulls)
        weeks.append(
            Week(
                monday=monday,
                sessions=len({item.logged.session for item in inside}),
                upper_back_sessions=len({item.logged.session for item in pulls}),
                sets=len(inside),
                upper_back_sets=len(pulls),
                heavy_sets=counts[Heaviness.HEAVY] + counts[Heaviness.PROBABLY_HEAVY],
                perhaps_heavy_sets=counts[Heaviness.UNKNOWN],
            )
        )
    return tuple(weeks)
