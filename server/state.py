"""Reduces the events of a session to the state that a browser needs to draw everything at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.imu import Gap, SetLabel
from analysis.results import Rep, SetSummary
from analysis.summary import velocity_loss
from server.goal_schemas import AdviceModel, GoalModel, advice_on
from server.judging import judged_alone, typical_alone
from server.messages import (
    DiskNotice,
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

    from analysis.events import RepFinished, SetProgress
    from analysis.set_goal import SetGoal
    from analysis.stability.judgement import LiftVerdict
    from analysis.stability.typical import Typical
    from server.session import LinkStatus, RecordingInfo

    JudgesSession: TypeAlias = Callable[[RecordingInfo, Sequence[SetSummary]], tuple[LiftVerdict, ...]]
    TellsTypical: TypeAlias = Callable[[RecordingInfo, SetLabel, Sequence[SetSummary]], Typical | None]


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
    typical: Typical | None = None
    typical_for: tuple[str | None, float | None, int] | None = None
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
        self._progress.last_rep_end_s = event.rep.end_s or event.rep.concentric_end_s
        self.newest_s = max(self.newest_s or event.detected_s, event.detected_s)
        return RepMessage(
            open_set=open_set.model(),
            rep=RepModel.of(event.rep),
            typical=self._typical(label),
            last_rep_age_s=self._last_rep_age_s(),
        )

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

    def _typical(self, label: SetLabel) -> Typical | None:
        """Say what is typical of a rep now; worked out once for each lift, load and number of closed sets."""
        progress = self._progress
        wanted = label.exercise_id, label.load_kg, len(progress.summaries)
        if self._recording is not None and wanted != progress.typical_for:
            closed = [progress.summaries[index] for index in sorted(progress.summaries)]
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
            sets=tuple(progress.sets[index] for index in sorted(progress.sets)),
            verdicts=progress.verdicts,
            n_gaps=progress.n_gaps,
            gap_samples=progress.gap_samples,
            typical=progress.typical,
            progress=self._set_progress(),
            last_rep_age_s=self._last_rep_age_s(),
            disk=self.disk,
        )
