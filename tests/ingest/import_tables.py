"""Writes tables as other programs do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def save(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(header, columns, delimiter=",", end="\n", formats=None):
    """Join a header and columns of numbers or texts to a table."""
    formats = formats or {}
    lines = [
        delimiter.join(
            cell if isinstance(cell, str) else format(cell, formats.get(place, ".6f"))
            for place, cell in enumerate(row)
        )
        for row in zip(*columns, strict=True)
    ]
    return end.join([header, *lines]) + end
