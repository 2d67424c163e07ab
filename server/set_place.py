"""A set as edits find it, be it stored, closed just now, or still open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.results import Rep


@dataclass(frozen=True, slots=True)
class SetPlace:
    """A set as an edit finds it, be it stored or open.

    Attributes
    ----------
    index : int
        Of the set within its session.
    start_s, end_s : float
        When it was, s.
    reps : sequence of Rep
        All of them, also those that do not count.
    """

    index: int
    start_s: float
    end_s: float
    reps: Sequence[Rep]

    def rep_at(self, at_s: float) -> int | None:
        """Find the rep whose concentric phase holds a time, s."""
        return next((r.index for r in self.reps if r.concentric_start_s <= at_s <= r.concentric_end_s), None)
