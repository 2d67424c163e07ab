"""Two measurements of the same lifting side by side: rep by rep, and what their differences are like."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.agreement import Agreement, agreement
from analysis.errors import PairingError
from analysis.rep_pairing import Pairing, pair_by_order, pair_by_time
from server.errors import ComparisonError

if TYPE_CHECKING:
    from analysis import Rep

SCHEMA = "upright.comparison/1"

QUANTITIES = {
    "mean_velocity_mps": "mean velocity",
    "peak_velocity_mps": "peak velocity",
    "mean_propulsive_velocity_mps": "mean propulsive velocity",
    "range_of_motion_m": "range of motion",
    "forward_drift_m": "forward drift",
}
"""What is compared where both tell it; the name ends with the unit."""

DIFFERENT_LOAD = 0.02
"""Loads that differ by more than this fraction are not the same set: the smallest plates are 1 % of a bar."""


@dataclass(frozen=True, slots=True)
class ComparedRep:
    """One repetition of one side.

    Attributes
    ----------
    values : dict of str to float or None
        By quantity; None: not told.
    span_s : tuple of 2 float, or None
        Concentric phase on the wall clock, s since 1970; None without a clock that others share.
    set_name : str
        Of its set.
    load_kg : float or None
        kg.
    is_doubtful : bool
        Marked as not resolvable by the side itself.
    """

    values: dict[str, float | None]
    span_s: tuple[float, float] | None = None
    set_name: str = ""
    load_kg: float | None = None
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared.

    Attributes
    ----------
    name : str
        For people: the file, or the instrument.
    kind : str
        ``"imu"``, ``"instrument"`` (recorded by us), ``"reps"`` (a table) or ``"path"``.
    reps : tuple of ComparedRep
        In the order of time.
    group_id : str
        Session whose clock it shares; empty if none.
    has_wall_clock : bool
        Whether the spans are there.
    notes : tuple of str
        What a person should know.
    """

    name: str
    kind: str
    reps: tuple[ComparedRep, ...]
    group_id: str = ""
    has_wall_clock: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompareOptions:
    """How to pair.

    Attributes
    ----------
    by : str or None
        ``"time"`` or ``"order"``; None: by time where both were recorded in one session, else by order.
    skip_measured, skip_reference : frozenset of int
        Repetitions, counted from 1, that are known to have no partner.
    """

    by: str | None = None
    skip_measured: frozenset[int] = field(default_factory=frozenset[int])
    skip_reference: frozenset[int] = field(default_factory=frozenset[int])


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides, paired.

    Attributes
    ----------
    measured, reference : Side
        Whole, as read.
    by : str
        ``"time"`` or ``"order"``.
    pairing : Pairing
        Positions in ``measured.reps`` and ``reference.reps``.
    agreements : dict of str to Agreement
        By quantity; those of which there is a pair.
    """

    measured: Side
    reference: Side
    by: str
    pairing: Pairing
    agreements: dict[str, Agreement]

    def pairs_of(self, quantity: str) -> list[tuple[float, float]]:
        """Return the pairs of a quantity that both sides tell."""
        pairs: list[tuple[float, float]] = []
        for i, j in self.pairing.pairs:
            ours, theirs = (
                side.reps[at].values.get(quantity) for side, at in ((self.measured, i), (self.reference, j))
            )
            if ours is not None and theirs is not None:
                pairs.append((ours, theirs))
        return pairs

    @property
    def start_times(self) -> Agreement | None:
        """How far the concentric phases begin apart, s; None where they were not paired by time."""
        spans = [
            (ours, theirs)
            for i, j in self.pairing.pairs
            if (ours := self.measured.reps[i].span_s) and (theirs := self.reference.reps[j].span_s)
        ]
        if self.by != "time" or not spans:
            return None
        origin_s = spans[0][0][0]
        return agreement([one[0] - origin_s for one, _ in spans], [one[0] - origin_s for _, one in spans])

    @property
    def warnings(self) -> list[str]:
        """What speaks against the comparison, sentences."""
        loads = [
            (self.measured.reps[i].load_kg, self.reference.reps[j].load_kg) for i, j in self.pairing.pairs
        ]
        other = [
            (ours, theirs)
            for ours, theirs in loads
            if ours is not None and theirs and abs(ours / theirs - 1) > DIFFERENT_LOAD
        ]
        words = [
            f"The loads differ ({ours:g} kg against {theirs:g} kg): is it the same set?"
            for ours, theirs in other[:1]
        ]
        doubtful = sum(self.measured.reps[i].is_doubtful for i, _ in self.pairing.pairs)
        if doubtful:
            words.append(
                f"{doubtful} of the measured reps are marked as not resolvable; they are counted here."
            )
        return words


def values_of(rep: Rep) -> dict[str, float | None]:
    """Return the compared quantities of a rep of ours."""
    return {
        "mean_velocity_mps": rep.mean_concentric_velocity_mps,
        "peak_velocity_mps": rep.peak_concentric_velocity_mps,
        "mean_propulsive_velocity_mps": rep.mean_propulsive_velocity_mps,
        "range_of_motion_m": rep.range_of_motion_m,
        "forward_drift_m": rep.forward_drift_m,
    }


def compare(measured: Side, reference: Side, options: CompareOptions | None = None) -> Comparison:
    """Pair the reps of two sides and say how far they agree.

    Raises
    ------
    ComparisonError
        If one has no reps, there is no clock to pair by, or nothing tells which rep is which.
    """
    options = options or CompareOptions()
    for side in (measured, reference):
        if not side.reps:
            raise ComparisonError(f"{side.name} holds no repetition, so there is nothing to compare.")
    ours = _kept(measured, options.skip_measured, "--skip-measured")
    theirs = _kept(reference, options.skip_reference, "--skip-reference")
    by = options.by or _how(measured, reference)
    found = (
        _by_time(measured, reference, ours, theirs)
        if by == "time"
        else _by_order(measured, reference, ours, theirs)
    )
    pairing = Pairing(
        tuple((ours[i], theirs[j]) for i, j in found.pairs),
        tuple(sorted({*range(len(measured.reps))} - {ours[i] for i, _ in found.pairs})),
        tuple(sorted({*range(len(reference.reps))} - {theirs[j] for _, j in found.pairs})),
        found.odds,
    )
    comparison = Comparison(measured, reference, by, pairing, {})
    for quantity in QUANTITIES:
        pairs = comparison.pairs_of(quantity)
        result = agreement([one for one, _ in pairs], [other for _, other in pairs])
        if result is not None:
            comparison.agreements[quantity] = result
    if not comparison.agreements:
        raise ComparisonError(f"{measured.name} and {reference.name} have no quantity in common.")
    return comparison


def _how(measured: Side, reference: Side) -> str:
    one_session = measured.group_id != "" and measured.group_id == reference.group_id
    return "time" if one_session and measured.has_wall_clock and reference.has_wall_clock else "order"


def _kept(side: Side, skipped: frozenset[int], option: str) -> list[int]:
    unknown = sorted(number for number in skipped if not 1 <= number <= len(side.reps))
    if unknown:
        raise ComparisonError(
            f"{option}: {side.name} has repetitions 1 to {len(side.reps)}, no {unknown[0]}."
        )
    return [i for i in range(len(side.reps)) if i + 1 not in skipped]


def _by_time(measured: Side, reference: Side, ours: list[int], theirs: list[int]) -> Pairing:
    spans = _spans(measured, ours), _spans(reference, theirs)
    found = pair_by_time(*spans)
    if not found.pairs:
        begin = [f"{one[0][0] - spans[0][0][0]:.1f} to {one[-1][1] - spans[0][0][0]:.1f} s" for one in spans]
        raise ComparisonError(
            f"No repetition of {measured.name} was made at the time of one of {reference.name}: by the clock "
            f"theirs lie at {begin[0]} and {begin[1]}.",
            "Choose recordings of one session, or pair them with --by order.",
        )
    return found


def _spans(side: Side, chosen: list[int]) -> list[tuple[float, float]]:
    spans = [span for i in chosen if (span := side.reps[i].span_s) is not None]
    if len(spans) < len(chosen) or not spans:
        raise ComparisonError(
            f"{side.name} has no clock that others share, so that nothing can be paired by time.",
            "Pair with --by order.",
        )
    return spans


def _by_order(measured: Side, reference: Side, ours: list[int], theirs: list[int]) -> Pairing:
    try:
        return pair_by_order(_mean_velocities(measured, ours), _mean_velocities(reference, theirs))
    except PairingError as error:
        names = _set_sizes(reference)
        which = f" Or choose a set of the reference with --reference-set: {names}." if names else ""
        raise ComparisonError(
            f"{error}.",
            f"Say which have no partner with --skip-measured or --skip-reference, such as 1,12.{which}",
        ) from error


def _mean_velocities(side: Side, chosen: list[int]) -> list[float | None]:
    return [side.reps[i].values.get("mean_velocity_mps") for i in chosen]


def _set_sizes(side: Side) -> str:
    names = list(dict.fromkeys(rep.set_name for rep in side.reps))
    sizes = [sum(rep.set_name == name for rep in side.reps) for name in names]
    words = [f"{k} ({name}, {size} reps)" for k, (name, size) in enumerate(zip(names, sizes, strict=True), 1)]
    return "; ".join(words) if len(names) > 1 else ""


def only_set(side: Side, wanted: str) -> Side:
    """Return a side with the reps of one set, given by its name or its number from 1.

    Raises
    ------
    ComparisonError
        If there is no such set.
    """
    names = list(dict.fromkeys(rep.set_name for rep in side.reps))
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        wanted = names[int(wanted) - 1]
    chosen = tuple(rep for rep in side.reps if rep.set_name == wanted)
    if not chosen:
        known = _set_sizes(side) or "one set only"
        raise ComparisonError(f"{side.name} has no set {wanted!r}.", f"It has: {known}.")
    return Side(side.name, side.kind, chosen, side.group_id, side.has_wall_clock, side.notes)


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """Write all of it for programs; schema ``upright.comparison/1``, SI units, unknown is null."""
    pairing = comparison.pairing
    return {
        "schema": SCHEMA,
        "measured": _side_document(comparison.measured),
        "reference": _side_document(comparison.reference),
        "paired_by": comparison.by,
        "alignment_odds": pairing.odds,
        "start_times_s": None if (starts := comparison.start_times) is None else asdict(starts),
        "pairs": [{"measured": i, "reference": j} for i, j in pairing.pairs],
        "alone_measured": list(pairing.alone_measured),
        "alone_reference": list(pairing.alone_reference),
        "warnings": comparison.warnings,
        "agreement": {name: asdict(one) for name, one in comparison.agreements.items()},
    }


def _side_document(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "kind": side.kind,
        "notes": list(side.notes),
        "reps": [_rep_document(rep) for rep in side.reps],
    }


def _rep_document(rep: ComparedRep) -> dict[str, Any]:
    return {
        "set": rep.set_name or None,
        "load_kg": rep.load_kg,
        "is_doubtful": rep.is_doubtful,
        "wall_clock_s": rep.span_s,
        **{quantity: rep.values.get(quantity) for quantity in QUANTITIES},
    }
