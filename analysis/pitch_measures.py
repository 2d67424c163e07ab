"""Measures of one rep that lie in the bar's turns: pitch of the shaft, and tilt out of level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from analysis.config import AnalysisConfig
    from analysis.rep_motion import Numbers, RepMotion

PITCH_IDS = ("uprightness_loss_rad", "ascent_pitch_rad", "rounding_rad")
TILT_IDS = ("tilt_rad", "side_velocity_difference_mps")


def pitch_numbers(motion: RepMotion) -> Numbers:
    """Work out the measures of the shaft's pitch; nothing where that is not resolvable."""
    if motion.pitch_rad is None:
        return {}
    phases, pitch = motion.phases, motion.pitch_rad
    standing, half = pitch[phases.first.start], motion.half_way()
    deepest, ascent = pitch[phases.turn], phases.concentric.start
    from_turn = pitch[phases.turn : max(half, phases.turn) + 1]
    return {
        "uprightness_loss_rad": float(deepest - standing),
        "ascent_pitch_rad": float(pitch[ascent : max(half, ascent) + 1].mean() - standing),
        "rounding_rad": float(from_turn.max() - deepest),
    }


def tilt_numbers(motion: RepMotion, config: AnalysisConfig) -> Numbers:
    """Work out the measures of the bar's tilt; nothing where that is not resolvable."""
    if motion.tilt_rad is None or motion.tilt_radps is None:
        return {}
    phase, tilt, start = motion.phases.concentric, motion.tilt_rad, motion.phases.first.start
    cut = slice(phase.start, phase.stop + 1)
    return {
        "tilt_rad": float(np.abs(tilt[cut] - tilt[start]).max()),
        "side_velocity_difference_mps": config.measures.grip_distance_m
        * float(np.abs(motion.tilt_radps[cut]).max()),
    }
