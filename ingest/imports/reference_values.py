"""Which values of other instruments can be true at all."""

from __future__ import annotations

import math

_LIMITS = {"velocity": (0.0, 8.0), "range": (0.0, 3.0), "load": (0.0, 1000.0)}
"""m/s, m, kg. A snatch is pulled at 2.5 m/s, a light throw reaches 4; no lift is longer than a tall man's
reach, and the heaviest lifts are under 600 kg. Beyond these a device or an app failed."""


def possible(value: float, kind: str) -> float | None:
    """Pass a value on that can be true; None for anything else: nothing, not finite, zero, absurd.

    Parameters
    ----------
    value : float
        SI unit; NaN where there is none.
    kind : str
        ``"velocity"``, ``"range"`` or ``"load"``.
    """
    least, most = _LIMITS[kind]
    return float(value) if math.isfinite(value) and least < value <= most else None
