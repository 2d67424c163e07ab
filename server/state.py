"""Reduces the events of a session to the state that a browser needs to draw everything at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.imu import Gap, SetLabel
from analysis.results import Rep, SetSummary
from analysis.summary import velocity_loss
from server.goal_schemas import AdviceModel, GoalModel, advice_on
from server.judging import judged_alone
from server.messages import (
    DiskNotice,
    GapMessage,
    HealthMessage,
    LabelMessage,
    LinkMessage,
    RepMessage,
    SessionMessage,
    SetMessage,
    SnapshotMessage,
)
from server.schemas import (
    LabelModel,
    LinkModel,
    OpenSetModel,
    RepModel,
    SessionModel,
    SetModel,
    exercise_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from analysis.events import RepFinished
    from analysis.set_goal import SetGoal
    from analysis.stability.judgement import LiftVerdict
    from server.session import LinkStatus, RecordingInfo

    JudgesSession: TypeAlias = Callable[[RecordingInfo, Sequence[SetSummary]], tuple[LiftVerdict, ...]]


@dataclass(slots=True)
class _OpenSet:
    """The set that is being lifted."""

    index: int
    label: SetLabel
    reps: list[Rep]

    def model(self) -> OpenSetModel:
        """Say it to the browser."""
        return OpenSetModel(
            index=self.index,
            exercise_id=self.label.exercise_id,
            exercise_name=exercise_name(self.label.exercise_id),
            load_kg=self.label.load_kg,
            goal=GoalModel.of(self.label.goal),
            advice=AdviceModel.of(advice_on(self.reps, self.label.goal, self.label.exercise_id)),
            reps=tuple(RepModel.of(rep) for rep in self.reps),
            velocity_loss_fraction=velocity_loss(self.reps),
        )


@dataclass(slots=True)
class _Progress:
    """What a session has gathered so far; a new session starts with an empty one."""

    label: SetLabel = field(default_factory=SetLabel)
    open_set: _OpenSet | None = None
    summaries: dict[int, SetSummary] = field(default_factory=dict[int, SetSummary])
    sets: dict[int, SetModel] = field(default_factory=dict[int, SetModel])
    verdicts: tuple[LiftVerdict, ...] = ()
    n_gaps: int = 0
    gap_samples: int = 0


class LiveState:
    """The live session as of the last event.

    Each method takes one event and returns the message that says the same to a browser.

    Parameters
    ----------
    judge : callable
        Says what is to be said of the sets of a session.
    """

    def __init__(self, judge: JudgesSession = judged_alone) -> None:
        self._judge = judge
        self._progress = _Progress()
        self._recording: RecordingInfo | None = None
        self.session: SessionModel | None = None
        """The session that runs, if any."""
        self.link: LinkModel | None = None
        """The last known state of the link."""
        self.disk: DiskNotice | None = None
        """What is wrong with the disk, if anything."""

    @property
    def losses(self) -> tuple[int, int]:
        """Gaps and the samples that are missing in them, of the session that runs or ran last."""
        return self._progress.n_gaps, self._progress.gap_samples

    def start(self, recording: RecordingInfo) -> SessionMessage:
        """Begin a session: everything of the last one leaves the screen."""
        self._progress = _Progress()
        self._recording = recording
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
        return LabelMessage(label=LabelModel.of(label))

    def take_rep(self, event: RepFinished) -> RepMessage:
        """Add a rep to the open set, or open the next set with it."""
        label = SetLabel(event.exercise_id, event.load_kg, event.goal)
        open_set = self._progress.open_set
        if open_set is None or open_set.index != event.set_index:
            open_set = self._progress.open_set = _OpenSet(event.set_index, label, [])
        open_set.label = label
        open_set.reps = [*(rep for rep in open_set.reps if rep.index != event.rep.index), event.rep]
        return RepMessage(open_set=open_set.model(), rep=RepModel.of(event.rep))

    def take_set(self, summary: SetSummary) -> SetMessage:
        """Close a set: its final numbers replace the provisional ones."""
        progress = self._progress
        goal: SetGoal | None = None
        if progress.open_set is not None and progress.open_set.index == summary.index:
            goal = progress.open_set.label.goal
            progress.open_set = None
        progress.summaries[summary.index] = summary
        progress.sets[summary.index] = SetModel.of_summary(summary, goal)
        in_order = [progress.summaries[index] for index in sorted(progress.summaries)]
        if self._recording is not None:
            progress.verdicts = self._judge(self._recording, in_order)
        return SetMessage(set=progress.sets[summary.index], verdicts=progress.verdicts)

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
            sets=tuple(progress.sets[index] for index in sorted(progress.sets)),
            verdicts=progress.verdicts,
            n_gaps=progress.n_gaps,
            gap_samples=progress.gap_samples,
            disk=self.disk,
        )
