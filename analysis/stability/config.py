"""Every tuned number of the statistics of stability."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StabilityConfig:
    """When there is a baseline, what counts as a change, and how sure a word must be.

    Attributes
    ----------
    sessions_needed, reps_needed : int
        A baseline rests on at least so many sessions and fresh reps (project brief: 3 and 15).
    fresh_sets, fresh_reps : int
        Un-fatigued first working reps: the first so many working sets of a session, and of each the first so
        many reps. 2 to 4 sets: fewer leave the set-to-set scatter unknown, more are not fresh; 2 to 5 reps.
    working_fraction : float
        Lighter sets than this fraction of the session's heaviest are warm-ups. 0.7 to 0.9.
    baseline_days : float
        Older sessions are left out of a baseline, days. 60 to 365: a training block or two.
    effect_scatters : float
        How far the effects of load and velocity may go beforehand: standard deviation of the shift, in
        standard deviations of an ordinary set, per ``effect_velocity_mps`` and per ``effect_load_fraction``.
        0.25 to 2. Wide intervals where a session is much slower than the baseline come from here.
    effect_velocity_mps, effect_load_fraction : float
        See above.
    sets_for_line : int
        From so many means on their own scatter about the line says how uncertain it is, by Student's t; below
        that the lifter's baseline does (measured elsewhere: with 3 or 4 means a bootstrap by clusters covers
        70 to 87 % where it promises 90).
    primary_alpha, others_alpha : float
        Error rates, two-sided: of the primary part, and of all others together (Holm). Their sum is what a
        session in which nothing changed is called a change: at most 0.05 by the brief.
    sets_alpha : float
        Of the sets of the primary part together, where the session as a whole shows no change (Holm). 0.005
        to 0.02: with the two above at most 0.05.
    day_alpha : float
        Of the day as a whole against the lifter's ordinary days, primary part. A claim of its own, not about
        a change within the day, as rare as one about a single set: 0.005 to 0.02.
    clear_factor : float
        "Clearly" needs a p-value this many times smaller than "probably". 3 to 10.
    between_session_share : float
        Smallest worthwhile change in standard deviations between sessions (0.2: Hopkins' convention).
    level : float
        Of every interval that is shown.
    largest_z : float
        Sets and reps beyond it count as this far off in the index, in robust standard deviations. 8 to 20:
        the index ends at 0 there.
    least_reliability : float
        Weight in the index of a part whose scatter is all measurement error. 0.01 to 0.2.
    """

    sessions_needed: int = 3
    reps_needed: int = 15
    fresh_sets: int = 3
    fresh_reps: int = 3
    working_fraction: float = 0.8
    baseline_days: float = 180.0
    effect_scatters: float = 0.5
    effect_velocity_mps: float = 0.1
    effect_load_fraction: float = 0.1
    sets_for_line: int = 5
    primary_alpha: float = 0.025
    others_alpha: float = 0.015
    sets_alpha: float = 0.01
    day_alpha: float = 0.01
    clear_factor: float = 5.0
    between_session_share: float = 0.2
    level: float = 0.90
    largest_z: float = 10.0
    least_reliability: float = 0.05
