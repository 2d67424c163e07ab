"""What the browser gets and says of a set's goal, and of the advice that follows from it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, model_validator

from analysis.errors import InvalidGoalError
from analysis.exercises import CATALOGUE
from analysis.set_goal import MEAN, SetAdvice, SetGoal, StopKind, Zone, advise
from server.rep_schemas import Model, Number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analysis.results import Rep


class GoalModel(Model):
    """What a set is meant to be; fields as in `analysis.set_goal.SetGoal`."""

    velocity_loss_stop_fraction: Number = None
    target_mps: tuple[float, float] | None = None
    min_velocity_mps: Number = None
    reps: int | None = None
    velocity_feedback: bool = True

    @classmethod
    def of(cls, goal: SetGoal | None) -> GoalModel | None:
        """Convert a goal."""
        return None if goal is None else cls.model_validate(goal)


class GoalRequest(BaseModel):
    """What the lifter says a set is meant to be; null: no such limit."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    velocity_loss_stop_fraction: float | None = None
    target_mps: tuple[float, float] | None = None
    min_velocity_mps: float | None = None
    reps: StrictInt | None = None
    velocity_feedback: StrictBool = True

    @model_validator(mode="after")
    def _is_a_goal(self) -> GoalRequest:
        try:
            self.to_goal()
        except InvalidGoalError as error:
            raise ValueError(str(error)) from error
        return self

    def to_goal(self) -> SetGoal:
        """Convert to the signal core's goal.

        Raises
        ------
        InvalidGoalError
            If a value is outside its bounds.
        """
        return SetGoal(**dict(self))


class RepAdviceModel(Model):
    """One rep against the goal; fields as in `analysis.set_goal.RepAdvice`."""

    velocity_mps: Number
    sd_mps: Number
    zone: Zone | None
    named_zone: str | None


class AdviceModel(Model):
    """How a set stands against its goal; fields as in `analysis.set_goal.SetAdvice`."""

    main_velocity: str
    reps: tuple[RepAdviceModel, ...]
    loss_fraction: Number
    loss_sd: Number
    stop_probability: Number
    stop: bool
    stop_kind: StopKind | None
    stopped_at: int | None
    can_tell: bool
    reason: str

    @classmethod
    def of(cls, advice: SetAdvice | None) -> AdviceModel | None:
        """Convert advice."""
        return None if advice is None else cls.model_validate(asdict(advice))

    @classmethod
    def among(
        cls, reps: Sequence[Rep], excluded: Mapping[int, str], goal: SetGoal | None, exercise_id: str | None
    ) -> AdviceModel | None:
        """Advise on the reps that count; in the answer the others have a place too, without a zone."""
        places = [place for place, rep in enumerate(reps) if rep.index not in excluded]
        advice = advice_on([reps[place] for place in places], goal, exercise_id)
        model = cls.of(advice)
        if advice is None or model is None or len(places) == len(reps):
            return model
        told = dict(zip(places, model.reps, strict=True))
        nothing = RepAdviceModel(velocity_mps=None, sd_mps=None, zone=None, named_zone=None)
        return model.model_copy(
            update={
                "reps": tuple(told.get(place, nothing) for place in range(len(reps))),
                "stopped_at": None if advice.stopped_at is None else places[advice.stopped_at],
            }
        )


def advice_on(reps: Sequence[Rep], goal: SetGoal | None, exercise_id: str | None) -> SetAdvice | None:
    """Advise by the velocity that the lift is trained by; None without a goal."""
    if goal is None:
        return None
    lift = CATALOGUE.get(exercise_id or "")
    return advise(reps, goal, MEAN if lift is None else lift.main_velocity)
