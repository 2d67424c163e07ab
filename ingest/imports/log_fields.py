"""Numbers and dates as other people's training logs write them: many ways, none of them guessed."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class FieldError(ValueError):
    """A field that cannot be read, with the reason and what to do; the caller knows file and line."""


def plain(text: str) -> str:
    """Reduce every space to a plain one and drop control characters: a file may hold terminal codes."""
    words = unicodedata.normalize("NFKC", text).split()
    return " ".join("".join(c for c in word if c.isprintable()) for word in words)


_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_AMBIGUOUS = re.compile(r"[+-]?[1-9],\d{3}")
"""One to nine, a comma, three digits: thousands or thousandths. Above nine thousands make no sense."""


def parse_number(text: str) -> float | None:
    """Read a number with a decimal point or comma; None where there is nothing.

    Raises
    ------
    FieldError
        If it is no number, or if its comma may stand for thousands.
    """
    text = plain(text)
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise FieldError(f"{text!r} is not a number")
    if _AMBIGUOUS.fullmatch(text):
        raise FieldError(f"{text!r} may be thousands or thousandths; write it with a decimal point")
    return float(text.replace(",", "."))


_MONTHS = {
    1: "jan ene gen",
    2: "feb fev",
    3: "mar mrt maa",
    4: "apr avr abr",
    5: "may mai mag mei",
    6: "jun juin giu",
    7: "jul juil lug",
    8: "aug ago aou",
    9: "sep set",
    10: "oct okt out ott",
    11: "nov",
    12: "dec dez dic",
}
"""How month names begin without accents: English, German, French, Spanish, Portuguese, Italian, Dutch."""
_MONTH_OF = {start: month for month, starts in _MONTHS.items() for start in starts.split()}

_TIME = (
    r"(?:(?:,? | ?T|, ?)(?:at |um |à |às |a las |kl\. )?"
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d+)?)?"
    r" ?(?P<half>[AaPp]\.? ?[Mm]\.?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?"
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})" + _TIME)
_YEAR_LAST = re.compile(r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<other>\d{1,2})(?P=mark)(?P<year>\d{4})" + _TIME)
_DAY_NAME = re.compile(
    r"(?P<day>\d{1,2})\.?(?: de)? (?P<name>[^\W\d_]+)\.?,?(?: de)? (?P<year>\d{4})" + _TIME
)
_NAME_DAY = re.compile(r"(?P<name>[^\W\d_]+)\.? (?P<day>\d{1,2})\.?,? (?P<year>\d{4})" + _TIME)
_YEARS = range(1950, 2101)


@dataclass(frozen=True, slots=True)
class DateReader:
    """Reads the dates of one file.

    Attributes
    ----------
    day_first : bool or None
        How ``03/04/2025`` is meant in this file; None where no date of it needs to know.
    """

    day_first: bool | None

    @classmethod
    def for_texts(cls, texts: Iterable[str], *, day_first: bool | None) -> DateReader:
        """Find out how the dates of a file are meant, from all of them.

        Parameters
        ----------
        texts : iterable of str
            Every date of the file.
        day_first : bool or None
            What the user says; None: find out.

        Raises
        ------
        FieldError
            If some dates can only be day first, others only month first; or if all can be either.
        """
        pairs = {
            (int(match["one"]), int(match["other"]))
            for text in texts
            if (match := _YEAR_LAST.fullmatch(plain(text))) and match["mark"] != "."
        }
        if day_first is not None or all(one == other for one, other in pairs):
            return cls(day_first)
        proves_day_first = any(one > 12 for one, _ in pairs)
        proves_month_first = any(other > 12 for _, other in pairs)
        if proves_day_first and proves_month_first:
            raise FieldError("some dates have the day first, others the month; export the log again")
        if not proves_day_first and not proves_month_first:
            one, other = min(pairs)
            raise FieldError(
                f"dates such as {one:02}/{other:02} may be day and month or month and day; "
                "say which with --date-order day-first or month-first"
            )
        return cls(proves_day_first)

    def read(self, text: str) -> dt.datetime:
        """Read a date with or without a time, as on the lifter's clock; a time zone is ignored.

        Raises
        ------
        FieldError
            If the text is no date in a known form, or the date does not exist.
        """
        text = plain(text)
        for form in (_YEAR_FIRST, _YEAR_LAST, _DAY_NAME, _NAME_DAY):
            if match := form.fullmatch(text):
                return self._moment(match, text)
        raise FieldError(
            f"{text!r} is not a date in a known form, such as 2025-09-15 07:48:00 or 15 Sep 2025, 07:48"
        )

    def _moment(self, match: re.Match[str], text: str) -> dt.datetime:
        parts = match.groupdict()
        if "one" in parts:
            day_first = True if parts["mark"] == "." else self.day_first
            month, day = (parts["other"], parts["one"]) if day_first else (parts["one"], parts["other"])
        elif "name" in parts:
            month, day = _month_of(parts["name"]), parts["day"]
        else:
            month, day = parts["month"], parts["day"]
        year, hour = int(parts["year"]), _hour_of(parts["hour"], parts["half"], text)
        if year not in _YEARS:
            raise FieldError(f"{text!r} lies in the year {year}")
        try:
            return dt.datetime(  # noqa: DTZ001 -- logs have no time zone
                year, int(month), int(day), hour, int(parts["minute"] or 0), int(parts["second"] or 0)
            )
        except ValueError:
            raise FieldError(f"{text!r} is a date or a time that does not exist") from None


def _month_of(name: str) -> int:
    letters = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    for length in (4, 3):  # juin and juil differ in the fourth letter
        if month := _MONTH_OF.get(letters[:length]):
            return month
    raise FieldError(f"{name!r} is not a month in a known language; use dates such as 2025-09-15")


def _hour_of(hour: str | None, half: str | None, text: str) -> int:
    number = int(hour or 0)
    if half is None:
        return number
    if not 1 <= number <= 12:
        raise FieldError(f"{text!r} is a date or a time that does not exist")
    return number % 12 + (12 if half[0] in "pP" else 0)
