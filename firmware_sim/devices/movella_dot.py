"""A Movella DOT (Xsens DOT) in real-time streaming, see `movella_dot_protocol`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import numpy as np
from bumble import att, data_types
from bumble.gatt import Characteristic, Service
from vqf import VQF

from firmware_sim.devices import movella_dot_protocol as dot
from firmware_sim.devices.parts import XSENS_DOT
from firmware_sim.devices.sampled import VALUE_NOT_ALLOWED, SampledPeripheral
from firmware_sim.errors import CommandRefusedError
from firmware_sim.identity import Identity
from firmware_sim.mems import MemsSettings, to_physical
from firmware_sim.mems_models import RADPS_PER_DPS
from firmware_sim.peripheral import BATTERY_CHECK_S, SensorOptions

if TYPE_CHECKING:
    from bumble.core import UUID, DataType
    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.scenario import Scenario


RANGES = MemsSettings(rate_hz=60, accel_range_g=16, gyro_range_dps=2000)
VERSION = (2, 6, 0)


class MovellaDotPeripheral(SampledPeripheral):
    """A DOT; parameters as `SimulatedPeripheral`.

    Not simulated: recording, synchronisation, heading reset, power saving, the button.
    """

    HAS_BATTERY_SERVICE = False

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
        self._settings = dot.DeviceControl()
        self._mode = dot.RATE_QUANTITIES
        felt = scenario.on_sensor(XSENS_DOT, RANGES)
        super().__init__(source, sink, felt, name=name, address=address, **options)

    def _power_on(self) -> None:
        self._measuring = False

    def _services(self) -> list[Service]:
        readable, writeable = Characteristic.Properties.READ, Characteristic.Properties.WRITE
        notified = Characteristic.Properties.NOTIFY
        info = self._endpoint(dot.uuid(dot.DEVICE_INFO), readable, read=lambda _: self._device_info())
        settings = self._endpoint(
            dot.uuid(dot.DEVICE_CONTROL),
            readable | writeable,
            read=lambda _: self._settings.encode(),
            write=self._on_settings,
        )
        report = self._endpoint(dot.uuid(dot.DEVICE_REPORT), notified)
        control = self._endpoint(
            dot.uuid(dot.CONTROL),
            readable | writeable,
            read=lambda _: dot.encode_control(measuring=self._measuring, mode=self._mode),
            write=self._on_control,
        )
        self._payloads = {
            short: self._endpoint(dot.uuid(short), notified, on_listen=self._on_listen)
            for short in dot.LENGTHS
        }
        self._charge = self._endpoint(
            dot.uuid(dot.BATTERY),
            readable | notified,
            read=lambda _: dot.encode_battery(self.battery_percent()),
            on_listen=self._on_charge_listen,
        )
        groups = (
            (dot.CONFIGURATION_SERVICE, (info, settings, report)),
            (dot.MEASUREMENT_SERVICE, (control, *self._payloads.values())),
            (dot.BATTERY_SERVICE, (self._charge,)),
        )
        return [Service(dot.uuid(short), [one.characteristic for one in group]) for short, group in groups]

    def _device_info(self) -> bytes:
        return dot.encode_device_info(
            address=self.address,
            version=VERSION,
            built=(2023, 7, 4, 12, 0, 0),
            soft_device=0x0101,
            serial=int(self.address.replace(":", ""), 16),
        )

    def _identity(self) -> Identity:
        return Identity(manufacturer=None)

    def _advertised_services(self) -> list[UUID]:
        return []

    def _advertised(self) -> list[DataType]:
        return [*super()._advertised(), data_types.ManufacturerSpecificData(dot.COMPANY_ID, b"")]

    def _link_lost(self) -> None:
        self._measuring = False

    # -- commands

    def _on_settings(self, connection: Connection, payload: bytes) -> None:
        """Change the settings; output rate and filter not while it measures (section 2.2)."""
        del connection
        after = self._settings.changed(payload)
        if after is None:
            raise att.ATT_Error(VALUE_NOT_ALLOWED)
        fixed = (after.rate_hz, after.filter_profile) == (
            self._settings.rate_hz,
            self._settings.filter_profile,
        )
        if self._measuring and not fixed:
            raise att.ATT_Error(VALUE_NOT_ALLOWED)
        self._settings = after

    def _on_control(self, connection: Connection, payload: bytes) -> None:
        try:
            self._control(connection, payload)
        except CommandRefusedError as error:
            raise att.ATT_Error(error.att_error) from error

    def _control(self, connection: Connection, payload: bytes) -> None:
        if len(payload) != 3 or payload[0] != 1 or payload[1] > 1:
            raise CommandRefusedError(VALUE_NOT_ALLOWED, "01, start or stop, payload mode")
        if payload[1] == 0:
            self._measuring = False
            self._end("measurement")
            return
        self._refuse_start_if_faulty()
        if payload[2] not in dot.PAYLOADS or self._settings.rate_hz not in dot.STREAMING_RATES_HZ:
            raise CommandRefusedError(VALUE_NOT_ALLOWED, "a mode or rate that cannot be streamed")
        self._mode = payload[2]
        self._begin(connection)

    def _on_listen(self, endpoint: Endpoint) -> None:
        if endpoint.notified and self.faults.stream_unasked and self._connection is not None:
            self._begin(self._connection)

    def _begin(self, connection: Connection) -> None:
        self._measuring = True
        self._run("measurement", self._measure(connection, self._mode))

    # -- data

    async def _measure(self, connection: Connection, mode: int) -> None:
        """Send one sample per notification until cancelled; the attitude is a filter's, as in the device."""
        settings = replace(self.scenario.settings, rate_hz=self._settings.rate_hz)
        attitude = VQF(1 / settings.rate_hz)
        endpoint = self._payloads[dot.PAYLOADS[mode]]
        async for first_s, raw in self._batches(settings, 1):
            row = np.ascontiguousarray(to_physical(raw, settings)[0])
            accel, gyro = row[:3].copy(), row[3:].copy()
            attitude.update(gyro, accel)
            quaternion: list[float] = attitude.getQuat6D().tolist()
            t_us = int(self._clock_s(first_s) * 1e6)
            gyro_dps: list[float] = (gyro / RADPS_PER_DPS).tolist()
            payload = dot.encode_measurement(mode, t_us, accel.tolist(), gyro_dps, quaternion)
            self._post_if_it_fits(connection, endpoint, payload)

    def _on_charge_listen(self, endpoint: Endpoint) -> None:
        if endpoint.notified:
            self._run("charge", self._tell_charge())
        else:
            self._end("charge")

    async def _tell_charge(self) -> None:
        """Notify the battery when it changes, until cancelled."""
        shown = self.battery_percent()
        while True:
            await asyncio.sleep(BATTERY_CHECK_S)
            if (percent := self.battery_percent()) != shown:
                shown = percent
                self._post(self._charge, dot.encode_battery(percent))
