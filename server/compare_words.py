"""What a comparison means, in sentences for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.comparing import QUANTITIES

if TYPE_CHECKING:
    from analysis.agreement import Agreement
    from server.comparing import Comparison, Side

DECIMALS = 3
"""Of velocities and lengths: a thousandth is below what any of these instruments resolves."""
FEW_PAIRS = 10
"""Below this the limits of agreement themselves are uncertain by more than half of the standard deviation."""

_DEFINITIONS = {
    "instrument": (
        "An OpenBarbell takes a repetition from the first tick of its string to the last and leaves out "
        "what is slower than 21 mm/s; in simulation its mean velocity is 1 to 3 % above ours for that "
        "reason alone."
    ),
    "reps": (
        "Every maker has rules of his own for where a repetition begins and ends; that alone moves the mean "
        "velocity by 0.03 to 0.05 m/s, for all reps alike."
    ),
    "path": (
        "The path was cut into repetitions by our own definition; what is left is the error of the camera, "
        "its scale and its angle, and ours."
    ),
    "imu": (
        "Both were cut into repetitions by the same definition; what is left is the error of both sensors."
    ),
}


def unit_of(quantity: str) -> str:
    """Return the unit of a quantity, for people."""
    return "m/s" if quantity.endswith("_mps") else "m"


def paired_words(comparison: Comparison) -> str:
    """Say how the reps were paired, and which are left over."""
    pairing, n = comparison.pairing, len(comparison.pairing.pairs)
    if comparison.by == "time":
        how = f"{n} reps paired by the time at which they were made{_apart(comparison.start_times)}."
    elif pairing.odds is not None:
        how = (
            f"{n} reps paired by order. The counts differ; the velocities tell which rep has no partner "
            f"(this alignment is {_odds(pairing.odds)} times as likely as the next). The pairs were chosen "
            "to agree, so that they agree a little too well."
        )
    else:
        how = f"{n} reps paired by order: there is no common clock."
    alone = [
        f"without a partner: {_numbers(numbers)} of {side.name}"
        for side, numbers in (
            (comparison.measured, pairing.alone_measured),
            (comparison.reference, pairing.alone_reference),
        )
        if numbers
    ]
    return f"{how} {_sentence('; '.join(alone))}".strip()


def _apart(starts: Agreement | None) -> str:
    """Say how far apart they begin: two clocks that agree leave what the definitions make of it."""
    if starts is None:
        return ""
    when = "later" if starts.mean_difference > 0 else "earlier"
    spread = "" if starts.sd_of_differences is None else f" ± {1000 * starts.sd_of_differences:.0f}"
    return f": the measured ones begin {1000 * abs(starts.mean_difference):.0f}{spread} ms {when}"


def _odds(odds: float) -> str:
    return f"{odds:.0f}" if odds < 1000 else "over 1000"


def _numbers(positions: tuple[int, ...]) -> str:
    return f"rep{'' if len(positions) == 1 else 's'} {', '.join(str(i + 1) for i in positions)}"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def meaning(comparison: Comparison) -> list[str]:
    """Say what each quantity's agreement means, and what else a reader should know."""
    words = [_of_quantity(name, one) for name, one in comparison.agreements.items()]
    words.append(definition_words(comparison.reference))
    pairs = max(one.pairs for one in comparison.agreements.values())
    if pairs < FEW_PAIRS:
        words.append(
            f"{pairs} pair{'' if pairs == 1 else 's'} of one lifter say little about the next set: compare "
            "ten or more, at several loads."
        )
    if any(one.correlation is not None for one in comparison.agreements.values()):
        words.append("A correlation says that both order the reps alike, not that they agree.")
    return [*words, *comparison.warnings, *comparison.measured.notes, *comparison.reference.notes]


def definition_words(reference: Side) -> str:
    """Say what a reference of this kind differs by whatever its errors."""
    return _DEFINITIONS[reference.kind]


def _of_quantity(name: str, one: Agreement) -> str:
    title, unit = QUANTITIES[name], unit_of(name)
    if one.mean_difference_interval is None or one.limits is None:
        return (
            f"{_capital(title)}: one pair, {one.mean_difference:+.{DECIMALS}f} {unit}; no more can be said."
        )
    low, high = one.mean_difference_interval
    size = f"{abs(one.mean_difference):.{DECIMALS}f} {unit}"
    if low <= 0 <= high:
        bias = f"no constant difference can be told from chance ({one.mean_difference:+.{DECIMALS}f} {unit})"
    else:
        bias = f"the measured one reads {size} {'higher' if one.mean_difference > 0 else 'lower'} on average"
    return (
        f"{_capital(title)}: {bias}; 95 % of single reps should differ by {one.limits[0]:+.{DECIMALS}f} to "
        f"{one.limits[1]:+.{DECIMALS}f} {unit}."
    )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
