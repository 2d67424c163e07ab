"""A running session on the Lab Streaming Layer: samples and markers for other programs in the laboratory.

The samples are those of the timeline, with the sensor's own time put on this computer's clock: the offset
between the two is the least that any packet showed, so that a packet that came late does not move it.

References
----------
.. [1] C. Kothe et al., "The lab streaming layer for synchronized multimodal recording", bioRxiv, 2024.
   doi:10.1101/2024.02.13.580071
"""

from __future__ import annotations

import importlib
import json
import logging
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.events import Event, RepFinished, SetFinished
from analysis.imu import Gap, ImuBlock, SetLabel
from server.errors import LslUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from analysis.imu import Mount, SensorInfo
    from ingest.items import TimelineItem

_logger = logging.getLogger(__name__)

SAMPLES, MARKERS = "Upright", "Upright markers"
"""Names of the streams."""
CHANNELS = (
    *((f"a{axis}", f"Acceleration{axis.upper()}", "m/s^2") for axis in "xyz"),
    *((f"g{axis}", f"AngularVelocity{axis.upper()}", "rad/s") for axis in "xyz"),
)
"""Label, type and unit of each channel of the samples; sensor frame, specific force."""
LARGEST_CORRECTION = 0.9
"""Part of the time between two samples by which the second may be moved towards the first. Below 1."""


class LocalTimes:
    """Puts times of a recording on a clock of this computer.

    Attributes
    ----------
    offset_s : float or None
        What to add to a time of the recording, s; None before anything arrived. Within a file it only ever
        becomes smaller, by what a more punctual packet shows, and never so fast that time would go back.
    """

    def __init__(self) -> None:
        self.offset_s: float | None = None
        self._last_s = -math.inf

    def arrived(self, first_s: float, last_s: float, now_s: float) -> None:
        """Tell that samples have arrived.

        Parameters
        ----------
        first_s, last_s : float
            Time of the first and the last of them in the recording, s.
        now_s : float
            This computer's clock, s.
        """
        offset_s = now_s - last_s
        step_s = first_s - self._last_s
        if self.offset_s is None or step_s <= 0:  # another file begins at zero again
            self.offset_s = offset_s
        else:
            least_s = self.offset_s - LARGEST_CORRECTION * step_s
            self.offset_s = max(min(self.offset_s, offset_s), least_s)
        self._last_s = last_s


class LslOutlet:
    """Publishes one session; give `take_items` and `take_event` to it as listeners.

    Parameters
    ----------
    mount : Mount or None
        How the sensor is fixed, for the description of the stream; None: as it was paired.
    source_id : str
        Tells sensors apart, so that an inlet finds its stream again.

    Raises
    ------
    LslUnavailableError
        If pylsl or the native library is not there.
    """

    def __init__(self, mount: Mount | None, source_id: str) -> None:
        self._lsl = _load()
        self._mount = mount
        self._source_id = source_id
        self._times = LocalTimes()
        self._samples: Any = None
        markers = self._lsl.StreamInfo(MARKERS, "Markers", 1, 0.0, "string", f"{source_id}-markers")
        self._markers: Any = self._lsl.StreamOutlet(markers)

    def take_items(self, items: Sequence[TimelineItem], info: SensorInfo) -> None:
        """Publish what the timeline gave out; samples without a gyroscope are none of this stream's."""
        blocks = [item for item in items if isinstance(item, ImuBlock)]
        if blocks:
            first_s, last_s = float(blocks[0].t_s[0]), float(blocks[-1].t_s[-1])
            self._times.arrived(first_s, last_s, self._now_s())
        for item in items:
            if isinstance(item, ImuBlock):
                self._push(item, info)
            elif isinstance(item, Gap):
                self._mark(item.end_s, event="gap", missing=item.missing, reason=item.reason)
            elif isinstance(item, SetLabel):
                self._mark_label(item)

    def take_event(self, event: Event) -> None:
        """Publish repetitions and sets, each at the time at which it ended."""
        if isinstance(event, RepFinished):
            rep = event.rep
            self._mark(
                rep.concentric_end_s if rep.end_s is None else rep.end_s,
                event="rep",
                set_index=event.set_index,
                rep_index=rep.index,
                exercise_id=event.exercise_id,
                load_kg=event.load_kg,
                mean_concentric_velocity_mps=rep.mean_concentric_velocity_mps,
            )
        elif isinstance(event, SetFinished):
            one = event.summary
            self._mark(
                one.end_s,
                event="set",
                set_index=one.index,
                exercise_id=one.exercise_id,
                load_kg=one.load_kg,
                n_reps=len(one.reps),
            )

    def _now_s(self) -> float:
        return float(self._lsl.local_clock())

    def _push(self, block: ImuBlock, info: SensorInfo) -> None:
        offset_s = self._times.offset_s
        if offset_s is None:
            return
        if self._samples is None:
            self._samples = self._open(info)
        values = np.hstack([block.specific_force_mps2, block.gyro_radps])
        times: list[float] = (block.t_s + offset_s).tolist()
        self._samples.push_chunk(values.tolist(), times)

    def _open(self, info: SensorInfo) -> Any:  # noqa: ANN401 -- pylsl has no types
        described = self._lsl.StreamInfo(
            SAMPLES, "IMU", len(CHANNELS), info.sample_rate_hz, "double64", self._source_id
        )
        labels, types, units = (list(column) for column in zip(*CHANNELS, strict=True))
        described.set_channel_labels(labels)
        described.set_channel_types(types)
        described.set_channel_units(units)
        about = described.desc().append_child("setup")
        about.append_child_value("model", info.model)
        about.append_child_value("firmware", info.firmware)
        if self._mount is not None:
            about.append_child_value("mount", self._mount.position.value)
        about.append_child_value(
            "frame", "sensor; specific force, at rest +9.81 along the axis that points up"
        )
        return self._lsl.StreamOutlet(described)

    def _mark(self, t_s: float, **content: object) -> None:
        if self._times.offset_s is not None:
            self._markers.push_sample([json.dumps(content | {"t_s": t_s})], t_s + self._times.offset_s)

    def _mark_label(self, label: SetLabel) -> None:
        """Publish what the next set is: it holds from when it is given."""
        content = {"event": "label", "exercise_id": label.exercise_id, "load_kg": label.load_kg}
        self._markers.push_sample([json.dumps(content)], self._now_s())


def guarded(listener: Callable[..., None]) -> Callable[..., None]:
    """Wrap a listener so that its failure is logged once and never ends a recording."""
    failed = False

    def call(*arguments: object) -> None:
        nonlocal failed
        if failed:
            return
        try:
            listener(*arguments)
        except Exception:
            failed = True
            _logger.exception("the Lab Streaming Layer failed; recording goes on without it")

    return call


def _load() -> Any:  # noqa: ANN401 -- pylsl has no types
    try:
        return importlib.import_module("pylsl")
    except ImportError as error:
        raise LslUnavailableError(
            "The Python package pylsl is not installed.",
            "Install it with `uv sync --extra lsl`, or `pip install pylsl`.",
        ) from error
    except RuntimeError as error:  # what pylsl raises without the native library
        raise LslUnavailableError(
            "The native library liblsl was not found.",
            "Install liblsl for this computer (github.com/sccn/liblsl) or name it in PYLSL_LIB.",
        ) from error
