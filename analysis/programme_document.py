"""The JSON document ``upright.audit/1`` that ``upright audit --json`` prints.

Plain dictionaries, unknown is None. Fields may be added, never renamed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.judged_sets import JudgedSet
    from analysis.one_rep_max import OneRepMax
    from analysis.programme import ProgrammeAudit, Week
    from analysis.programme_advice import Suggestion
    from analysis.programme_findings import Finding

SCHEMA = "upright.audit/1"

Json = dict[str, Any]


def audit_document(log: Json, audit: ProgrammeAudit) -> Json:
    """Build the document.

    Parameters
    ----------
    log : dict
        Where the sets come from: format, number of sets, how the names were understood.
    audit : ProgrammeAudit
        What was found.
    """
    judged = audit.judged
    return {
        "schema": SCHEMA,
        "basis": "a coach's opinion and what research says about single bounds; untested as a whole",
        "log": log,
        "findings": [_finding(finding) for finding in audit.findings],
        "suggestions": [_suggestion(suggestion) for suggestion in audit.suggestions],
        "prescription": audit.prescription,
        "weeks": [_week(week) for week in audit.weeks],
        "one_rep_maxes": [_one_rep_max(judged.maxes[lift]) for lift in sorted(judged.maxes)],
        "working_sets": [_set(item) for item in judged.sets],
        "warm_up_sets": judged.n_warm_ups,
        "drop_sets": judged.n_drops,
        "unknown_names": list(audit.unknown_names),
    }


def _finding(finding: Finding) -> Json:
    return {
        "kind": finding.kind.value,
        "sureness": finding.sureness.value,
        "sentence": finding.sentence,
        "sets": list(finding.sets),
    }


def _suggestion(suggestion: Suggestion) -> Json:
    return {
        "exercise": suggestion.exercise_id,
        "variation_of": list(suggestion.variation_of),
        "is_done": suggestion.is_done,
        "sentence": suggestion.sentence,
    }


def _week(week: Week) -> Json:
    counts = {name: getattr(week, name) for name in week.__slots__ if name != "monday"}
    return {"monday": week.monday.isoformat(), **counts}


def _one_rep_max(known: OneRepMax) -> Json:
    return {
        "lift": known.lift,
        "load_kg": round(known.load_kg, 2),
        "source": known.source.value,
        "from": known.source.value,  # as the first version named it
        "is_lower_bound": known.is_lower_bound,
        "set": known.set_index,
    }


def _set(item: JudgedSet) -> Json:
    logged = item.logged
    return {
        "index": item.index,
        "date": logged.date.isoformat(),
        "session": logged.session,
        "name": logged.name,
        "exercise": logged.exercise_id,
        "group": None if logged.group is None else logged.group.value,
        "load_kg": None if logged.load_kg is None else round(logged.load_kg, 3),
        "reps": logged.reps,
        "rpe": logged.rpe,
        "place_fraction": item.place_fraction,
        "load_fraction": item.load_fraction,
        "load_fraction_is_upper_bound": item.is_upper_bound,
        "heaviness": item.heaviness.value,
    }
