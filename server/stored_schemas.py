"""What the browser gets of stored sessions and sets: as the live screen, and what people said of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analysis.stability.judgement import LiftVerdict
from server.annotations import SplitRep
from server.regrouping_edits import made_by_hand
from server.rep_schemas import Model, Number, RepModel
from server.schemas import SessionModel, SetModel, exercise_name

if TYPE_CHECKING:
    from server.annotations import Regrouping
    from server.stored import StoredSession, StoredSet


class EditedSetModel(SetModel):
    """A set with corrections applied, beside what was labelled.

    ``analysed_exercise_id`` is the lift as which its reps were found; it differs from ``exercise_id`` where
    the recording was not there when the lift was corrected. ``velocity_feedback`` is what holds for the set,
    ``own_velocity_feedback`` what was said of it alone.
    """

    labelled_exercise_id: str | None
    labelled_exercise_name: str | None
    labelled_load_kg: Number
    analysed_exercise_id: str | None
    rpe: Number
    note: str
    velocity_feedback: bool | None = None
    own_velocity_feedback: bool | None = None

    @classmethod
    def of_stored(cls, item: StoredSet) -> EditedSetModel:
        """Convert a stored set."""
        summary = replace(item.summary, velocity_feedback=item.velocity_feedback)
        whole = dict(SetModel.of_summary(summary, excluded=item.excluded))
        made = made_by_hand(summary.reps, item.regroupings)
        reps = tuple(_made(rep, made.get(rep.index)) for rep in whole.pop("reps"))
        return cls(
            **whole,
            reps=reps,
            labelled_exercise_id=item.labelled.exercise_id,
            labelled_exercise_name=exercise_name(item.labelled.exercise_id),
            labelled_load_kg=item.labelled.load_kg,
            analysed_exercise_id=item.analysed_exercise_id,
            rpe=item.rpe,
            note=item.note,
            own_velocity_feedback=item.own_velocity_feedback,
        )


def _made(rep: RepModel, wish: Regrouping | None) -> RepModel:
    if wish is None:
        return rep
    how = "split" if isinstance(wish, SplitRep) else "merged"
    return rep.model_copy(update={"made": how, "made_reason": wish.reason})


class SessionDetailModel(Model):
    """A whole session, in the form that the live snapshot has too."""

    session: SessionModel
    sets: tuple[EditedSetModel, ...]
    verdicts: tuple[LiftVerdict, ...]

    @classmethod
    def of(cls, found: StoredSession, verdicts: tuple[LiftVerdict, ...]) -> SessionDetailModel:
        """Convert a stored session with what is to be said of it."""
        return cls(
            session=SessionModel.of(found.recording),
            sets=tuple(EditedSetModel.of_stored(item) for item in found.stored_sets),
            verdicts=verdicts,
        )


class StoredSetModel(Model):
    """One closed set with the session that it belongs to.

    ``notice`` says after an edit what could not be done.
    """

    session: SessionModel
    set: EditedSetModel
    notice: str = ""

    @classmethod
    def of(cls, item: StoredSet, notice: str = "") -> StoredSetModel:
        """Convert a stored set."""
        return cls(session=SessionModel.of(item.recording), set=EditedSetModel.of_stored(item), notice=notice)


class SetLineModel(StoredSetModel):
    """One line of a list of sets: the set's reps are left out, and these stand for those that count."""

    n_reps: int
    best_mean_velocity_mps: Number

    @classmethod
    def of_line(cls, item: StoredSet) -> SetLineModel:
        """Convert a stored set."""
        lean = replace(item, summary=replace(item.summary, reps=()))
        return cls(
            session=SessionModel.of(item.recording),
            set=EditedSetModel.of_stored(lean),
            n_reps=len(item.reps),
            best_mean_velocity_mps=best_mps(item),
        )


def best_mps(item: StoredSet) -> float | None:
    """Return the best mean velocity of the reps that count, m/s."""
    return max((rep.mean_concentric_velocity_mps for rep in item.reps), default=None)
