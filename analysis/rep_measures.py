"""The measures of one rep that say how the bar was held and led, each with its standard deviation.

Definitions with their sources: ``docs/metrics.md``; names, units and signs: ``analysis/measures.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.results import Estimate

if TYPE_CHECKING:
    from analysis.results import Rep


def basic_measures(rep: Rep, why_no_forward: str, why_no_pitch: str) -> dict[str, Estimate]:
    """Give the fields of the definition profile as measures."""
    return {
        "forward_displacement_m": Estimate(
            rep.forward_drift_m,
            rep.forward_drift_sd_m,
            "" if rep.forward_drift_m is not None else why_no_forward,
        ),
        "uprightness_loss_rad": Estimate(
            rep.pitch_change_rad,
            rep.pitch_change_sd_rad,
            "" if rep.pitch_change_rad is not None else why_no_pitch,
        ),
        "lockout_ratio": Estimate(rep.lockout_ratio, rep.lockout_ratio_sd),
    }
