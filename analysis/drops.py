"""Was the bar let go? A falling sensor feels no weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.filters import runs
from analysis.imu import STANDARD_GRAVITY_MPS2, MountPosition

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig
    from analysis.definitions import Phase
    from analysis.imu import Mount
    from analysis.measure_config import MeasureConfig
    from analysis.quality import RepFacts
    from analysis.samples import Samples


def falls_freely(samples: Samples, start: int, stop: int, config: MeasureConfig) -> bool:
    """Tell whether the bar falls freely between two samples."""
    force = np.linalg.norm(samples.specific_force_mps2[start:stop], axis=1)
    free = (force < config.free_fall_fraction * STANDARD_GRAVITY_MPS2) & ~samples.lost[start:stop]
    least = config.free_fall_s * samples.rate_hz
    return any(last - first >= least for first, last in runs(free))


def was_dropped(facts: RepFacts, second: Phase | None, mount: Mount, config: AnalysisConfig) -> bool | None:
    """Tell whether the bar was let go after a rep's concentric phase, before it had landed.

    Parameters
    ----------
    facts : RepFacts
        The rep.
    second : Phase or None
        Its second phase, if that was seen.
    mount : Mount
        A wrist does not fall with the bar.
    config : AnalysisConfig
        What falling freely is.

    Returns
    -------
    bool or None
        None on a wrist, and where the samples end first.
    """
    if mount.position is MountPosition.WRIST:
        return None
    samples, limits = facts.motion.samples, config.measures
    reach = facts.concentric.stop + round(limits.free_fall_reach_s * samples.rate_hz)
    after = second is not None and second.stop > facts.concentric.stop
    stop = min(second.stop if second is not None and after else reach, len(samples))
    if falls_freely(samples, facts.concentric.stop, stop, limits):
        return True
    return None if not after and reach > len(samples) else False
