"""The terminal that the commands write to."""

from __future__ import annotations

from rich.console import Console


def terminal(*, stderr: bool = False) -> Console:
    """Open standard output, or the standard error, for text that stands as it is.

    Rich would otherwise make a picture of ``:CD:``, which certificates' fingerprints and sensors' addresses
    have in them.
    """
    return Console(stderr=stderr, emoji=False)
