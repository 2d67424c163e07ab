"""Reading JSON that somebody else wrote, whatever is in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from analysis.imu import FloatArray
    from ingest.imports.source import ImportSource

_LARGEST = 1e30
"""Beyond all measurements: numbers like that are damage, and their squares would overflow."""


@dataclass(frozen=True, slots=True)
class JsonFileConfig:
    """Limits.

    Attributes
    ----------
    max_bytes : int
        Largest JSON file that is read, bytes. Objects of Python take up to 20 times the memory of their text;
        20 MB are over half an hour of a Verity Sense.
    """

    max_bytes: int = 20_000_000


def looks_like_json(source: ImportSource, *keys: str) -> bool:
    """Tell whether a file begins like a JSON object or list and holds all these keys."""
    start = source.data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start[:1] in (b"{", b"[") and all(f'"{key}"'.encode() in source.data for key in keys)


def read_json(source: ImportSource, config: JsonFileConfig | None = None) -> object:
    """Parse a file.

    Raises
    ------
    ImportFileError
        If it is too large or no JSON; the line is named.
    """
    config = config or JsonFileConfig()
    if len(source.data) > config.max_bytes:
        raise source.refused(f"is larger than {config.max_bytes // 1_000_000} MB; cut it into sets")
    try:
        return json.loads(source.text.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        what = f"is no JSON ({error.msg}); the file is cut off or was edited: export it again"
        raise source.refused(what, error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise source.refused(
            f"is no JSON that makes sense ({type(error).__name__}); export it again"
        ) from None


def number(value: object) -> float:
    """Take a JSON value, also a text, as a number; NaN where it is none or beyond all reason."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return np.nan
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return np.nan
    return result if abs(result) < _LARGEST else np.nan


def as_object(value: object) -> dict[str, object]:
    """Take a JSON value as an object; an empty one if it is none."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """Take a JSON value as a list; an empty one if it is none."""
    return cast("list[object]", value) if isinstance(value, list) else []


def numbers(value: object) -> FloatArray | None:
    """Take a JSON list as numbers, (N,), NaN where one is none; None if it is no list."""
    if not isinstance(value, list):
        return None
    return np.array([number(one) for one in as_list(cast("object", value))], dtype=np.float64)
