"""Lifts of the user's own: one TOML file per lift in ``lifts/`` of the data folder, by its id.

Template and meaning of the fields: ``docs/exercises.md``. A file that cannot be read stops the program: a
set that is stored under a lift that is not there would be lost from every list.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from analysis.errors import InvalidFieldError
from analysis.exercises import Exercise, FirstPhase, LiftGroup, Role, StartsFrom
from analysis.lifts.entry import PATH
from analysis.velocity_priors import Confidence, VelocityPrior
from ingest.errors import LiftFileError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Choice = TypeVar("Choice", bound=StrEnum)

KEYS: Final = {
    "name": True,
    "first": True,
    "starts_from": True,
    "usual_rom_m": True,
    "concentric": False,
    "moves": False,
    "main_velocity": False,
    "parts": False,
    "role": False,
    "trains": False,
    "group": False,
    "aliases": False,
    "one_rm_velocity": False,
}
"""What a file may say, and whether it must."""

VELOCITY_KEYS: Final = {
    "mps": True,
    "sd_mps": True,
    "source": True,
    "confidence": True,
    "bend": False,
    "bend_sd": False,
}
"""The same of its table ``[one_rm_velocity]``."""

BEND, BEND_SD = 0.0, 0.15
"""About straight, as in most lifts, where a file does not say."""


class _Moves(StrEnum):
    """How the bar moves: freely, or about one fixed end."""

    FREELY = "freely"
    ON_AN_ARC = "on an arc"


class _Concentric(StrEnum):
    UP = "up"
    DOWN = "down"


class _Velocity(StrEnum):
    MEAN = "mean"
    PEAK = "peak"


def lift_paths(folder: Path) -> list[Path]:
    """List the lift files of a folder by name; none if there is no such folder."""
    return sorted(folder.glob("*.toml"))


def read_lift_file(path: Path) -> Exercise:
    """Read one lift; its id is the file's name.

    Raises
    ------
    LiftFileError
        With what is wrong and what is allowed.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LiftFileError(path, f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise LiftFileError(path, "is not UTF-8 text") from error
    except tomllib.TOMLDecodeError as error:
        raise LiftFileError(path, f"is not TOML: {error}") from error
    try:
        return _lift(path.stem, _Table(content, "", KEYS))
    except InvalidFieldError as error:
        hint = "; the id is the file's name" if error.field == "id" else ""
        raise LiftFileError(path, f"{error}{hint}") from error


def _lift(exercise_id: str, table: _Table) -> Exercise:
    low, high = table.numbers("usual_rom_m", 2)
    return Exercise(
        id=exercise_id,
        name=table.text("name"),
        first_phase=table.one_of("first", FirstPhase),
        starts_from=table.one_of("starts_from", StartsFrom),
        usual_rom_m=(low, high),
        concentric_sign=1 if table.one_of("concentric", _Concentric, _Concentric.UP) == "up" else -1,
        main_velocity=table.one_of("main_velocity", _Velocity, _Velocity.MEAN).value,
        parts=table.texts("parts", PATH),
        fixed_end=table.one_of("moves", _Moves, _Moves.FREELY) is _Moves.ON_AN_ARC,
        role=table.one_of("role", Role, Role.NEITHER),
        trains=table.text("trains", ""),
        group=table.one_of("group", LiftGroup, LiftGroup.OTHER),
        one_rm_velocity=_velocity(table.table("one_rm_velocity", VELOCITY_KEYS)),
        aliases=table.texts("aliases"),
    )


def _velocity(table: _Table | None) -> VelocityPrior | None:
    if table is None:
        return None
    mps, sd_mps = table.number("mps"), table.number("sd_mps")
    if not 0.0 < mps < 3.0:
        raise InvalidFieldError("one_rm_velocity.mps", f"{mps:g} is not within 0 and 3")
    if not 0.0 < sd_mps < 1.0:
        raise InvalidFieldError("one_rm_velocity.sd_mps", f"{sd_mps:g} is not within 0 and 1")
    return VelocityPrior(
        mps,
        sd_mps,
        table.number("bend", BEND),
        table.number("bend_sd", BEND_SD),
        table.text("source"),
        table.one_of("confidence", Confidence),
    )


class _Table:
    """A table of TOML, read with types; every error names the key and what is allowed."""

    def __init__(self, content: dict[str, Any], where: str, keys: dict[str, bool]) -> None:
        self._content = content
        self._where = where
        for key in content:
            if key not in keys:
                raise InvalidFieldError(where + key, f"is not known; known are {', '.join(keys)}")
        for key, is_needed in keys.items():
            if is_needed and key not in content:
                raise InvalidFieldError(where + key, "is missing")

    def text(self, key: str, default: str | None = None) -> str:
        value = self._content.get(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, value, "a text in quotes")
        if not value.strip() and default is None:
            raise InvalidFieldError(self._where + key, "must not be empty")
        return value.strip()

    def texts(self, key: str, default: Sequence[str] = ()) -> tuple[str, ...]:
        value: object = self._content.get(key, list(default))
        if not isinstance(value, list):
            raise self._wrong(key, value, 'a list of texts, such as ["one", "two"]')
        items = cast("list[object]", value)
        for item in items:
            if not isinstance(item, str):
                raise self._wrong(key, item, "a text in quotes")
        return tuple(str(item) for item in items)

    def number(self, key: str, default: float | None = None) -> float:
        return self._number(key, self._content.get(key, default))

    def numbers(self, key: str, n: int) -> Sequence[float]:
        value: object = self._content[key]
        if not isinstance(value, list):
            raise self._wrong(key, value, f"a list of {n} numbers")
        items = cast("list[object]", value)
        if len(items) != n:
            raise InvalidFieldError(self._where + key, f"must have {n} numbers, not {len(items)}")
        return [self._number(key, item) for item in items]

    def one_of(self, key: str, kind: type[Choice], default: Choice | None = None) -> Choice:
        value: object = self._content.get(key, default)
        try:
            return kind(value)
        except ValueError:
            raise InvalidFieldError(
                self._where + key, f"{value!r} is none of {', '.join(repr(str(one)) for one in kind)}"
            ) from None

    def table(self, key: str, keys: dict[str, bool]) -> _Table | None:
        value: object = self._content.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._wrong(key, value, f"a table [{key}]")
        return _Table(cast("dict[str, Any]", value), f"{self._where}{key}.", keys)

    def _number(self, key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, value, "a number")
        return float(value)

    def _wrong(self, key: str, value: object, wanted: str) -> InvalidFieldError:
        return InvalidFieldError(self._where + key, f"{value!r} is not {wanted}")
