"""Runs items through the signal core: the one step that live sessions and replays share.

The analyzer is made when the sensor has said what it is, and closed when the recording ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from analysis.imu import Mount, SensorInfo, SetLabel, StreamItem
from ingest.items import AccelBlock, TimelineItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from analysis.calibration import Calibration
    from analysis.events import Event
    from ingest.replay import ReplayableRecording


class Analyzer(Protocol):
    """What a session needs of `analysis.SetAnalyzer`."""

    def push(self, item: StreamItem) -> list[Event]:
        """Take one item, return what it made known."""
        ...

    def finish(self) -> list[Event]:
        """Close what is open."""
        ...

    @property
    def learned(self) -> Calibration | None:
        """What the sets taught about the accelerometer; None if they taught nothing."""
        ...


if TYPE_CHECKING:
    AnalyzerFactory: TypeAlias = Callable[[SensorInfo, Mount, SetLabel], Analyzer]


class SessionRunner:
    """Pushes items into an analyzer and hands its events on.

    Parameters
    ----------
    analyzer_factory : callable
        Makes the analyzer from the sensor's description, the mount and the first label.
    mount : Mount
        How the sensor is fixed.
    label : SetLabel, optional
        Of the first set, as far as known before it starts.
    """

    def __init__(
        self, analyzer_factory: AnalyzerFactory, mount: Mount, label: SetLabel | None = None
    ) -> None:
        self._factory = analyzer_factory
        self.mount = mount
        """How the sensor is fixed; may be told until its first sample."""
        self._label = label or SetLabel()
        self._analyzer: Analyzer | None = None
        self.calibration: Calibration | None = None
        """What the session taught about the accelerometer; None before its end, or if it taught nothing."""

    def advance(self, items: Iterable[TimelineItem], info: SensorInfo | None) -> list[Event]:
        """Take items in the order of time; return the events that they made known.

        A label that comes before the sensor has described itself is that of the first set. Samples without a
        gyroscope are passed over: they say nothing about how the sensor moves.
        """
        events: list[Event] = []
        for item in items:
            if isinstance(item, AccelBlock):
                continue
            if self._analyzer is None:
                if isinstance(item, SetLabel):
                    self._label = item
                    continue
                if info is None:
                    continue
                self._analyzer = self._factory(info, self.mount, self._label)
            events += self._analyzer.push(item)
        return events

    def finish(self) -> list[Event]:
        """Close the open set; return the last events."""
        if self._analyzer is None:
            return []
        analyzer, self._analyzer = self._analyzer, None
        events = analyzer.finish()
        self.calibration = analyzer.learned
        return events


def run_recording(recording: ReplayableRecording, analyzer_factory: AnalyzerFactory) -> list[Event]:
    """Replay a whole recording at full speed; return every event."""
    header = recording.header
    runner = SessionRunner(analyzer_factory, header.mount, header.initial_label)
    events: list[Event] = []
    for _, items in recording.steps():
        events += runner.advance(items, header.info)
    return events + runner.finish()
