"""A Nordic Thingy:52 that sends raw motion data, see `thingy52_protocol`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from bumble import att
from bumble.core import UUID
from bumble.gatt import Characteristic, Service

from firmware_sim.devices import thingy52_protocol as thingy
from firmware_sim.devices.parts import MPU9250
from firmware_sim.devices.sampled import SampledPeripheral
from firmware_sim.identity import Identity
from firmware_sim.mems import MemsSettings, to_physical
from firmware_sim.mems_models import RADPS_PER_DPS
from firmware_sim.motion import STANDARD_GRAVITY_MPS2

if TYPE_CHECKING:
    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.peripheral import SensorOptions
    from firmware_sim.scenario import Scenario

VERSION = (2, 2, 0)
RANGES = MemsSettings(rate_hz=10, accel_range_g=2, gyro_range_dps=2000)
"""The firmware leaves them as InvenSense's driver sets them at start (from memory: 2 g and 2000 dps)."""
DMP_RATE_HZ = 200
"""The motion processor runs at this rate and gives every so manieth sample (InvenSense's driver)."""


def true_rate_hz(asked_hz: int) -> float:
    """Rate that a configured frequency leads to: a whole fraction of 200 Hz, not below what was asked for."""
    return DMP_RATE_HZ / (DMP_RATE_HZ // asked_hz)


class Thingy52Peripheral(SampledPeripheral):
    """A Thingy:52; parameters as `SimulatedPeripheral`.

    Only the motion service and of it only configuration and raw data; the compass has no data, which the
    firmware sends as 0.
    """

    DEFAULT_MTU = 276

    def __init__(
        self,
        source: TransportSource,
        sink: TransportSink,
        scenario: Scenario,
        *,
        name: str,
        address: str,
        **options: Unpack[SensorOptions],
    ) -> None:
        self._config = thingy.MotionConfig()
        felt = scenario.on_sensor(MPU9250, RANGES)
        super().__init__(source, sink, felt, name=name, address=address, **options)

    def _power_on(self) -> None:
        """Nothing: it has no clock and no counter, and keeps its configuration in flash memory."""

    def _services(self) -> list[Service]:
        properties = Characteristic.Properties
        version = self._endpoint(
            thingy.uuid(thingy.FIRMWARE_VERSION), properties.READ, read=lambda _: bytes(VERSION)
        )
        config = self._endpoint(
            thingy.uuid(thingy.CONFIG),
            properties.READ | properties.WRITE,
            read=lambda _: self._config.encode(),
            write=self._on_config,
        )
        self._raw = self._endpoint(thingy.uuid(thingy.RAW), properties.NOTIFY, on_listen=self._on_listen)
        motion = [config.characteristic, self._raw.characteristic]
        return [
            Service(thingy.uuid(thingy.CONFIGURATION_SERVICE), [version.characteristic]),
            Service(thingy.uuid(thingy.MOTION_SERVICE), motion),
        ]

    def _identity(self) -> Identity:
        return Identity(manufacturer=None)

    def _advertised_services(self) -> list[UUID]:
        return [UUID(thingy.uuid(thingy.CONFIGURATION_SERVICE))]

    def _link_lost(self) -> None:
        """Nothing: the stream ended with the subscription."""

    def _on_config(self, connection: Connection, payload: bytes) -> None:
        if self.faults.refuse_start is not None:
            raise att.ATT_Error(self.faults.refuse_start)
        config = thingy.parse_config(payload)
        if config is None:
            raise att.ATT_Error(att.ATT_WRITE_NOT_PERMITTED_ERROR)
        self._config = config
        if self._running("raw"):
            self._run("raw", self._stream(connection))

    def _on_listen(self, endpoint: Endpoint) -> None:
        if endpoint.notified and self._connection is not None:
            self._run("raw", self._stream(self._connection))
        else:
            self._end("raw")

    async def _stream(self, connection: Connection) -> None:
        """Send one sample per notification until cancelled."""
        settings = replace(self.scenario.settings, rate_hz=true_rate_hz(self._config.frequency_hz))
        async for _, raw in self._batches(settings, 1):
            row = to_physical(raw, settings)[0]
            force_g = (row[:3] / STANDARD_GRAVITY_MPS2).tolist()
            gyro_dps = (row[3:] / RADPS_PER_DPS).tolist()
            self._post_if_it_fits(connection, self._raw, thingy.encode_raw(force_g, gyro_dps))
