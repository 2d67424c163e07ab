"""Polar's Verity Sense (optical, on the arm) and H10 (chest strap): PMD streams and the Heart Rate service.

From the public description, see `firmware_sim.devices.pmd` and ``docs/sensors/simulated.md``, which says what
is not simulated: ECG, PPG, PPI, the magnetometer, recording on the device.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Unpack

import numpy as np
from bumble import att, data_types
from bumble.core import UUID
from bumble.gatt import Characteristic, Service

from firmware_sim.devices import pmd
from firmware_sim.heart import Heart
from firmware_sim.identity import Identity
from firmware_sim.mems import MemsSettings
from firmware_sim.mems_models import MICRO_G_MPS2, PRESETS, MemsModel
from firmware_sim.outbox import ATT_NOTIFICATION_OVERHEAD_BYTES
from firmware_sim.peripheral import SensorOptions, SimulatedPeripheral

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bumble.core import DataType
    from bumble.device import Connection
    from bumble.transport.common import TransportSink, TransportSource
    from numpy.typing import NDArray

    from firmware_sim.characteristics import Endpoint
    from firmware_sim.sampler import Sampler
    from firmware_sim.scenario import Scenario

VERITY_MEMS: MemsModel = replace(PRESETS["LSM6DSO"], name="Polar Verity Sense")
"""Not published; its rates and the factor in the vendor's tests are those of this family."""
H10_MEMS: MemsModel = replace(PRESETS["LSM6DSO"], name="Polar H10", accel_noise_mps2_rthz=220 * MICRO_G_MPS2)
"""Not published; noise as of common low-power accelerometers."""

MANUFACTURER = "Polar Electro Oy"
COMPANY_ID = 0x006B
SMALLEST_MTU = 64
"""Below this a start is refused with "invalid MTU"; the vendor does not say where the limit lies."""
SAMPLES_PER_FRAME = 36
"""216 bytes of raw samples, which fill the MTU of 232."""
TIMER_HZ = 32768
CCCD_IMPROPERLY_CONFIGURED = 0xFD
RR_PRESENT = 0x10
NS = 1_000_000_000

_VERITY_RATES_HZ = (26, 52, 104, 208, 416)
VERITY_OFFERS = {
    pmd.ACC: pmd.StreamSettings((52,), (8,), channels=3),
    pmd.GYRO: pmd.StreamSettings((52,), (2000,), channels=3),
}
VERITY_SDK_OFFERS = {
    pmd.ACC: pmd.StreamSettings(_VERITY_RATES_HZ, (2, 4, 8, 16), channels=3),
    pmd.GYRO: pmd.StreamSettings(_VERITY_RATES_HZ, (250, 500, 1000, 2000), channels=3),
}
H10_OFFERS = {pmd.ACC: pmd.StreamSettings((25, 50, 100, 200), (2, 4, 8))}


@dataclass(frozen=True, slots=True)
class Framing:
    """How raw numbers (32768 is the range) become numbers in a frame.

    Attributes
    ----------
    frame_type : int
        With `pmd.DELTA` where compressed.
    scale : float
        Number in the frame over raw number.
    factor : float or None
        By which the receiver multiplies, told in the answer to the start; None: not told.
    """

    frame_type: int
    scale: float = 1.0
    factor: float | None = None


@dataclass(slots=True)
class _Stream:
    """A running measurement: its samples, those not yet in a frame, how they become frames."""

    kind: int
    sampler: Sampler
    framing: Framing
    waiting: NDArray[np.int64]


