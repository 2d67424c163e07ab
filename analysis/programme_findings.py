"""What the audit can find, and when it does."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import TYPE_CHECKING

from analysis.judged_sets import Heaviness, JudgedSet, JudgingConfig
from analysis.logged_sets import OLYMPIC, UPPER_BACK, LiftGroup

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class FindingConfig:
    """What is a fault.

    Attributes
    ----------
    min_sessions : int
        Below this the log is too short for any finding; 3 to 8. Own judgement: about two weeks.
    max_unknown_fraction : float
        With more working sets of unexplained names than this, no finding is sure; 0.1 to 0.5. Own judgement.
    heavy_sets_per_week : int
        Fewer in a week are no strength training of the upper back; 2 to 10. Lenient: fewer than five weekly
        sets of an exercise bring somewhat less strength than more [1]_.
    many_reps : int
        From here on sets are "sets of eight"; 7 to 10. The coach's words.
    last_part : float
        The end of a session begins here, as a fraction of its working sets; 0.6 to 0.8: the last third.
    min_set_fraction : float
        Fewer of all working sets are too few for the upper back; 0.05 to 0.25. Own judgement: a tenth.
    min_sessions_per_week : float
        Fewer upper-back sessions in a week of training are seldom; 1 to 2. Own judgement: once.
    z : float
        Of the interval about the share of weeks or sessions that show a fault; 1.64: 90 %, two-sided. Sure is
        what shows in more than half of them even at its lower end.

    Notes
    -----
    Order within a session: "increases in muscular strength are the largest in the exercises performed at the
    beginning" [2]_.

    References
    ----------
    .. [1] Ralston et al., "The effect of weekly set volume on strength gain: a meta-analysis", Sports Med.
       47, 2017. doi:10.1007/s40279-017-0762-7 (abstract).
    .. [2] Nunes et al., "What influence does resistance exercise order have on muscular strength gains and
       muscle hypertrophy?", Eur. J. Sport Sci. 21(2), 2021. doi:10.1080/17461391.2020.1733672 (abstract).
    """

    min_sessions: int = 4
    max_unknown_fraction: float = 0.25
    heavy_sets_per_week: int = 3
    many_reps: int = 8
    last_part: float = 2 / 3
    min_set_fraction: float = 0.10
    min_sessions_per_week: float = 1.0
    z: float = 1.64


class FindingKind(StrEnum):
    """Everything that the audit can say."""

    NOTHING_TO_FAULT = "nothing_to_fault"
    NOT_TRAINED = "not_trained"
    """No set trains the upper back."""
    ONLY_SMALL_LIFTS = "only_small_lifts"
    """Pulldowns, light pull-ups, face pulls: neither rows nor Olympic variations."""
    NO_HEAVY_SETS = "no_heavy_sets"
    THREE_SETS_OF_EIGHT_AT_THE_END = "three_sets_of_eight_at_the_end"
    MANY_REPS = "many_reps"
    AT_THE_END = "at_the_end"
    FEW_SETS = "few_sets"
    SELDOM = "seldom"
    CANNOT_TELL_TOO_SHORT = "cannot_tell_too_short"
    CANNOT_TELL_NAMES = "cannot_tell_names"
    CANNOT_TELL_LOADS = "cannot_tell_loads"


CANNOT_TELL = frozenset(
    {FindingKind.CANNOT_TELL_TOO_SHORT, FindingKind.CANNOT_TELL_NAMES, FindingKind.CANNOT_TELL_LOADS}
)
FAULTS = frozenset(FindingKind) - CANNOT_TELL - {FindingKind.NOTHING_TO_FAULT}


class Sureness(StrEnum):
    """How sure a finding is."""

    SURE = "sure"
    """Holds within the errors of the loads, whatever the unexplained names are, in clearly most weeks."""
    PROBABLE = "probable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding.

    Attributes
    ----------
    kind : FindingKind
        For programs.
    sentence : str
        For people.
    sets : tuple of int
        The sets that it comes from, as indices into the log, ascending.
    sureness : Sureness
        How sure it is.
    """

    kind: FindingKind
    sentence: str
    sets: tuple[int, ...]
    sureness: Sureness


class _Load(StrEnum):
    """How the upper back is loaded, in one week or in most weeks."""

    HEAVY = "heavy"
    LIGHT = "light"
    UNKNOWN = "unknown"


