"""Simulated sensors by name, one module per device, each written from the public description of its protocol.

None knows the driver that reads it: ``docs/sensors/simulated.md`` says what each does, and from which source.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Unpack

from firmware_sim.devices.bangle import BanglePeripheral
from firmware_sim.devices.heart_rate import HeartRatePeripheral
from firmware_sim.devices.metamotion import MetaMotionR, MetaMotionS
from firmware_sim.devices.movella_dot import MovellaDotPeripheral
from firmware_sim.devices.movesense import MovesensePeripheral
from firmware_sim.devices.native import NativePeripheral
from firmware_sim.devices.openbarbell import OpenBarbellPeripheral
from firmware_sim.devices.polar import H10, CompressedH10, VeritySense
from firmware_sim.devices.thingy52 import Thingy52Peripheral
from firmware_sim.devices.witmotion import WitMotionPeripheral
from firmware_sim.errors import UnknownDeviceError
from firmware_sim.peripheral import SensorOptions, SimulatedPeripheral, default_address, put_on_air

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.air import Air
    from firmware_sim.scenario import Scenario

NATIVE = "native"


@dataclass(frozen=True, slots=True)
class DeviceKind:
    """A device that can be simulated.

    Attributes
    ----------
    create : callable
        Makes it from source, sink and scenario, with the options of its class.
    name_of : callable
        The name that number so and so of its kind advertises.
    """

    create: Callable[..., SimulatedPeripheral]
    name_of: Callable[[int], str]


DEVICES: Mapping[str, DeviceKind] = MappingProxyType(
    {
        NATIVE: DeviceKind(NativePeripheral, "Upright-{}".format),
        "movesense": DeviceKind(MovesensePeripheral, "Movesense 1746300{:05d}".format),
        "movella-dot": DeviceKind(MovellaDotPeripheral, "Movella DOT {}".format),
        "thingy52": DeviceKind(Thingy52Peripheral, "Thingy {}".format),
        "bangle": DeviceKind(BanglePeripheral, "Bangle.js {:04x}".format),
        "openbarbell": DeviceKind(OpenBarbellPeripheral, "OB {:04d}".format),
        "heart-rate": DeviceKind(HeartRatePeripheral, "HR strap {}".format),
        "witmotion": DeviceKind(WitMotionPeripheral, "WT901BLE{:02d}".format),
        "witmotion-dual": DeviceKind(partial(WitMotionPeripheral, variant="dual"), "WT901BLE{:02d}".format),
        "witmotion-fff0": DeviceKind(partial(WitMotionPeripheral, variant="fff0"), "WT9011DCL{:02d}".format),
        "polar-verity": DeviceKind(VeritySense, "Polar Sense {:08X}".format),
        "polar-h10": DeviceKind(H10, "Polar H10 {:08X}".format),
        "polar-h10-delta": DeviceKind(CompressedH10, "Polar H10 {:08X}".format),
        "metamotion": DeviceKind(MetaMotionS, lambda _: "MetaWear"),
        "metamotion-r": DeviceKind(MetaMotionR, lambda _: "MetaWear"),
    }
)
"""Devices by name."""


def device_kind(name: str) -> DeviceKind:
    """Look up a device.

    Raises
    ------
    UnknownDeviceError
        If there is none of that name.
    """
    try:
        return DEVICES[name]
    except KeyError:
        raise UnknownDeviceError(name, DEVICES) from None


def create_sensor(
    source: TransportSource,
    sink: TransportSink,
    scenario: Scenario,
    *,
    device: str = NATIVE,
    number: int = 1,
    name: str | None = None,
    address: str | None = None,
    **options: Unpack[SensorOptions],
) -> SimulatedPeripheral:
    """Make a sensor on a controller, not yet advertising.

    Parameters
    ----------
    source, sink : TransportSource, TransportSink
        HCI ends of its controller.
    scenario : Scenario
        What its lifter does.
    device : str
        Its kind.
    number : int
        Makes its name and its address, where these are not given.
    name, address : str, optional
        Its own.
    **options
        Of `SimulatedPeripheral`: ``faults``, ``battery``, ``max_mtu``.

    Raises
    ------
    UnknownDeviceError, InvalidSettingError
        If the device or an option is not possible.
    """
    kind = device_kind(device)
    return kind.create(
        source,
        sink,
        scenario,
        name=name or kind.name_of(number),
        address=address or default_address(number),
        **options,
    )


async def start_sensor(
    air: Air,
    scenario: Scenario,
    *,
    device: str = NATIVE,
    number: int = 1,
    name: str | None = None,
    address: str | None = None,
    **options: Unpack[SensorOptions],
) -> SimulatedPeripheral:
    """Put a sensor on the air of this process and let it advertise; parameters as `create_sensor`."""

    def create(source: TransportSource, sink: TransportSink) -> SimulatedPeripheral:
        return create_sensor(
            source, sink, scenario, device=device, number=number, name=name, address=address, **options
        )

    return await put_on_air(air, f"{device} {number}", create)