class PolarPeripheral(SimulatedPeripheral):
    """What the two sensors share; parameters as `SimulatedPeripheral`."""

    DEFAULT_MTU: ClassVar[int] = 232
    MEMS: ClassVar[MemsModel]
    OFFERS: ClassVar[Mapping[int, pmd.StreamSettings]]
    SDK_OFFERS: ClassVar[Mapping[int, pmd.StreamSettings]] = MappingProxyType({})
    """In SDK mode; empty: the device has none."""
    CLOCK_AT_POWER_ON_NS: ClassVar[int]
    BODY_LOCATION: ClassVar[int]

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
        worn = scenario.on_sensor(self.MEMS, MemsSettings(rate_hz=52, accel_range_g=8))
        self._heart = Heart(worn)
        super().__init__(source, sink, worn, name=name, address=address, **options)

    @property
    def sdk_mode(self) -> bool:
        """Whether SDK mode is on."""
        return self._sdk_mode

    @abstractmethod
    def _framing(self, kind: int, full_scale: int) -> Framing:
        """Tell how a measurement of this range, g or dps, is framed now."""

    @abstractmethod
    def _heart_measurement(self, rate_bpm: float) -> bytes:
        """Value of the heart rate measurement, once a second."""

    def _offers(self) -> Mapping[int, pmd.StreamSettings]:
        return self.SDK_OFFERS if self._sdk_mode else self.OFFERS

    def _features(self) -> bytes:
        """Value of the control point when read: bits of the measurement types."""
        bits = sum(1 << kind for kind in self.OFFERS) | (1 << pmd.SDK_MODE if self.SDK_OFFERS else 0)
        return b"\x0f" + bits.to_bytes(2, "little")

    def _power_on(self) -> None:
        self._sdk_mode = False
        self._streams: dict[int, _Stream] = {}

    def _services(self) -> list[Service]:
        properties = Characteristic.Properties
        self._control = self._endpoint(
            pmd.CONTROL_UUID,
            properties.READ | properties.WRITE | properties.INDICATE,
            read=lambda _: self._features(),
            write=self._on_control,
        )
        self._data = self._endpoint(pmd.DATA_UUID, properties.NOTIFY, on_listen=self._on_data_listen)
        self._heart_rate = self._endpoint("2A37", properties.NOTIFY, on_listen=self._on_heart_listen)
        location = self._endpoint("2A38", properties.READ, read=lambda _: bytes([self.BODY_LOCATION]))
        return [
            Service(pmd.SERVICE_UUID, [self._control.characteristic, self._data.characteristic]),
            Service("180D", [self._heart_rate.characteristic, location.characteristic]),
        ]

    def _advertised_services(self) -> list[UUID]:
        return [UUID("180D")]

    def _advertised(self) -> list[DataType]:
        # The vendor's bytes hold the heart rate while nobody is connected; nothing of that is simulated.
        return [*super()._advertised(), data_types.ManufacturerSpecificData(COMPANY_ID, b"\x00\x00\x00\x00")]

    def _link_lost(self) -> None:
        self._streams.clear()

    # -- control point

    def _on_control(self, connection: Connection, payload: bytes) -> None:
        if not self._control.indicated:
            raise att.ATT_Error(CCCD_IMPROPERLY_CONFIGURED)
        if not payload:
            raise att.ATT_Error(att.ATT_INVALID_ATTRIBUTE_LENGTH_ERROR)
        op, kind = payload[0], payload[1] if len(payload) > 1 else 0
        try:
            answer = pmd.encode_answer(op, kind, pmd.SUCCESS, self._obey(connection, payload))
        except pmd.PmdRefusal as refusal:
            answer = pmd.encode_answer(op, kind, refusal.code)
        if len(answer) > connection.att_mtu - ATT_NOTIFICATION_OVERHEAD_BYTES:
            answer = pmd.encode_answer(op, kind, pmd.INVALID_MTU)
        self._indicate(connection, self._control, answer)

    def _obey(self, connection: Connection, payload: bytes) -> bytes:
        """Do what a command says; give the parameters of the answer."""
        op = payload[0]
        if op not in (pmd.GET_SETTINGS, pmd.START, pmd.STOP, pmd.GET_SDK_SETTINGS):
            raise pmd.PmdRefusal(pmd.INVALID_OP_CODE)
        if len(payload) < 2 or (op != pmd.START and len(payload) > 2):
            raise pmd.PmdRefusal(pmd.INVALID_LENGTH)
        kind = payload[1]
        if kind not in pmd.KNOWN_TYPES:
            raise pmd.PmdRefusal(pmd.INVALID_TYPE)
        if kind == pmd.SDK_MODE:
            return self._switch_mode(op)
        offers = self.SDK_OFFERS if op == pmd.GET_SDK_SETTINGS else self._offers()
        if kind not in offers:
            raise pmd.PmdRefusal(pmd.NOT_SUPPORTED)
        if op == pmd.START:
            return self._start(connection, kind, offers[kind].chosen(pmd.parse_settings(payload[2:])))
        if op == pmd.STOP:
            self._stop(kind)
            return b""
        return offers[kind].encode()

    def _switch_mode(self, op: int) -> bytes:
        """Change the mode, which ends every stream."""
        if not self.SDK_OFFERS or op not in (pmd.START, pmd.STOP):
            raise pmd.PmdRefusal(pmd.NOT_SUPPORTED)
        if self._sdk_mode == (op == pmd.START):
            raise pmd.PmdRefusal(pmd.ALREADY_IN_STATE)
        self._sdk_mode = op == pmd.START
        for kind in list(self._streams):
            self._stop(kind)
        self._on_heart_listen(self._heart_rate)
        return b""

    def _start(self, connection: Connection, kind: int, chosen: tuple[int, int]) -> bytes:
        if self.faults.refuse_start is not None:
            raise pmd.PmdRefusal(self.faults.refuse_start)
        if connection.att_mtu < SMALLEST_MTU:
            raise pmd.PmdRefusal(pmd.INVALID_MTU)
        if kind in self._streams:
            raise pmd.PmdRefusal(pmd.ALREADY_IN_STATE)
        rate_hz, full_scale = chosen
        if kind == pmd.ACC:
            settings = MemsSettings(rate_hz=rate_hz, accel_range_g=full_scale)
        else:
            settings = MemsSettings(rate_hz=rate_hz, gyro_range_dps=full_scale)
        framing = self._framing(kind, full_scale)
        stream = _Stream(kind, self._sampler(settings), framing, np.empty((0, 3), dtype=np.int64))
        self._streams[kind] = stream
        self._run(f"stream {kind}", self._stream(connection, stream))
        return b"" if framing.factor is None else pmd.encode_factor(framing.factor)

    def _stop(self, kind: int) -> None:
        if self._streams.pop(kind, None) is None:
            raise pmd.PmdRefusal(pmd.ALREADY_IN_STATE)
        self._end(f"stream {kind}")

    def _on_data_listen(self, endpoint: Endpoint) -> None:
        connection = self._connection
        if endpoint.notified and self.faults.stream_unasked and connection is not None:
            for kind, offered in self._offers().items():
                if kind not in self._streams:
                    self._start(connection, kind, (offered.rates_hz[-1], offered.ranges[-1]))

    # -- data

    def _timestamp_ns(self, at_s: float) -> int:
        """Clock of the sensor at a loop time, ns since 2000, in steps of its timer."""
        rate = 1 + self.scenario.unit.clock_error_fraction
        ticks = round((at_s - self._powered_on_s) * rate * TIMER_HZ)
        return self.CLOCK_AT_POWER_ON_NS + ticks * NS // TIMER_HZ

    async def _stream(self, connection: Connection, stream: _Stream) -> None:
        """Send frames until cancelled."""
        columns = slice(0, 3) if stream.kind == pmd.ACC else slice(3, 6)
        sampler = stream.sampler
        while True:
            missing = max(SAMPLES_PER_FRAME - len(stream.waiting), 1)
            await asyncio.sleep(max(0.0, sampler.instant_s(missing - 1) - self._loop.time()))
            if not self._data.notified:
                sampler.let_pass(self._loop.time())
                stream.waiting = stream.waiting[:0]
                continue
            due = sampler.due(self._loop.time())
            if due:
                taken = sampler.take(due)[:, columns].astype(np.int64)
                stream.waiting = np.concatenate((stream.waiting, taken))
            while len(stream.waiting) >= SAMPLES_PER_FRAME:
                self._post(self._data, self._frame(stream, connection.att_mtu))

    def _frame(self, stream: _Stream, mtu: int) -> bytes:
        """Fill one frame from what waits."""
        room = mtu - ATT_NOTIFICATION_OVERHEAD_BYTES - pmd.FRAME_HEADER_BYTES
        framing = stream.framing
        rows = np.round(stream.waiting[:SAMPLES_PER_FRAME] * framing.scale).astype(np.int64)
        if framing.frame_type & pmd.DELTA:
            content, count = pmd.encode_deltas(rows, room)
        else:
            count = min(len(rows), room // 6)
            content = pmd.encode_raw(rows[:count])
        # Counted from the next sample to take: those that wait were taken before it.
        timestamp_ns = self._timestamp_ns(stream.sampler.instant_s(count - 1 - len(stream.waiting)))
        stream.waiting = stream.waiting[count:]
        return pmd.encode_frame(stream.kind, timestamp_ns, framing.frame_type, content)

    # -- heart rate

    def _on_heart_listen(self, endpoint: Endpoint) -> None:
        if endpoint.notified and not self._sdk_mode:
            self._run("heart", self._beat())
        else:
            self._end("heart")

    async def _beat(self) -> None:
        """Notify the heart rate every second until cancelled."""
        while True:
            await asyncio.sleep(1.0)
            started_s = self.lifter_started_s
            since_s = -1.0 if started_s is None else self._loop.time() - started_s
            self._post(self._heart_rate, self._heart_measurement(self._heart.rate_bpm(since_s)))


class VeritySense(PolarPeripheral):
    """Verity Sense; parameters as `SimulatedPeripheral`.

    Frames are delta-compressed: of the accelerometer in milli-g with factor 1 in normal mode, as raw numbers
    with a factor to g in SDK mode; of the gyroscope always as raw numbers with a factor to dps.
    """

    MEMS = VERITY_MEMS
    OFFERS = MappingProxyType(VERITY_OFFERS)
    SDK_OFFERS = MappingProxyType(VERITY_SDK_OFFERS)
    CLOCK_AT_POWER_ON_NS = 536_580_000 * NS
    """2017-01-01 10:00, the vendor's "default time"."""
    BODY_LOCATION = 3

    def _identity(self) -> Identity:
        return Identity(
            model="Verity Sense", firmware="2.2.6", manufacturer=MANUFACTURER, hardware="00760690.01"
        )

    def _framing(self, kind: int, full_scale: int) -> Framing:
        if kind == pmd.ACC and not self._sdk_mode:
            return Framing(pmd.DELTA | 1, scale=full_scale * 1000 / 32768, factor=1.0)
        return Framing(pmd.DELTA, factor=full_scale / 32768)

    def _heart_measurement(self, rate_bpm: float) -> bytes:
        """No intervals: the optical sensor does not give them here."""
        return bytes([0, round(rate_bpm)])


class H10(PolarPeripheral):
    """H10 with raw frames of its accelerometer, in milli-g; parameters as `SimulatedPeripheral`."""

    MEMS = H10_MEMS
    OFFERS = MappingProxyType(H10_OFFERS)
    CLOCK_AT_POWER_ON_NS = 599_616_000 * NS
    """2019-01-01 00:00, the vendor's "default time"."""
    BODY_LOCATION = 1

    def _identity(self) -> Identity:
        return Identity(model="H10", firmware="3.1.1", manufacturer=MANUFACTURER, hardware="00760690.03")

    def _framing(self, kind: int, full_scale: int) -> Framing:
        del kind
        return Framing(1, scale=full_scale * 1000 / 32768)

    def _heart_measurement(self, rate_bpm: float) -> bytes:
        """With the intervals between the beats of the last second, in 1/1024 s."""
        intervals = [round(1024 * one) for one in self._heart.beats(self._loop.time(), rate_bpm)]
        values = b"".join(one.to_bytes(2, "little") for one in intervals)
        return bytes([RR_PRESENT if intervals else 0, round(rate_bpm)]) + values


class CompressedH10(H10):
    """H10 of another firmware, which compresses as well."""

    def _framing(self, kind: int, full_scale: int) -> Framing:
        return replace(super()._framing(kind, full_scale), frame_type=pmd.DELTA | 1, factor=1.0)