_HEAVY = frozenset({Heaviness.HEAVY, Heaviness.PROBABLY_HEAVY})


def counted(n: int, noun: str) -> str:
    """Write a number of things: "1 session", "2 sessions"."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def find(sets: Sequence[JudgedSet], config: FindingConfig, judging: JudgingConfig) -> tuple[Finding, ...]:
    """Say what there is to say about the working sets of a log.

    Parameters
    ----------
    sets : sequence of JudgedSet
        In the order of time.
    config : FindingConfig
        What is a fault.
    judging : JudgingConfig
        By which the sets were judged; its bounds are named in the sentences.

    Returns
    -------
    tuple of Finding
        Never empty.
    """
    n_sessions = len(_by_session(sets))
    if n_sessions < config.min_sessions:
        sentence = (
            f"Cannot tell: {counted(n_sessions, 'session')} with working sets; a programme shows in "
            f"{config.min_sessions} or more."
        )
        return (_finding(FindingKind.CANNOT_TELL_TOO_SHORT, sentence, sets, sure=True),)
    pulls = [item for item in sets if item.logged.group in UPPER_BACK]
    unexplained = [item for item in sets if item.logged.group is None]
    if not pulls and not unexplained:
        sentence = f"No rows, snatches, cleans or their kin in the last {n_sessions} sessions."
        return (_finding(FindingKind.NOT_TRAINED, sentence, (), sure=True),)
    findings: list[Finding] = []
    names_known = len(unexplained) <= config.max_unknown_fraction * len(sets)
    if not names_known or not pulls:
        findings.append(_names_finding(unexplained, len(sets)))
    if pulls:
        load, load_findings = _load_findings(sets, config, judging)
        findings += load_findings
        findings += _manner_findings(pulls, load, config, names_known=names_known)
        findings += _amount_findings(sets, config)
        if not findings:
            findings.append(_nothing_to_fault(sets, config))
    return tuple(findings)


def _finding(kind: FindingKind, sentence: str, evidence: Iterable[JudgedSet], *, sure: bool) -> Finding:
    sureness = Sureness.SURE if sure else Sureness.PROBABLE
    return Finding(kind, sentence, tuple(sorted(item.index for item in evidence)), sureness)


def _names_finding(unexplained: Sequence[JudgedSet], n_sets: int) -> Finding:
    names = Counter(item.logged.name for item in unexplained)
    shown = ", ".join(f"{name} ({count})" for name, count in names.most_common(5))
    more = f" and {len(names) - 5} more names" if len(names) > 5 else ""
    sentence = (
        f"Cannot tell surely: {len(unexplained)} of {n_sets} working sets have names that are not known: "
        f"{shown}{more}. Say what they are."
    )
    return _finding(FindingKind.CANNOT_TELL_NAMES, sentence, unexplained, sure=True)


def _load_findings(
    sets: Sequence[JudgedSet], config: FindingConfig, judging: JudgingConfig
) -> tuple[_Load, list[Finding]]:
    """Tell whether most weeks hold heavy work for the upper back."""
    weeks = _by_week(sets)
    loads = {monday: _load_of_week(inside, config) for monday, inside in weeks.items()}
    counts = Counter(loads.values())
    if 2 * counts[_Load.HEAVY] >= len(weeks):
        return _Load.HEAVY, []
    bound = f"{judging.heavy_reps} reps or fewer with {judging.heavy_fraction:.0%} of the 1RM or more"
    pulls = [item for item in sets if item.logged.group in UPPER_BACK]
    if 2 * (counts[_Load.HEAVY] + counts[_Load.UNKNOWN]) >= len(weeks):
        return _Load.UNKNOWN, [_loads_finding(pulls, bound)]
    light = {monday for monday, load in loads.items() if load is _Load.LIGHT}
    n_sure = sum(_is_surely_light(weeks[monday], config, judging) for monday in light)
    evidence = [item for item in pulls if item.week in light]
    sentence = (
        f"In {len(light)} of {len(weeks)} weeks there are fewer than {config.heavy_sets_per_week} heavy sets "
        f"for the upper back ({bound}). Its usual set: {_usual_set(evidence or pulls)}."
    )
    sure = _is_surely_most(n_sure, len(weeks), config)
    return _Load.LIGHT, [_finding(FindingKind.NO_HEAVY_SETS, sentence, evidence, sure=sure)]


def _loads_finding(pulls: Sequence[JudgedSet], bound: str) -> Finding:
    unknown = [item for item in pulls if item.heaviness is Heaviness.UNKNOWN]
    lifts = ", ".join(sorted({item.logged.name for item in unknown}))
    hints = {hint for item in unknown for hint in _hints(item)}
    sentence = (
        f"Cannot tell whether the upper back is trained heavily ({bound}): of {len(unknown)} sets of few "
        f"reps the relative load is not known ({lifts}). What helps: {', '.join(sorted(hints))}."
    )
    return _finding(FindingKind.CANNOT_TELL_LOADS, sentence, unknown, sure=True)


def _hints(item: JudgedSet) -> tuple[str, ...]:
    """Say what would make the relative load of a set known."""
    if item.logged.load_kg is None:
        return ("log the load",)
    body_mass = ("give the body mass",) if item.load_fraction is None else ()
    return body_mass if item.logged.load_kg > 0 else (*body_mass, "log how hard pull-ups are (RPE)")


def _load_of_week(inside: Sequence[JudgedSet], config: FindingConfig) -> _Load:
    counts = Counter(item.heaviness for item in inside if item.logged.group in UPPER_BACK)
    n_heavy = sum(counts[heaviness] for heaviness in _HEAVY)
    if n_heavy >= config.heavy_sets_per_week:
        return _Load.HEAVY
    n_possible = n_heavy + counts[Heaviness.UNKNOWN]
    return _Load.UNKNOWN if n_possible >= config.heavy_sets_per_week else _Load.LIGHT


def _is_surely_light(inside: Sequence[JudgedSet], config: FindingConfig, judging: JudgingConfig) -> bool:
    """Tell whether a week is light even if every doubtful set was heavy and every unknown name a row."""
    n_possible = sum(
        item.logged.reps <= judging.heavy_reps
        if item.logged.group is None
        else item.heaviness is not Heaviness.LIGHT
        for item in inside
    )
    return n_possible < config.heavy_sets_per_week


def _usual_set(pulls: Sequence[JudgedSet]) -> str:
    """Describe the median upper-back set in words."""
    reps = f"{median(item.logged.reps for item in pulls):g} reps"
    known = [(item.load_fraction, item.is_upper_bound) for item in pulls if item.load_fraction is not None]
    if 2 * len(known) < len(pulls):
        return f"{reps}, relative load not known"
    at_most = "at most " if any(is_bound for _, is_bound in known) else ""
    return f"{reps} with {at_most}{median(fraction for fraction, _ in known):.0%} of the 1RM"


def _manner_findings(
    pulls: Sequence[JudgedSet], load: _Load, config: FindingConfig, *, names_known: bool
) -> list[Finding]:
    """Say how and where in the session it is trained."""
    if load is _Load.HEAVY:  # only the heavy work has to stand early: lighter work may follow it
        heavy = _Sample([item for item in pulls if item.heaviness in _HEAVY], config, names_known=names_known)
        return heavy.mostly(
            FindingKind.AT_THE_END, heavy.late, heavy.n_placed, "its heavy sets stand in the last third"
        )
    findings: list[Finding] = []
    if not any(item.logged.group in OLYMPIC | {LiftGroup.ROW} for item in pulls):
        names = ", ".join(name for name, _ in Counter(item.logged.name for item in pulls).most_common(4))
        sentence = f"Only pulldowns, pull-ups and small lifts ({names}): no rows, no Olympic variations."
        sure = names_known and load is _Load.LIGHT
        findings.append(_finding(FindingKind.ONLY_SMALL_LIFTS, sentence, pulls, sure=sure))
    sample = _Sample(pulls, config, names_known=names_known)
    reps, end = f"its sets have {config.many_reps} reps or more", "stand in the last third"
    findings += sample.mostly(
        FindingKind.THREE_SETS_OF_EIGHT_AT_THE_END,
        sample.many & sample.late,
        sample.n_placed,
        f"{reps} and {end}",
    ) or [
        *sample.mostly(FindingKind.MANY_REPS, sample.many, len(sample.sessions), reps),
        *sample.mostly(FindingKind.AT_THE_END, sample.late, sample.n_placed, f"its sets {end}"),
    ]
    return findings


class _Sample:
    """Sets by session, and the sessions in which they are many-repped or late, by their medians."""

    def __init__(self, sets: Sequence[JudgedSet], config: FindingConfig, *, names_known: bool) -> None:
        self.sessions = _by_session(sets)
        self.many = {
            session
            for session, inside in self.sessions.items()
            if median(item.logged.reps for item in inside) >= config.many_reps
        }
        places = {
            session: [item.place_fraction for item in inside if item.place_fraction is not None]
            for session, inside in self.sessions.items()
        }
        self.n_placed = sum(bool(place) for place in places.values())
        self.late = {
            session for session, place in places.items() if place and median(place) >= config.last_part
        }
        self._config = config
        self._names_known = names_known

    def mostly(self, kind: FindingKind, shown: set[int], n: int, words: str) -> list[Finding]:
        """Give the finding if more than half of ``n`` sessions show it."""
        if 2 * len(shown) <= n:
            return []
        sentence = f"In {len(shown)} of {n} sessions that train the upper back, {words}."
        evidence = [item for session in sorted(shown) for item in self.sessions[session]]
        sure = self._names_known and _is_surely_most(len(shown), n, self._config)
        return [_finding(kind, sentence, evidence, sure=sure)]


def _amount_findings(sets: Sequence[JudgedSet], config: FindingConfig) -> list[Finding]:
    """Say whether it is enough; sure is what holds even if every unknown name trains the upper back."""
    findings: list[Finding] = []
    pulls = [item for item in sets if item.logged.group in UPPER_BACK]
    perhaps = [item for item in sets if item.logged.group is None or item.logged.group in UPPER_BACK]
    if len(pulls) < config.min_set_fraction * len(sets):
        sentence = (
            f"{len(pulls)} of {len(sets)} working sets train the upper back ({len(pulls) / len(sets):.0%}): "
            f"fewer than {config.min_set_fraction:.0%}."
        )
        sure = len(perhaps) < config.min_set_fraction * len(sets)
        findings.append(_finding(FindingKind.FEW_SETS, sentence, pulls, sure=sure))
    n_weeks = len(_by_week(sets))
    n_sessions = len(_by_session(pulls))
    if n_sessions < config.min_sessions_per_week * n_weeks:
        sentence = (
            f"The upper back is trained in {counted(n_sessions, 'session')} in "
            f"{counted(n_weeks, 'week')} of training: less than {config.min_sessions_per_week:g} a week."
        )
        sure = len(_by_session(perhaps)) < config.min_sessions_per_week * n_weeks
        findings.append(_finding(FindingKind.SELDOM, sentence, pulls, sure=sure))
    return findings


_CAVEAT = (
    " As far as the log shows: without a known 1RM or noted effort (RPE), a set near the best of the log "
    "counts as heavy, however easy it was."
)


def _nothing_to_fault(sets: Sequence[JudgedSet], config: FindingConfig) -> Finding:
    heavy = [item for item in sets if item.heaviness in _HEAVY]
    weeks = _by_week(sets)
    n_sure = sum(
        sum(item.heaviness is Heaviness.HEAVY for item in inside) >= config.heavy_sets_per_week
        for inside in weeks.values()
    )
    sure = _is_surely_most(n_sure, len(weeks), config)
    caveat = "" if sure else _CAVEAT
    sentence = (
        f"Nothing to find fault with: {len(heavy)} heavy sets for the upper back in {len(weeks)} weeks, "
        f"not left to the end.{caveat}"
    )
    return _finding(FindingKind.NOTHING_TO_FAULT, sentence, heavy, sure=sure)


def _is_surely_most(count: int, n: int, config: FindingConfig) -> bool:
    """Tell whether a share lies above one half even at the lower end of its Wilson interval."""
    z2 = config.z**2
    share = count / n
    spread = config.z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return (share + z2 / (2 * n) - spread) / (1 + z2 / n) > 1 / 2


def _by_session(sets: Iterable[JudgedSet]) -> dict[int, list[JudgedSet]]:
    sessions: dict[int, list[JudgedSet]] = {}
    for item in sets:
        sessions.setdefault(item.logged.session, []).append(item)
    return sessions


def _by_week(sets: Iterable[JudgedSet]) -> dict[dt.date, list[JudgedSet]]:
    weeks: dict[dt.date, list[JudgedSet]] = {}
    for item in sets:
        weeks.setdefault(item.week, []).append(item)
    return weeks
