"""Who a simulated sensor says it is, and how long it lives."""

from __future__ import annotations

from dataclasses import dataclass

MANUFACTURER = "Upright simulator"


@dataclass(frozen=True, slots=True)
class Battery:
    """A battery that runs down evenly; the sensor dies with it.

    Attributes
    ----------
    percent : float
        At power-on, 0 to 100.
    drain_per_h : float
        Percent per hour (1.5: a 100 mAh cell at 1.5 mA).
    """

    percent: float = 87.0
    drain_per_h: float = 1.5

    def percent_after(self, elapsed_s: float) -> int:
        """Charge left, 0 to 100."""
        return max(0, round(self.percent - self.drain_per_h * elapsed_s / 3600))


@dataclass(frozen=True, slots=True)
class Identity:
    """What the Device Information service tells; None: the device does not have that characteristic."""

    model: str | None = None
    firmware: str | None = None
    manufacturer: str | None = MANUFACTURER
    serial: str | None = None
    hardware: str | None = None
    software: str | None = None
    system_id: bytes | None = None

    def values(self) -> dict[str, bytes]:
        """Values by UUID."""
        texts = {
            "2A29": self.manufacturer,
            "2A24": self.model,
            "2A25": self.serial,
            "2A27": self.hardware,
            "2A26": self.firmware,
            "2A28": self.software,
        }
        values = {uuid: text.encode() for uuid, text in texts.items() if text is not None}
        return values if self.system_id is None else values | {"2A23": self.system_id}
