"""The JSON document ``upright.analysis/1`` that ``upright analyze --json`` prints (design section 7).

Plain dictionaries, unknown is None. Fields may be added, never renamed.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from analysis.config import ALGORITHM_VERSION, DefinitionProfile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.imu import Gap
    from analysis.results import BarAxis, Estimate, Rep, SetSummary
    from analysis.stability.judgement import LiftVerdict

SCHEMA = "upright.analysis/1"

Json = dict[str, Any]


def analysis_document(recording: Json, sets: Sequence[SetSummary], verdicts: Sequence[LiftVerdict]) -> Json:
    """Build the document.

    Parameters
    ----------
    recording : dict
        ``sample_rate_hz, duration_s, samples, lost_samples, clipped_samples, gaps``.
    sets : sequence of SetSummary
        In the order of time.
    verdicts : sequence of LiftVerdict
        On the same sets.
    """
    return {
        "schema": SCHEMA,
        "algorithm": ALGORITHM_VERSION,
        "definition": DefinitionProfile().name,
        "recording": recording,
        "sets": [set_document(summary) for summary in sets],
        "trend": trend_document(verdicts),
    }


def gap_document(gap: Gap) -> Json:
    """One gap."""
    return {"start_s": gap.start_s, "end_s": gap.end_s, "missing": gap.missing, "reason": gap.reason}


def set_document(summary: SetSummary) -> Json:
    """One set."""
    return {
        "index": summary.index,
        "exercise": summary.exercise_id,
        "load_kg": summary.load_kg,
        "start_s": summary.start_s,
        "end_s": summary.end_s,
        "reps": [rep_document(rep) for rep in summary.reps],
        "rejected": [asdict(movement) for movement in summary.rejected],
        "velocity_loss_fraction": summary.velocity_loss_fraction,
        "stability": measures_document(summary.stability),
        "bar_axis": bar_axis_document(summary.bar_axis),
        "sample_rate_hz": summary.sample_rate_hz,
        "lost_samples": summary.lost_samples,
        "clipped_samples": summary.clipped_samples,
    }


def rep_document(rep: Rep) -> Json:
    """One rep, without its path."""
    fields = {
        name: getattr(rep, name)
        for name in rep.__slots__
        if name not in {"path", "quality", "curve", "measures"}
    }
    return fields | {
        "curve": None if rep.curve is None else asdict(rep.curve),
        "measures": measures_document(rep.measures),
        "quality": {"state": rep.quality.state.value, "reasons": list(rep.quality.reasons)},
    }


def bar_axis_document(bar_axis: BarAxis) -> Json:
    """Direction of the bar in the sensor frame, where it comes from, and what is to be said about it."""
    return {
        "axis": None if bar_axis.axis is None else list(bar_axis.axis),
        "sd_rad": bar_axis.sd_rad,
        "source": bar_axis.source,
        "reason": bar_axis.reason or None,
    }


def measures_document(measures: Mapping[str, Estimate]) -> Json:
    """List measures: value, standard deviation, state, and the reason where there is one."""
    return {
        name: {
            "value": estimate.value,
            "sd": estimate.sd,
            "state": estimate.state.value,
            "reason": estimate.reason or None,
        }
        for name, estimate in measures.items()
    }


def trend_document(verdicts: Sequence[LiftVerdict]) -> Json:
    """List what is said of each lift, by exercise."""
    return {verdict.exercise_id: asdict(verdict) for verdict in verdicts}
