"""Leads through the mounting of a sensor: lie still, one roll, one slow rep; each step checked as it happens.

The steps are recognised in the data, so that the lifter needs no key: the guide waits for a rest, then for a
roll, then for a rep, and says at any time what it waits for and what was wrong with the last try.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from analysis.config import StillnessConfig
from analysis.events import RepFinished
from analysis.imu import Gap, ImuBlock, Mount, MountPosition, SensorInfo, SetLabel
from analysis.mounting import (
    MountingConfig,
    RestCheck,
    RollCheck,
    check_rest,
    check_roll,
    find_roll,
    is_at_rest,
)
from analysis.pipeline import SetAnalyzer
from analysis.results import QualityState
from analysis.samples import SampleBuffer
from analysis.turn_watch import TurnWatch

if TYPE_CHECKING:
    from analysis.imu import StreamItem
    from analysis.results import Rep
    from analysis.turn_watch import Orientation


class MountStep(StrEnum):
    """What the guide waits for."""

    STILL = "still"
    ROLL = "roll"
    DIRECTION = "direction"
    """The answer to the question which way the top of the bar went."""
    REP = "rep"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class GuideConfig:
    """Patience of the guide.

    Attributes
    ----------
    check_every_s : float
        The last seconds are looked at this often, s; 0.2 to 1.
    no_turn_after_s : float
        A sensor that has not turned by then, though the bar was to be rolled, may sit on the sleeve, s; 10
        to 60.
    remembered_s : float
        Longest wait whose samples are kept, s; 60 to 300.
    """

    check_every_s: float = 0.5
    no_turn_after_s: float = 20.0
    remembered_s: float = 120.0


@dataclass(frozen=True, slots=True)
class GuideState:
    """Where the guide is.

    Attributes
    ----------
    step : MountStep
        What it waits for.
    problem : str
        What was wrong with the last try, or why it goes on waiting; empty if nothing.
    rest : RestCheck or None
        From the rest.
    roll : RollCheck or None
        From the roll.
    mount : Mount or None
        How the sensor sits, once the direction is told.
    rep : Rep or None
        The trial rep.
    """

    step: MountStep = MountStep.STILL
    problem: str = ""
    rest: RestCheck | None = None
    roll: RollCheck | None = None
    mount: Mount | None = None
    rep: Rep | None = None


class MountGuide:
    """Watches a stream.

    Parameters
    ----------
    info : SensorInfo
        Of the sensor.
    position : MountPosition or None
        Where it sits, if the lifter said so; None: it is told from the roll. A wrist has no bar axis: it only
        has to lie still.
    lever_m : tuple of 3 float
        From the bar's axis to the sensor, sensor frame, m.
    exercise_id : str
        Lift of the trial rep: a single rep of an unknown lift has no direction.
    config, guide : MountingConfig, GuideConfig, optional
        When a sensor is believed, and how long the guide waits.
    """

    def __init__(
        self,
        info: SensorInfo,
        position: MountPosition | None = None,
        lever_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
        exercise_id: str = "back_squat",
        config: MountingConfig | None = None,
        guide: GuideConfig | None = None,
    ) -> None:
        self._info, self._position, self._lever_m = info, position, lever_m
        self._label = SetLabel(exercise_id)
        self._config = config or MountingConfig()
        self._guide = guide or GuideConfig()
        self._stillness = StillnessConfig()
        self._buffer = SampleBuffer(info)
        self._next_check_s = 0.0
        self._waits_since_s: float | None = None
        self._did_not_turn = False
        self._analyzer: SetAnalyzer | None = None
        self._turns = TurnWatch()
        self.state = GuideState()

    @property
    def orientation(self) -> Orientation | None:
        """How the sensor lies now, and how far it has turned since the rest; None before the first sample."""
        return self._turns.orientation

    def push(self, item: StreamItem) -> GuideState:
        """Take an item of the stream; return where the guide is now."""
        if isinstance(item, Gap):
            self._buffer.clear()
        elif isinstance(item, ImuBlock):
            self._turns.push(item)
            self._take(item)
        if self._analyzer is not None and self.state.step is MountStep.REP:
            self._watch_rep(self._analyzer, item)
        return self.state

    def tell_direction(self, *, top_went_forward: bool) -> GuideState:
        """Answer which way the top of the bar went in the first turn; fixes the sign of forward."""
        roll = self.state.roll
        if self.state.step is not MountStep.DIRECTION or roll is None:
            return self.state
        x, y, z = roll.axis if top_went_forward else (-roll.axis[0], -roll.axis[1], -roll.axis[2])
        position = self._position or (MountPosition.SLEEVE if self._did_not_turn else MountPosition.SHAFT)
        return self._mounted(Mount(position, (x, y, z), self._lever_m))

    def skip_rep(self) -> GuideState:
        """Do without the trial rep."""
        if self.state.step is MountStep.REP:
            self.state = replace(self.state, step=MountStep.DONE, problem="")
        return self.state

    def _mounted(self, mount: Mount) -> GuideState:
        self._analyzer = SetAnalyzer(self._info, mount, self._label)
        self.state = replace(self.state, step=MountStep.REP, problem="", mount=mount)
        return self.state

    def _take(self, block: ImuBlock) -> None:
        self._buffer.append(block)
        self._buffer.keep_last(round(self._guide.remembered_s * self._info.sample_rate_hz))
        now_s = float(block.t_s[-1])
        if now_s < self._next_check_s:
            return
        self._next_check_s = now_s + self._guide.check_every_s
        if self.state.step is MountStep.STILL:
            self._watch_rest()
        elif self.state.step is MountStep.ROLL:
            self._watch_roll(now_s)

    def _watch_rest(self) -> None:
        enough = round(self._config.still_s * self._info.sample_rate_hz)
        if len(self._buffer) < enough:
            return
        samples = self._buffer.samples(len(self._buffer) - enough)
        if not is_at_rest(samples, self._config, self._stillness):
            problem = "it is not still yet; lay the bar down and take your hands off"
            self.state = replace(self.state, problem=problem)
            return
        rest = check_rest(samples, self._config)
        self.state = replace(self.state, rest=rest, problem=rest.refusal)
        self._buffer.keep_last(enough)
        self._turns.reset(rest.gyro_bias_radps)
        if rest.refusal:
            return
        if self._position is MountPosition.WRIST:
            self._mounted(Mount(MountPosition.WRIST, None, self._lever_m))
            return
        self.state = replace(self.state, step=MountStep.ROLL)

    def _watch_roll(self, now_s: float) -> None:
        rest = self.state.rest
        if rest is None:
            return
        if self._waits_since_s is None:
            self._waits_since_s = now_s
        bias = np.array(rest.gyro_bias_radps)
        samples = self._buffer.samples()
        found = find_roll(samples, bias, self._config)
        if found is None:
            if now_s - self._waits_since_s > self._guide.no_turn_after_s and self._position is None:
                self._did_not_turn = True
                problem = (
                    "it does not turn with the shaft: if you did roll the bar, it sits on the sleeve; "
                    "turn the sleeve by hand, the top forward"
                )
                self.state = replace(self.state, problem=problem)
            return
        start, stop = int(found.start), int(found.stop)
        roll = check_roll(samples.part(start, stop), bias, self._config)
        self._buffer.keep_last(len(samples) - stop)
        self._waits_since_s = now_s
        if roll.refusal:
            self._turns.reset(rest.gyro_bias_radps)
            self.state = replace(self.state, problem=roll.refusal)
            return
        self.state = replace(self.state, step=MountStep.DIRECTION, roll=roll, problem="")

    def _watch_rep(self, analyzer: SetAnalyzer, item: StreamItem) -> None:
        for event in analyzer.push(item):
            if not isinstance(event, RepFinished):
                continue
            if event.rep.quality.state is QualityState.NOT_RESOLVABLE:
                reasons = "; ".join(event.rep.quality.reasons)
                self.state = replace(self.state, problem=f"that rep could not be measured: {reasons}")
                continue
            self.state = replace(self.state, step=MountStep.DONE, rep=event.rep, problem="")
            return
