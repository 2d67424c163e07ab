"""The one way into the signal core: push samples, get events. Live, replay and files all go through here.

The stream is worked on in ticks of a fixed number of samples, so that results do not depend on how it was cut
into blocks. A cheap causal estimate feeds the screen and says when a movement has stopped; then the same
estimator that makes the final result runs on the stretch up to now. When a set closes it runs once more over
the whole set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from analysis.attitude import Known
from analysis.calibration import Calibration
from analysis.config import AnalysisConfig
from analysis.estimator import MotionEstimate, estimate_motion
from analysis.events import Event, RepFinished, SensorGap, SetFinished, VelocitySample
from analysis.exercises import FirstPhase, find_exercise
from analysis.imu import FloatArray, Gap, ImuBlock, Mount, SensorInfo, SetLabel, StreamItem
from analysis.live import LiveTick, LiveTracker
from analysis.metrics import measure_rep, travel_m
from analysis.samples import SampleBuffer
from analysis.set_clock import SetClock
from analysis.summary import SegmentReps, summarise_set

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analysis.results import Rep

LIVE_PASSES, FINAL_PASSES = 2, 3
"""Passes of the estimator while a set is open, and when it closes."""


class SetAnalyzer:
    """Finds the reps of one set after another in a stream of samples.

    Parameters
    ----------
    info : SensorInfo
        Nominal rate and full scales.
    mount : Mount
        How the sensor sits on the bar.
    label : SetLabel
        What the first set is; later ones by pushing another label.
    config : AnalysisConfig
        Everything tuned.
    on_motion : callable, optional
        Called with the final motion of each uninterrupted stretch that holds reps, before its set is
        reported.

    Notes
    -----
    A set opens with the first movement of note and closes when the bar has been still for ``close_still_s``,
    when nothing of note has moved for ``close_idle_s``, on a label, or on `finish`. A stretch without a
    single rep leaves no set behind.
    """

    def __init__(
        self,
        info: SensorInfo,
        mount: Mount | None = None,
        label: SetLabel | None = None,
        config: AnalysisConfig | None = None,
        on_motion: Callable[[MotionEstimate], None] | None = None,
    ) -> None:
        self._on_motion = on_motion
        self._info, self._mount = info, mount or Mount()
        self._config = config or AnalysisConfig()
        self._calibration = info.calibration or Calibration.unknown(self._config.calibration)
        self._taught = False
        self._tick_samples = max(round(self._config.live.tick_s * info.sample_rate_hz), 2)
        self._strip_step = max(round(info.sample_rate_hz / self._config.live.strip_hz), 1)
        self._tracker = LiveTracker(
            info.sample_rate_hz, self._config.reps.min_rom_m, self._config.live, self._config.stillness
        )
        self._buffer = SampleBuffer(info)
        self._tick: list[ImuBlock] = []
        self._tick_length = 0
        self._sample_count = 0
        self._pending_gap: Gap | None = None
        self._last_motion: MotionEstimate | None = None
        self._set_index = 0
        self._clock = SetClock(self._config.live)
        self._set_label(label or SetLabel())
        self._open_set()

    @property
    def set_is_open(self) -> bool:
        """True while something of note has moved since the last set closed."""
        return self._clock.active

    @property
    def learned(self) -> Calibration | None:
        """What is known of the accelerometer by now, for the next set; None if no set taught anything."""
        return self._calibration if self._taught else None

    def push(self, item: StreamItem) -> list[Event]:
        """Take in the next block, gap or label; return what happened.

        Parameters
        ----------
        item : ImuBlock, Gap or SetLabel
            In the order of time.

        Returns
        -------
        list of Event
            In the order of time.
        """
        if isinstance(item, ImuBlock):
            return self._push_block(item)
        if isinstance(item, Gap):
            return self._push_gap(item)
        events = self._flush_tick()
        events += self._close_set()
        self._set_label(item)
        return events

    def finish(self) -> list[Event]:
        """Close the open set, if any. The stream is over."""
        return self._flush_tick() + self._close_set()

    # -- the stream, tick by tick

    def _push_block(self, block: ImuBlock) -> list[Event]:
        if self._pending_gap is not None:
            self._buffer.bridge(self._pending_gap, block)
            self._pending_gap = None
        events: list[Event] = []
        start = 0
        while start < len(block):
            stop = min(start + self._tick_samples - self._tick_length, len(block))
            whole = start == 0 and stop == len(block)
            self._tick.append(block if whole else _slice(block, start, stop))
            self._tick_length += stop - start
            if self._tick_length == self._tick_samples:
                events += self._flush_tick()
            start = stop
        return events

    def _push_gap(self, gap: Gap) -> list[Event]:
        events = [*self._flush_tick(), SensorGap(gap)]
        short = gap.end_s - gap.start_s <= self._config.reps.max_bridged_gap_s and gap.missing > 0
        if short:
            self._pending_gap = gap
        elif len(self._buffer):
            self._close_segment(gap)
        return events

    def _flush_tick(self) -> list[Event]:
        if not self._tick:
            return []
        t_s = np.concatenate([block.t_s for block in self._tick])
        force = np.concatenate([block.specific_force_mps2 for block in self._tick])
        gyro = np.concatenate([block.gyro_radps for block in self._tick])
        self._buffer.extend(t_s, force, gyro)
        self._tick, self._tick_length = [], 0
        live = self._tracker.update(force, gyro)
        events: list[Event] = self._strip(t_s, live)
        events += self._look_for_reps(float(t_s[-1]), live)
        events += self._maybe_close(float(t_s[-1]), live)
        events += self._clock.progress(float(t_s[-1]), self._set_index, has_reps=bool(self._live_reps))
        return events

    def _strip(self, t_s: FloatArray, live: LiveTick) -> list[Event]:
        first = -self._sample_count % self._strip_step
        self._sample_count += len(t_s)
        return [
            VelocitySample(float(t_s[i]), float(live.velocity_mps[i]), float(live.height_m[i]))
            for i in range(first, len(t_s), self._strip_step)
        ]

    # -- reps while the set is open

    def _look_for_reps(self, now_s: float, live: LiveTick) -> list[Event]:
        if live.moved or live.leg_stopped:
            self._clock.move(now_s)
        if live.leg_stopped and live.leg_stopped != self._first_sign:
            # The leg that leads home has slowed down: a rep may be over now or in a moment.
            delays_s = self._config.live.recheck_s
            if self._fruitless >= self._config.live.patience:
                delays_s = delays_s[-1:]
            self._due_s = [now_s + delay_s for delay_s in delays_s]
        if not self._due_s or now_s < self._due_s[0]:
            return []
        self._due_s = [due_s for due_s in self._due_s if due_s > now_s]
        fresh = self._fresh_reps()
        self._fruitless = 0 if fresh else self._fruitless + 1
        if fresh:
            self._due_s = []
        self._live_reps += fresh
        label = self._label
        return [
            RepFinished(self._set_index, label.exercise_id, label.load_kg, rep, now_s, label.goal)
            for rep in fresh
        ]

    def _fresh_reps(self) -> list[Rep]:
        """Reps that are over now and were not reported before."""
        motion = self._estimate(self._window_start(), LIVE_PASSES)
        if motion is None:
            return []
        reported_s = _end_s(self._live_reps[-1]) if self._live_reps else -np.inf
        fresh: list[Rep] = []
        carried = 0
        for candidate in motion.found.accepted:
            if motion.samples.t_s[candidate.turn] < reported_s:
                continue
            index = len(self._live_reps) + len(fresh)
            rep = measure_rep(
                motion, candidate, index, self._exercise, self._mount, self._config, is_final=False
            )
            if rep is None:
                continue
            if not _is_over(rep, motion):
                break
            if travel_m(motion, rep) > self._config.reps.max_travel_m:
                carried += 1
            else:
                fresh.append(rep)
        return fresh if len(fresh) >= carried else []

    def _window_start(self) -> int:
        """First sample of the stretch that is examined for a finished rep.

        It starts while the bar was home: with the last reps but ``window_reps``, so that a long set costs no
        more per rep than a short one.
        """
        config = self._config.live
        last_s = self._buffer.last_t_s or 0.0
        first_s = last_s - config.window_s
        if len(self._live_reps) >= config.window_reps:
            first_s = max(first_s, self._live_reps[-config.window_reps].start_s - config.window_lead_s)
        return max(len(self._buffer) - round((last_s - first_s) * self._info.sample_rate_hz), 0)

    def _estimate(
        self, start: int = 0, passes: int = FINAL_PASSES, stop: int | None = None
    ) -> MotionEstimate | None:
        samples = self._buffer.samples(start, stop)
        if len(samples) < 2:
            return None
        motion = estimate_motion(
            samples,
            self._exercise,
            self._mount,
            self._config,
            known=self._known(float(samples.t_s[0]), live=passes < FINAL_PASSES),
            announced=tuple(self._live_reps),
            passes=passes,
        )
        if motion is not None and motion.attitude.bias_known:
            self._last_motion = motion
        return motion

    def _known(self, start_s: float, *, live: bool) -> Known:
        """Tell what the estimate before knows of a stretch that starts at ``start_s``.

        The estimates of an open set overlap, so that the same samples speak twice of the accelerometer; a
        final one is told only what other sets taught.
        """
        motion, calibration = self._last_motion, self._calibration
        if motion is None:
            return Known(calibration=calibration)
        index = int(np.searchsorted(motion.samples.t_s, start_s))
        inside = index < len(motion.samples) and motion.samples.t_s[0] <= start_s
        matrix = motion.attitude.matrix[index] if inside else None
        if live and inside:
            calibration = motion.calibration
        return Known(motion.attitude.gyro_bias_radps, matrix, motion.solution.noise_scale, calibration)

    # -- the end of a set

    def _maybe_close(self, now_s: float, live: LiveTick) -> list[Event]:
        config = self._config.live
        self._clock.see(now_s, still=live.still)
        if not self._clock.active:
            self._buffer.keep_last(round(config.idle_keep_s * self._info.sample_rate_hz))
            return []
        too_long = len(self._buffer) > config.max_set_s * self._info.sample_rate_hz
        if self._clock.is_over(now_s):
            return self._close_set()
        return self._close_set(still_lifting=True) if too_long else []

    def _close_segment(self, gap: Gap) -> None:
        """Work out what lies before a long gap; no rep is counted across it."""
        motion = self._final_motion()
        self._segments.append(SegmentReps.of(motion, self._exercise, self._mount, self._config, gap))
        self._buffer.clear()
        self._tracker.restart()
        self._due_s = []

    def _final_motion(self) -> MotionEstimate | None:
        motion = self._estimate() if self._clock.active else None
        announced = [rep for rep in self._live_reps if self._buffer.index_at(rep.start_s) > 0]
        if motion is None and announced:
            # A stretch that was cut in mid-movement may defeat the first, rough pass; its whole reps stand on
            # their own.
            start = self._buffer.index_at(announced[0].start_s - self._config.live.window_lead_s)
            stop = self._buffer.index_at(_end_s(announced[-1]) + self._config.live.window_lead_s)
            motion = self._estimate(start, stop=stop)
        if motion is not None and self._on_motion is not None:
            self._on_motion(motion)
        if motion is not None and motion.attitude.bias_known:
            self._calibration = motion.calibration.rested(self._config.calibration)
            self._taught = True
        return motion

    def _close_set(self, *, still_lifting: bool = False) -> list[Event]:
        motion = self._final_motion()
        segments = [*self._segments, SegmentReps.of(motion, self._exercise, self._mount, self._config, None)]
        summary = summarise_set(
            self._set_index, self._label, self._mount, segments, self._config, self._live_reps
        )
        last_s = self._buffer.last_t_s
        if last_s is not None and self._clock.active:
            # What moved belongs to the set that is over: it must not be counted twice, nor disturb the next
            # one.
            over_s = self._clock.last_activity_s
            if summary is not None:
                over_s = summary.end_s if still_lifting else max(over_s, summary.end_s)
            self._buffer.keep_last(round((last_s - over_s) * self._info.sample_rate_hz))
        self._open_set()
        if summary is None:
            return []
        self._set_index += 1
        return [SetFinished(summary)]

    def _open_set(self) -> None:
        self._clock.restart()
        self._due_s: list[float] = []
        self._fruitless = 0
        self._live_reps: list[Rep] = []
        self._segments: list[SegmentReps] = []

    def _set_label(self, label: SetLabel) -> None:
        self._label = label
        self._exercise = find_exercise(label.exercise_id)
        self._first_sign = 0
        if self._exercise is not None:
            self._first_sign = 1 if self._exercise.first_phase is FirstPhase.UP else -1
            self._tracker.min_leg_m = self._config.live.leg_fraction * self._exercise.usual_rom_m[0]
        else:
            self._tracker.min_leg_m = self._config.live.leg_fraction * self._config.reps.min_rom_m


def analyze(
    items: Iterable[StreamItem],
    info: SensorInfo,
    mount: Mount | None = None,
    label: SetLabel | None = None,
    config: AnalysisConfig | None = None,
) -> list[Event]:
    """Push everything, then finish: the loop over `SetAnalyzer.push`. There is no second implementation."""
    analyzer = SetAnalyzer(info, mount, label, config)
    events = [event for item in items for event in analyzer.push(item)]
    return events + analyzer.finish()


def _slice(block: ImuBlock, start: int, stop: int) -> ImuBlock:
    cut = slice(start, stop)
    return ImuBlock(
        block.t_s[cut], block.specific_force_mps2[cut], block.gyro_radps[cut], block.first_index + start
    )


def _is_over(rep: Rep, motion: MotionEstimate) -> bool:
    """Tell whether the rep's last phase ended before the data did."""
    return _end_s(rep) <= motion.samples.t_s[-1] - 2 * motion.samples.dt_s


def _end_s(rep: Rep) -> float:
    """Return the end of the rep's last known phase, s."""
    return max(rep.concentric_end_s, rep.end_s or 0.0)
