"""A watch whose motion a phone pushes: a scenario as messages of the app Sensor Logger, disorder included.

Written from the app's public description (github.com/tszheichoi/awesome-sensor-logger: PUSHING, UNITS,
CROSSPLATFORM), independently of whoever reads it. The phone gathers rows for a while, sends them in one
message and waits for no answer, so that messages overtake each other; some come twice, some never, and some
rows never leave the watch.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.ndimage import uniform_filter1d

from firmware_sim.errors import InvalidSettingError
from firmware_sim.motion import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from firmware_sim.curves import FloatArray
    from firmware_sim.offline import OfflineRecording

_NS_PER_S = 1_000_000_000
FUSION_S = 1.0
"""Over this time the platform takes the mean direction of the specific force for that of gravity, s. How it
really splits the two is its own; only their sum is physics."""


@dataclass(frozen=True, slots=True)
class PushModel:
    """How phone and app treat the rows.

    Attributes
    ----------
    platform : {"ios", "android"}
        CoreMotion's signs are the opposite of an accelerometer's; Android's are an accelerometer's.
    standardised : bool
        "Standardise Units & Frames": m/s² and Android's signs; without it, iOS sends g and its own signs.
    batch_s : float
        Rows of this time make a message, s; the app allows 0.2 and more.
    lag_s : float
        A watch is behind its phone by this, s; 1 to 10.
    latency_s : float
        The network takes up to this, s. Above ``batch_s`` messages overtake each other.
    duplicate_fraction, loss_fraction : float
        Messages that come twice, and never.
    gap_every_s, gap_s : float
        The watch drops rows for ``gap_s`` in each ``gap_every_s``; 0: never.
    jitter_s : float
        Standard deviation of the time stamps.
    """

    platform: Literal["ios", "android"] = "ios"
    standardised: bool = True
    batch_s: float = 0.5
    lag_s: float = 2.0
    latency_s: float = 1.0
    duplicate_fraction: float = 0.05
    loss_fraction: float = 0.0
    gap_every_s: float = 0.0
    gap_s: float = 0.0
    jitter_s: float = 0.0002

    def __post_init__(self) -> None:
        if self.batch_s <= 0:
            raise InvalidSettingError("batch_s", f"must be above 0 s, not {self.batch_s}")
        for name in ("duplicate_fraction", "loss_fraction"):
            if not 0 <= getattr(self, name) < 1:
                raise InvalidSettingError(name, f"must lie in 0 to 1, not {getattr(self, name)}")

    @property
    def unit_mps2(self) -> float:
        """What a reading of 1 means, m/s², with the platform's sign."""
        if self.standardised or self.platform == "android":
            return 1.0
        return -STANDARD_GRAVITY_MPS2


@dataclass(frozen=True, slots=True)
class Sent:
    """One message as it arrives.

    Attributes
    ----------
    at_s : float
        When, scenario time, s.
    body : bytes
        JSON.
    """

    at_s: float
    body: bytes


def watch_messages(
    recording: OfflineRecording,
    seed: int,
    model: PushModel | None = None,
    *,
    started_ns: int = 1_760_000_000_000_000_000,
    session_id: str = "simulated-recording",
    device_id: str = "simulated-phone",
) -> tuple[Sent, ...]:
    """Turn a recording into messages, in the order in which they arrive.

    Parameters
    ----------
    recording : OfflineRecording
        Of a watch: its scenario is mounted on a wrist.
    seed : int
        Of jitter, latency, losses and duplicates.
    model : PushModel, optional
        How phone and app treat the rows.
    started_ns : int
        UTC at scenario time 0, ns.
    session_id, device_id : str
        Of the app's recording, and of the phone.
    """
    model = model or PushModel()
    rng = np.random.default_rng((seed, 7))
    t_s = recording.t_true_s
    stamps_s = np.maximum.accumulate(t_s + model.jitter_s * rng.standard_normal(len(t_s)))
    rows = _wrist_rows(recording, stamps_s, model, started_ns)
    kept = np.ones(len(t_s), dtype=np.bool_)
    if model.gap_every_s > 0:
        kept = (t_s - t_s[0]) % model.gap_every_s < model.gap_every_s - model.gap_s
    batches = ((t_s - t_s[0]) / model.batch_s).astype(np.int64)
    sent: list[Sent] = []
    for number in range(int(batches[-1]) + 1):
        ready_s = float(t_s[0]) + (number + 1) * model.batch_s
        payload = [rows[place] for place in np.flatnonzero((batches == number) & kept)]
        message = {
            "messageId": number,
            "sessionId": session_id,
            "deviceId": device_id,
            "payload": [*payload, _phone_row(started_ns, ready_s)],
        }
        body = json.dumps(message).encode()
        copies = 0 if rng.random() < model.loss_fraction else 1 + (rng.random() < model.duplicate_fraction)
        late_s = rng.uniform(0.0, model.latency_s, copies)
        sent += [Sent(ready_s + model.lag_s + float(late), body) for late in late_s]
    return tuple(sorted(sent, key=lambda message: message.at_s))


def _wrist_rows(
    recording: OfflineRecording, stamps_s: FloatArray, model: PushModel, started_ns: int
) -> list[dict[str, object]]:
    """Split the specific force into gravity and acceleration, in the platform's unit and sign."""
    force = recording.specific_force_mps2
    mean = uniform_filter1d(force, max(round(FUSION_S * recording.sample_rate_hz), 1), axis=0)
    gravity_mps2 = mean * (STANDARD_GRAVITY_MPS2 / np.linalg.norm(mean, axis=1, keepdims=True))
    columns = {
        "gravity": gravity_mps2 / model.unit_mps2,
        "acceleration": (force - gravity_mps2) / model.unit_mps2,
        "rotationRate": recording.gyro_radps,
    }
    return [
        {
            "name": "wrist motion",
            "time": started_ns + round(float(stamp_s) * _NS_PER_S),
            "values": {
                f"{name}{axis}": float(values[place, i])
                for name, values in columns.items()
                for i, axis in enumerate("XYZ")
            },
        }
        for place, stamp_s in enumerate(stamps_s)
    ]


def _phone_row(started_ns: int, at_s: float) -> dict[str, object]:
    """Row of the phone's own accelerometer: it lies on a bench and means nothing here."""
    return {
        "name": "accelerometer",
        "time": started_ns + round(at_s * _NS_PER_S),
        "values": {"x": 0.01, "y": -0.02, "z": 0.0},
    }
