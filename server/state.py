"""Reduces the events of a session to the state that a browser needs to draw everything at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from analysis.imu import Gap, SetLabel
from analysis.summary import velocity_loss
from server.annotating import AnnotatedSet, annotate_set, counting, excluded_of
from server.annotations import SessionAnnotation, match_sets
from server.goal_schemas import AdviceModel, GoalModel
from server.judging import judged_alone, typical_alone
from server.messages import (
    DiskNotice,
    EditMessage,
    GapMessage,
    HealthMessage,
    LabelMessage,
    LinkMessage,
    ProgressMessage,
    ProgressModel,
    RepMessage,
    SessionMessage,
    SetMessage,
    SnapshotMessage,
)
from server.schemas import (
    ChangeModel,
    LabelModel,
    LinkModel,
    OpenSetModel,
    RepModel,
    SessionModel,
    SetModel,
    exercise_name,
)
from server.set_place import SetPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from analysis.events import RepFinished, SetProgress
    from analysis.results import Rep, SetSummary
    from analysis.stability.judgement import LiftVerdict
    from analysis.stability.typical import Typical
    from server.annotations import SetAnnotation
    from server.session import LinkStatus, RecordingInfo
    from server.stored import StoredSet

    JudgesSession: TypeAlias = Callable[[RecordingInfo, Sequence[SetSummary]], tuple[LiftVerdict, ...]]
    TellsTypical: TypeAlias = Callable[[RecordingInfo, SetLabel, Sequence[SetSummary]], Typical | None]


@dataclass(frozen=True, slots=True)
class LiveEdits:
    """What people said of the session on the screens.

    Attributes
    ----------
    annotation : SessionAnnotation
        See there.
    undo, redo : ChangeModel or None
        What undo and redo would do next.
    stored : mapping of int to StoredSet
        Closed sets as the store has them, by index.
    version : int
        Of two, the newer has the higher one.
    """

    annotation: SessionAnnotation = field(default_factory=SessionAnnotation)
    undo: ChangeModel | None = None
    redo: ChangeModel | None = None
    stored: Mapping[int, StoredSet] = field(default_factory=dict[int, "StoredSet"])
    version: int = 0


@dataclass(slots=True)
class _OpenSet:
    """The set that is being lifted."""

    index: int
    label: SetLabel
    reps: list[Rep]
    excluded: dict[int, str] = field(default_factory=dict[int, str])

    @property
    def place(self) -> SetPlace:
        """Where it is, as edits want it."""
        return SetPlace(self.index, self.reps[0].start_s, _end_s(self.reps[-1]), tuple(self.reps))

    def model(self) -> OpenSetModel:
        """Say it to the browser."""
        lift = self.label.exercise_id
        return OpenSetModel(
            index=self.index,
            exercise_id=lift,
            exercise_name=exercise_name(lift),
            load_kg=self.label.load_kg,
            goal=GoalModel.of(self.label.goal),
            advice=AdviceModel.among(self.reps, self.excluded, self.label.goal, lift),
            reps=tuple(RepModel.of(rep, self.excluded.get(rep.index, "")) for rep in self.reps),
            velocity_loss_fraction=velocity_loss(counting(tuple(self.reps), self.excluded)),
        )


@dataclass(frozen=True, slots=True)
class _ClosedSet:
    """A set that is over: as it was measured, and as people corrected it."""

    analysed: SetSummary
    summary: SetSummary
    excluded: Mapping[int, str]
    model: SetModel

    @classmethod
    def of(cls, analysed: SetSummary, edited: AnnotatedSet) -> _ClosedSet:
        """Take a set with its corrections."""
        model = SetModel.of_summary(edited.summary, edited.excluded)
        return cls(analysed, edited.summary, edited.excluded, model)

    @property
    def place(self) -> SetPlace:
        """Where it is, as edits want it."""
        one = self.summary
        return SetPlace(one.index, one.start_s, one.end_s, one.reps)

    @property
    def counting(self) -> SetSummary:
        """The set with the reps that count, as the statistics want it."""
        return replace(self.summary, reps=counting(self.summary.reps, self.excluded))


@dataclass(slots=True)
class _Progress:
    """What a session has gathered so far; a new session starts with an empty one."""

    label: SetLabel = field(default_factory=SetLabel)
    open_set: _OpenSet | None = None
    closed: dict[int, _ClosedSet] = field(default_factory=dict[int, _ClosedSet])
    verdicts: tuple[LiftVerdict, ...] = ()
    edits: LiveEdits = field(default_factory=LiveEdits)
    n_gaps: int = 0
    gap_samples: int = 0
    typical: Typical | None = None
    typical_for: tuple[str | None, float | None, int, int] | None = None
    set_progress: SetProgress | None = None
    last_rep_end_s: float | None = None


class LiveState:
    """The live session as of the last event.

    Each method takes one event and returns the message that says the same to a browser.

    Parameters
    ----------
    judge : callable
        Says what is to be said of the sets of a session.
    typical : callable
        Says what is typical of a rep of the lift that is lifted.
    """

    def __init__(self, judge: JudgesSession = judged_alone, typical: TellsTypical = typical_alone) -> None:
        self._judge, self._tell_typical = judge, typical
        self._progress = _Progress()
        self._recording: RecordingInfo | None = None
        self.session: SessionModel | None = None
        """The session that runs, if any."""
        self.link: LinkModel | None = None
        """The last known state of the link."""
        self.disk: DiskNotice | None = None
        """What is wrong with the disk, if anything."""
        self.newest_s: float | None = None
        """Time of the newest sample, s; told by whoever sees them all."""

    @property
    def losses(self) -> tuple[int, int]:
        """Gaps and the samples that are missing in them, of the session that runs or ran last."""
        return self._progress.n_gaps, self._progress.gap_samples

    def start(self, recording: RecordingInfo) -> SessionMessage:
        """Begin a session: everything of the last one leaves the screen."""
        self._progress = _Progress()
        self._recording, self.newest_s = recording, None
        self.session = SessionModel.of(recording)
        return SessionMessage(session=self.session)

    def end(self) -> SessionMessage:
        """End the session; its sets stay on the screen until the next one starts."""
        self.session = None
        return SessionMessage(session=None)

    def take_link(self, status: LinkStatus) -> LinkMessage:
        """Note the state of the link."""
        self.link = LinkModel.of(status)
        return LinkMessage(link=self.link)

    def take_disk(self, notice: DiskNotice | None) -> HealthMessage:
        """Note what is wrong with the disk; None: nothing."""
        self.disk = notice
        return HealthMessage(disk=notice)

    def take_label(self, label: SetLabel) -> LabelMessage:
        """Note what the next set is."""
        self._progress.label = label
        return LabelMessage(label=LabelModel.of(label), typical=self._typical(label))

    def take_progress(self, progress: SetProgress) -> ProgressMessage:
        """Note that a set opened by itself, or will close."""
        self._progress.set_progress = progress
        self._typical(
            self._progress.label
        )  # takes a while the first time: better now than with the first rep
        return ProgressMessage(progress=ProgressModel.model_validate(progress))

    def take_rep(self, event: RepFinished) -> RepMessage:
        """Add a rep to the open set, or open the next set with it."""
        label = SetLabel(event.exercise_id, event.load_kg, event.goal)
        open_set = self._progress.open_set
        if open_set is None or open_set.index != event.set_index:
            open_set = self._progress.open_set = _OpenSet(event.set_index, label, [])
        open_set.label = label
        open_set.reps = [*(rep for rep in open_set.reps if rep.index != event.rep.index), event.rep]
        self._say_of_open_set()
        edits = self._progress.edits
        self._progress.last_rep_end_s = event.rep.end_s or event.rep.concentric_end_s
        self.newest_s = max(self.newest_s or event.detected_s, event.detected_s)
        return RepMessage(
            open_set=open_set.model(),
            rep=RepModel.of(event.rep, open_set.excluded.get(event.rep.index, "")),
            undo=edits.undo,
            redo=edits.redo,
            typical=self._typical(label),
            last_rep_age_s=self._last_rep_age_s(),
        )

    def take_set(self, summary: SetSummary) -> SetMessage:
        """Close a set: its final numbers replace the provisional ones."""
        progress = self._progress
        if progress.open_set is not None and progress.open_set.index == summary.index:
            progress.open_set = None
        progress.closed[summary.index] = _ClosedSet.of(summary, AnnotatedSet(summary))
        others = {index: one for index, one in progress.edits.stored.items() if index != summary.index}
        progress.edits = replace(progress.edits, stored=others)
        closed = progress.closed[summary.index] = self._as_said(summary.index)
        self._judge_again()
        return SetMessage(
            set=closed.model, verdicts=progress.verdicts, undo=progress.edits.undo, redo=progress.edits.redo
        )

    def take_edits(self, edits: LiveEdits, words: str) -> EditMessage | None:
        """Follow what people said; None if something newer is known already."""
        progress = self._progress
        if edits.version <= progress.edits.version:
            return None
        before = {index: one.model for index, one in progress.closed.items()}
        progress.edits = edits
        self._say_of_open_set()
        for index in progress.closed:
            progress.closed[index] = self._as_said(index)
        self._judge_again()
        return EditMessage(
            open_set=None if progress.open_set is None else progress.open_set.model(),
            sets=tuple(
                progress.closed[index].model
                for index in sorted(progress.closed)
                if progress.closed[index].model != before[index]
            ),
            verdicts=progress.verdicts,
            undo=edits.undo,
            redo=edits.redo,
            words=words,
        )

    @property
    def recording(self) -> RecordingInfo | None:
        """The session on the screens: that which runs, or ran last."""
        return self._recording

    @property
    def places(self) -> tuple[SetPlace, ...]:
        """The sets on the screens, as edits want them."""
        progress = self._progress
        closed = [progress.closed[index].place for index in sorted(progress.closed)]
        return (*closed, *(() if progress.open_set is None else (progress.open_set.place,)))

    def _say_of_open_set(self) -> None:
        """Lay what was said over the open set."""
        open_set = self._progress.open_set
        if open_set is None:
            return
        said = self._said_of(open_set.index)
        open_set.excluded = {} if said is None else excluded_of(open_set.reps, said)

    def _as_said(self, index: int) -> _ClosedSet:
        """Lay what was said over a closed set: as the store has it, else as it was measured."""
        one = self._progress.closed[index]
        stored = self._progress.edits.stored.get(index)
        if stored is not None:
            return _ClosedSet.of(one.analysed, AnnotatedSet(stored.summary, stored.excluded))
        said = self._said_of(index)
        if said is None:
            return _ClosedSet.of(one.analysed, AnnotatedSet(one.analysed))
        labelled = SetLabel(one.analysed.exercise_id, one.analysed.load_kg)
        mount = "shaft" if self._recording is None else self._recording.mount_position
        return _ClosedSet.of(one.analysed, annotate_set(one.analysed, labelled, said, mount))

    def _said_of(self, index: int) -> SetAnnotation | None:
        annotation, places = self._progress.edits.annotation, self.places
        if not annotation.sets:
            return None
        found = match_sets(annotation.sets, [(one.start_s, one.end_s) for one in places])
        return next(
            (annotation.sets[of] for place, of in found.items() if places[place].index == index), None
        )

    def _judge_again(self) -> None:
        progress = self._progress
        if self._recording is not None:
            in_order = [progress.closed[index].counting for index in sorted(progress.closed)]
            progress.verdicts = self._judge(self._recording, in_order)

    def _typical(self, label: SetLabel) -> Typical | None:
        """Say what is typical of a rep now; worked out again when lift, load, sets or edits change."""
        progress = self._progress
        wanted = label.exercise_id, label.load_kg, len(progress.closed), progress.edits.version
        if self._recording is not None and wanted != progress.typical_for:
            closed = [progress.closed[index].counting for index in sorted(progress.closed)]
            progress.typical_for = wanted
            progress.typical = self._tell_typical(self._recording, label, closed)
        return progress.typical

    def _last_rep_age_s(self) -> float | None:
        end_s = self._progress.last_rep_end_s
        return None if end_s is None or self.newest_s is None else max(self.newest_s - end_s, 0.0)

    def _set_progress(self) -> ProgressModel | None:
        """Say how far the set is, as of the newest sample."""
        told = self._progress.set_progress
        if told is None:
            return None
        left_s = told.closes_in_s
        if left_s is not None:
            left_s = max(left_s - ((self.newest_s or told.t_s) - told.t_s), 0.0)
        return ProgressModel(set_index=told.set_index, phase=told.phase, closes_in_s=left_s)

    def take_gap(self, gap: Gap) -> GapMessage:
        """Count lost samples."""
        self._progress.n_gaps += 1
        self._progress.gap_samples += gap.missing
        return GapMessage(
            start_s=gap.start_s,
            end_s=gap.end_s,
            missing=gap.missing,
            reason=gap.reason,
            n_gaps=self._progress.n_gaps,
            gap_samples=self._progress.gap_samples,
        )

    def snapshot(self, seq: int) -> SnapshotMessage:
        """Say everything at once; ``seq`` is the number of the last message that it includes."""
        progress = self._progress
        return SnapshotMessage(
            seq=seq,
            session=self.session,
            link=self.link,
            label=LabelModel.of(progress.label),
            open_set=None if progress.open_set is None else progress.open_set.model(),
            sets=tuple(progress.closed[index].model for index in sorted(progress.closed)),
            verdicts=progress.verdicts,
            undo=progress.edits.undo,
            redo=progress.edits.redo,
            n_gaps=progress.n_gaps,
            gap_samples=progress.gap_samples,
            typical=progress.typical,
            progress=self._set_progress(),
            last_rep_age_s=self._last_rep_age_s(),
            disk=self.disk,
        )


def _end_s(rep: Rep) -> float:
    return max(rep.concentric_end_s, rep.end_s or 0.0)
