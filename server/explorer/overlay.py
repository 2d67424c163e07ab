"""What lies over the signals: sets, reps with their phases and quality, what was not counted, labels."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from server.explorer.window import numbers
from server.schemas import exercise_name

if TYPE_CHECKING:
    import polars as pl

    from analysis.results import Rep
    from server.stored import StoredSession, StoredSet

PATH_POINTS = 400
"""Most points of one rep's path. 100 to 2000; a rep of 2 s at 200 Hz."""
SAME_START_S = 0.05
"""A rep of the store is the one that was analysed if both start within this, s."""


def overlay_of(
    session: StoredSession, facts: dict[str, Any], from_s: float, to_s: float
) -> dict[str, list[dict[str, Any]]]:
    """List what overlaps a window.

    Parameters
    ----------
    session : StoredSession
        Sets and reps as everywhere on the page, corrections applied.
    facts : dict
        Of the recording, as `server.explorer.computing` writes them.
    from_s, to_s : float
        The window, s since the recording's first sample.
    """

    def here(start_s: float, end_s: float) -> bool:
        return end_s >= from_s and start_s <= to_s

    sets = [one for one in session.stored_sets if here(one.summary.start_s, one.summary.end_s)]
    return {
        "sets": [_set(one) for one in sets],
        "reps": [
            _rep(one, rep) for one in sets for rep in one.summary.reps if here(rep.start_s, end_of(rep))
        ],
        "rejected": [
            {"set": one.summary.index} | asdict(movement)
            for one in session.stored_sets
            for movement in one.summary.rejected
            if here(movement.start_s, movement.end_s)
        ],
        "gaps": [gap for gap in facts["gaps"] if here(gap["start_s"], gap["end_s"])],
        "still": [
            {"start_s": start_s, "end_s": end_s} for start_s, end_s in facts["rests"] if here(start_s, end_s)
        ],
        "labels": [
            label | {"exercise_name": exercise_name(label["exercise_id"])}
            for label in facts["labels"]
            if here(label["t_s"], label["t_s"])
        ],
        "stretches": [one for one in facts["stretches"] if here(one["start_s"], one["end_s"])],
    }


def end_of(rep: Rep) -> float:
    """Return the end of a rep's last known phase, s."""
    return max(rep.concentric_end_s, rep.end_s or 0.0)


def _set(one: StoredSet) -> dict[str, Any]:
    summary = one.summary
    return {
        "set": summary.index,
        "exercise_id": summary.exercise_id,
        "exercise_name": exercise_name(summary.exercise_id),
        "load_kg": summary.load_kg,
        "start_s": summary.start_s,
        "end_s": summary.end_s,
        "n_reps": len(one.reps),
        "algorithm": one.algorithm,
    }


def _rep(one: StoredSet, rep: Rep) -> dict[str, Any]:
    return {
        "set": one.summary.index,
        "rep": rep.index,
        "start_s": rep.start_s,
        "turning_point_s": rep.turning_point_s,
        "concentric_start_s": rep.concentric_start_s,
        "concentric_end_s": rep.concentric_end_s,
        "end_s": end_of(rep),
        "quality": rep.quality.state.value,
        "reasons": list(rep.quality.reasons),
        "excluded_reason": one.excluded.get(rep.index, ""),
        "mean_velocity_mps": rep.mean_concentric_velocity_mps,
        "mean_velocity_sd_mps": rep.mean_concentric_velocity_sd_mps,
    }


def path_of(table: pl.DataFrame, facts: dict[str, Any], one: StoredSet, rep: Rep) -> dict[str, Any]:
    """Return the path of the bar's axis during a rep, in the bar frame, from where the rep starts.

    Parameters
    ----------
    table : polars.DataFrame
        All signals.
    facts : dict
        Of the recording.
    one : StoredSet
        The rep's set.
    rep : Rep
        The rep.

    Returns
    -------
    dict
        ``forward_m``, ``left_m`` and ``up_m`` with their standard deviations, null with a ``reason`` where
        they are not known. ``direction`` "found": which way is forward, and so which is left, is not known.
    """
    t_s = table["t_s"].to_numpy()
    start, stop = (int(i) for i in np.searchsorted(t_s, (rep.start_s, end_of(rep) + 1e-9)))
    step = max(-(-(stop - start) // PATH_POINTS), 1)
    part = table.slice(start, stop - start).gather_every(step)
    stretch = next((s for s in facts["stretches"] if s["start_s"] <= rep.start_s <= s["end_s"]), None)
    told = _rep(one, rep) | {"t_s": numbers(part["t_s"].to_numpy(), 5), "direction": None, "reason": ""}
    if stretch is None or not len(part):
        return told | _nothing("the motion of this rep was not estimated")
    height = part["height_m"].to_numpy()
    columns: dict[str, Any] = {"up_m": numbers(height - height[0], 5)}
    sideways = stretch["direction"] is not None
    for name in ("forward_m", "left_m"):
        values = part[name].to_numpy()
        columns[name] = numbers(values - values[0], 5) if sideways else None
    own = abs(float(np.nan_to_num(part["rep_start_s"].to_numpy()[0], nan=-1.0)) - rep.start_s) < SAME_START_S
    for axis in ("forward", "left", "up"):
        known = own and (sideways or axis == "up")
        columns[f"{axis}_sd_m"] = numbers(part[f"rep_{axis}_sd_m"].to_numpy(), 5) if known else None
    return told | columns | {"direction": stretch["direction"], "reason": stretch["reason"]}


def _nothing(reason: str) -> dict[str, Any]:
    names = [f"{axis}{kind}" for axis in ("forward", "left", "up") for kind in ("_m", "_sd_m")]
    return dict.fromkeys(names) | {"reason": reason}
