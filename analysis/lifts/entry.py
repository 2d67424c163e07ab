"""What the catalogue says about a lift: the type of its entries."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from analysis.errors import InvalidExerciseError
from analysis.lifts.names import words_of
from analysis.measures import MEASURES

if TYPE_CHECKING:
    from analysis.velocity_priors import VelocityPrior

MAX_ROM_M = 3.0
"""No bar travels further in a rep, m."""


class FirstPhase(StrEnum):
    """Which way the bar goes first (design section 7)."""

    DOWN = "down"
    UP = "up"


class StartsFrom(StrEnum):
    """What carries the bar between sets."""

    RACK = "rack"
    FLOOR = "floor"


class Role(StrEnum):
    """What a lift is to the upper back, as a coach sees it (Lift Big Eat Big, "Upper Back Training")."""

    BUILDER = "upper_back_builder"
    """Trains the upper back."""
    DEPENDENT = "upper_back_dependent"
    """Needs the upper back: to stay upright, to rein the bar in, to press from."""
    BOTH = "both"
    NEITHER = "neither"


class LiftGroup(StrEnum):
    """What the programme audit counts a lift as."""

    SNATCH = "snatch"
    """The snatch, its variations and its pulls, with a barbell."""
    CLEAN = "clean"
    """The clean, its variations and its pulls, with a barbell."""
    ROW = "row"
    PULL_UP = "pull_up"
    """Pull-ups and chin-ups: the load is what is added to the body."""
    PULLDOWN = "pulldown"
    ASSISTANCE = "assistance"
    """Face pulls, rear shoulders, shrugs, pullovers, one-hand snatches: too small to carry strength."""
    OTHER = "other"
    """Trains something else first. Squats and deadlifts too, although they load the upper back."""


PATH = ("forward_displacement_m", "path_consistency_m")
"""The parts of a lift of which nothing better is known."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One lift.

    Attributes
    ----------
    id : str
        Stable identifier, as on the command line and in stored results: small letters, digits, underscores.
    name : str
        For people.
    first_phase : FirstPhase
        Down-first lifts close a rep at the end of the ascent, up-first lifts when the bar is back down.
    starts_from : StartsFrom
        Rack or floor.
    usual_rom_m : tuple of 2 float
        Smallest and largest plausible range of motion, m.
    concentric_sign : int
        +1 where the concentric phase goes up, -1 where it goes down (pulldown).
    main_velocity : str
        "mean" or "peak": the velocity that people train this lift by.
    parts : tuple of str
        The measures (`analysis.measures.MEASURES`) by which stability in this lift is judged; the first is
        the primary one. Others that apply are shown and not judged.
    fixed_end : bool
        The bar turns about one fixed end: its speed is that along its arc.
    role : Role
        What the lift is to the upper back.
    trains : str
        What it trains, in a few words for people.
    group : LiftGroup
        What the programme audit counts it as.
    one_rm_velocity : VelocityPrior or None
        Its `main_velocity` in a one-repetition maximum (1RM), the "minimum velocity threshold", with its
        source and how sure it is; None: not known, and then there is no load-velocity profile.
    aliases : tuple of str
        Other names, as Hevy and Strong write them. Case, punctuation, plurals and the order of the words do
        not matter; the lift's own name needs no alias.
    """

    id: str
    name: str
    first_phase: FirstPhase
    starts_from: StartsFrom
    usual_rom_m: tuple[float, float]
    concentric_sign: int = 1
    main_velocity: str = "mean"
    parts: tuple[str, ...] = PATH
    fixed_end: bool = False
    role: Role = Role.NEITHER
    trains: str = ""
    group: LiftGroup = LiftGroup.OTHER
    one_rm_velocity: VelocityPrior | None = None
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the contract.

        Raises
        ------
        InvalidExerciseError
            Naming the field and what is allowed.
        """
        if not (re.fullmatch(r"[a-z][a-z0-9_]*", self.id) and len(self.id) <= 64):
            raise InvalidExerciseError(
                "id", f"{self.id!r} is not up to 64 small letters, digits and underscores, a letter first"
            )
        if not words_of(self.name):
            raise InvalidExerciseError("name", "must have a letter or digit")
        if not all(words_of(alias) for alias in self.aliases):
            raise InvalidExerciseError("aliases", "each must have a letter or digit")
        low, high = self.usual_rom_m
        if not (math.isfinite(low) and 0 < low < high <= MAX_ROM_M):
            raise InvalidExerciseError(
                "usual_rom_m", f"{low:g} and {high:g} are not two growing numbers between 0 and {MAX_ROM_M:g}"
            )
        if self.concentric_sign not in {-1, 1}:
            raise InvalidExerciseError("concentric_sign", f"{self.concentric_sign} is none of 1, -1")
        if self.main_velocity not in {"mean", "peak"}:
            raise InvalidExerciseError("main_velocity", f"{self.main_velocity!r} is none of mean, peak")
        self._check_parts()

    def _check_parts(self) -> None:
        judged = sorted(measure.id for measure in MEASURES.values() if not measure.research)
        if unknown := [part for part in self.parts if part not in judged]:
            raise InvalidExerciseError("parts", f"{unknown[0]!r} is none of {', '.join(judged)}")
        if len(set(self.parts)) < len(self.parts):
            raise InvalidExerciseError("parts", "each may be named once")

    @property
    def profile_prior(self) -> VelocityPrior | None:
        """What a load-velocity profile starts from; it follows mean velocity, a peak is no use to it."""
        return self.one_rm_velocity if self.main_velocity == "mean" else None
