"""Says in words what can be made of an imported recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.config import MountConfig

if TYPE_CHECKING:
    from analysis.imu import Mount


def possible(rate_hz: float, mount: Mount) -> list[str]:
    """Say what can be computed at this rate and with this mount, and what not and why."""
    limits = MountConfig()
    if rate_hz < limits.resolvable_rate_hz:
        least = f"{rate_hz:.1f} Hz is too slow for velocities ({limits.resolvable_rate_hz:g} Hz at least)"
        return [f"can be computed: little: {least}"]
    can = "can be computed: reps, velocity, range of motion"
    if not mount.why_no_forward:
        can += ", forward drift"
    lines = [can]
    if rate_hz < limits.good_rate_hz:
        lines.append(f"peaks are blurred: {rate_hz:.1f} Hz, good are {limits.good_rate_hz:g} Hz")
    if mount.why_no_forward:
        lines.append(f"no forward drift: {mount.why_no_forward}")
    return lines
