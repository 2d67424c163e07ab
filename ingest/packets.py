"""The one thing that is recorded: raw packets; where they come from, and what the host itself writes."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from analysis.errors import InvalidGoalError
from analysis.imu import SetLabel
from analysis.set_goal import SetGoal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

DATA, INFO, CONTROL, BATTERY, HEART_RATE = "data", "info", "control", "battery", "heart_rate"
"""Channels of the sensor's bytes: samples, its description, answers to commands, standard services."""
LINK, LABEL = "link", "label"
"""Channels that carry UTF-8 JSON by the host."""


@dataclass(frozen=True, slots=True)
class RawPacket:
    """Bytes as they came, never altered.

    Attributes
    ----------
    received_at_s : float
        Clock of the running event loop when the bytes arrived, seconds since the source started, whole
        nanoseconds.
    channel : str
        See the constants of this module; a driver may add its own.
    payload : bytes
        Undecoded.
    """

    received_at_s: float
    channel: str
    payload: bytes


class PacketSource(Protocol):
    """Anything that yields packets in the order of arrival."""

    def packets(self) -> AsyncIterator[RawPacket]:
        """Yield packets until the source ends or is stopped."""
        ...


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """What happened to the radio link.

    Attributes
    ----------
    event : str
        ``"connected"`` or ``"lost"``.
    name, address : str
        Of the sensor.
    mtu : int or None
        ATT MTU in bytes, on ``connected``.
    rssi_dbm : int or None
        Signal strength of the last advertisement, dBm.
    reason : str
        Why the link was lost, in words.
    driver : str
        Name of the driver that understands the sensor, on ``connected``; empty where the recording's header
        is the only one to say.
    """

    event: str
    name: str = ""
    address: str = ""
    mtu: int | None = None
    rssi_dbm: int | None = None
    reason: str = ""
    driver: str = ""


def whole_nanoseconds(seconds: float) -> float:
    """Round a time in s to whole nanoseconds, so that a recording gives back exactly what was received."""
    return round(seconds * 1e9) / 1e9


def label_packet(received_at_s: float, label: SetLabel) -> RawPacket:
    """Packet that carries the lifter's label."""
    content: dict[str, object] = {"exercise_id": label.exercise_id, "load_kg": label.load_kg}
    if label.goal is not None:
        content["goal"] = asdict(label.goal)
    return RawPacket(whole_nanoseconds(received_at_s), LABEL, json.dumps(content).encode())


def link_packet(received_at_s: float, event: LinkEvent) -> RawPacket:
    """Packet that records what happened to the link."""
    content = {
        "event": event.event,
        "name": event.name,
        "address": event.address,
        "mtu": event.mtu,
        "rssi": event.rssi_dbm,
        "reason": event.reason,
        "driver": event.driver,
    }
    return RawPacket(whole_nanoseconds(received_at_s), LINK, json.dumps(content).encode())


def parse_label(payload: bytes) -> SetLabel:
    """Read the payload of a ``label`` packet.

    Raises
    ------
    ValueError
        If the payload is not what `label_packet` writes.
    """
    content = _parse_object(payload)
    exercise_id = content.get("exercise_id")
    if exercise_id is not None and not isinstance(exercise_id, str):
        raise ValueError("exercise_id is not a string")
    return SetLabel(exercise_id, _number(content, "load_kg"), _parse_goal(content.get("goal")))


def _parse_goal(content: object) -> SetGoal | None:
    """Read a goal; recordings from before there were goals have none. Parts that are not known are left."""
    if content is None:
        return None
    known = _text_keys(content)
    reps, feedback, target = known.get("reps"), known.get("velocity_feedback", True), known.get("target_mps")
    if (reps is not None and type(reps) is not int) or not isinstance(feedback, bool):
        raise ValueError("reps or velocity_feedback of the goal is of the wrong kind")
    try:
        return SetGoal(
            _number(known, "velocity_loss_stop_fraction"),
            None if target is None else _pair(target),
            _number(known, "min_velocity_mps"),
            reps,
            feedback,
        )
    except InvalidGoalError as error:
        raise ValueError(f"goal: {error}") from error


def _number(content: dict[str, object], name: str) -> float | None:
    value = content.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{name} is not a number")
    return float(value)


def _pair(content: object) -> tuple[float, float]:
    if not isinstance(content, list) or len(content) != 2:  # pyright: ignore[reportUnknownArgumentType] -- JSON
        raise ValueError("target_mps is not a pair of numbers")
    pair: dict[str, object] = dict(zip(("low", "high"), content, strict=True))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType] -- JSON
    low, high = _number(pair, "low"), _number(pair, "high")
    if low is None or high is None:
        raise ValueError("target_mps is not a pair of numbers")
    return low, high


def parse_link(payload: bytes) -> LinkEvent:
    """Read the payload of a ``link`` packet.

    Raises
    ------
    ValueError
        If the payload is not what `link_packet` writes.
    """
    content = _parse_object(payload)
    mtu, rssi = content.get("mtu"), content.get("rssi")
    return LinkEvent(
        event=str(content.get("event", "")),
        name=str(content.get("name") or ""),
        address=str(content.get("address") or ""),
        mtu=mtu if isinstance(mtu, int) else None,
        rssi_dbm=rssi if isinstance(rssi, int) else None,
        reason=str(content.get("reason") or ""),
        driver=str(content.get("driver") or ""),
    )


def _parse_object(payload: bytes) -> dict[str, object]:
    try:
        content: object = json.loads(payload)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error
    return _text_keys(content)


def _text_keys(content: object) -> dict[str, object]:
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 -- the bytes are wrong, not a type
    return {str(key): value for key, value in content.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] -- JSON
