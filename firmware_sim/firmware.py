"""What the microcontroller does: sample, number, stamp, batch, queue, obey.

No I/O; the caller says what time it is. ``now_s`` is always the clock of the running event loop, which here
stands for true time. The firmware's own clock is off by the crystal's error, and the sensor's sampling by its
oscillator's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from firmware_sim import protocol
from firmware_sim.errors import CommandRefusedError, PacketTooLongError
from firmware_sim.mems import MemsSettings, MemsStream
from firmware_sim.sampler import Sampler

OpenStream: TypeAlias = Callable[[MemsSettings, float], MemsStream]
"""Start sampling with these settings, first sample at this loop time."""


@dataclass(frozen=True, slots=True)
class FirmwareConfig:
    """What was burnt into the firmware.

    Attributes
    ----------
    samples_per_packet : int
        After power-on, 1 to 20 (10: 20 notifications a second at 200 Hz).
    fifo_packets : int
        Packets that wait for the radio; when it is full the oldest is dropped (16 to 64; 32 is 1.6 s).
    lookahead_s : float
        Simulated in one go, s; the lifter does not mind (0.2 to 2).
    battery_percent : int
        At power-on.
    battery_drain_per_h : float
        Percent per hour (a 100 mAh cell at 1.5 mA).
    version : tuple of 2 int
        Firmware version.
    device_id : bytes
        8 bytes.
    """

    samples_per_packet: int = 10
    fifo_packets: int = 32
    lookahead_s: float = 1.0
    battery_percent: int = 87
    battery_drain_per_h: float = 1.5
    version: tuple[int, int] = (1, 0)
    device_id: bytes = b"UPRSIM\x00\x01"


@dataclass(frozen=True, slots=True)
class _Packet:
    """Built and waiting; the header's counts of losses are known only when it leaves."""

    seq: int
    t_us: int
    period_us: int
    samples: list[list[int]]


class Firmware:
    """State machine of one powered sensor.

    Parameters
    ----------
    open_stream : callable
        Starts the sensor's sampling.
    settings : MemsSettings
        Rate and ranges after power-on.
    clock_error_fraction : float
        Of the crystal.
    model : str
        Reported in INFO.
    powered_on_s : float
        Loop time of power-on.
    config : FirmwareConfig, optional
        What was burnt in.

    Notes
    -----
    Sampling begins with the first START since power-on and never stops: ``seq`` and the clock run on while
    nobody listens.
    """

    def __init__(
        self,
        open_stream: OpenStream,
        settings: MemsSettings,
        *,
        clock_error_fraction: float,
        model: str,
        powered_on_s: float,
        config: FirmwareConfig | None = None,
    ) -> None:
        self._open_stream = open_stream
        self._settings = settings
        self._clock_rate = 1 + clock_error_fraction
        self._model = model
        self._powered_on_s = powered_on_s
        self._config = config or FirmwareConfig()
        self._batch = self._config.samples_per_packet
        self._streaming = False
        self._sampler: Sampler | None = None
        self._seq = 0
        self._last_sent_seq = -1
        self._fifo: deque[_Packet] = deque()

    # -- state

    @property
    def streaming(self) -> bool:
        """Whether START was given and neither STOP nor a lost link came after it."""
        return self._streaming

    @property
    def settings(self) -> MemsSettings:
        """Rate and ranges."""
        return self._settings

    @property
    def waiting(self) -> int:
        """Packets in the FIFO."""
        return len(self._fifo)

    def battery_percent(self, now_s: float) -> int:
        """Charge left, 0 to 100."""
        used = self._config.battery_drain_per_h * (now_s - self._powered_on_s) / 3600
        return max(0, round(self._config.battery_percent - used))

    def info(self, now_s: float) -> bytes:
        """Value of the INFO characteristic."""
        return protocol.encode_info(
            streaming=self._streaming,
            accel_range_g=self._settings.accel_range_g,
            gyro_range_dps=self._settings.gyro_range_dps,
            rate_hz=self._settings.rate_hz,
            samples_per_packet=self._batch,
            battery_percent=self.battery_percent(now_s),
            firmware=self._config.version,
            device_id=self._config.device_id,
            model=self._model,
        )

    # -- commands and link

    def command(self, payload: bytes, now_s: float) -> None:
        """Obey what was written to CTRL.

        Raises
        ------
        CommandRefusedError
            With the ATT application error to answer.
        """
        match protocol.parse_command(payload):
            case protocol.Start():
                self._start(now_s)
            case protocol.Stop():
                self._streaming = False
                self._fifo.clear()
            case protocol.SetRate(rate_hz):
                self._configure(replace(self._settings, rate_hz=rate_hz), self._batch, now_s)
            case protocol.SetRange(accel_range_g, gyro_range_dps):
                changed = replace(self._settings, accel_range_g=accel_range_g, gyro_range_dps=gyro_range_dps)
                self._configure(changed, self._batch, now_s)
            case protocol.SetBatch(samples_per_packet):
                self._configure(self._settings, samples_per_packet, now_s)

    def link_lost(self) -> None:
        """Stop the stream with the link; what waited for it is lost."""
        self._streaming = False
        self._fifo.clear()

    def _start(self, now_s: float) -> None:
        if self._streaming:
            return
        self._streaming = True
        if self._sampler is None:
            self._begin_sampling(now_s)
        else:
            self.let_pass(now_s)

    def _configure(self, settings: MemsSettings, samples_per_packet: int, now_s: float) -> None:
        if self._streaming:
            raise CommandRefusedError(protocol.NOT_WHILE_STREAMING, "stop the stream first")
        self.let_pass(now_s)
        self._batch = samples_per_packet
        if settings != self._settings:
            self._settings = settings
            if self._sampler is not None:
                self._begin_sampling(now_s)

    def _begin_sampling(self, now_s: float) -> None:
        self._sampler = Sampler(self._open_stream(self._settings, now_s), now_s, self._config.lookahead_s)

    # -- packets

    def let_pass(self, now_s: float) -> None:
        """Build what is due and throw it away unseen: nobody listens."""
        if self._sampler is None:
            return
        packets = self._sampler.due(now_s) // self._batch
        self._seq += packets
        self._sampler.skip(packets * self._batch)

    def next_packet_s(self) -> float | None:
        """Loop time at which the next packet is complete; None before the first START."""
        return None if self._sampler is None else self._sampler.instant_s(self._batch - 1)

    def build(self, now_s: float, mtu: int) -> None:
        """Put every packet that is complete by now into the FIFO.

        Parameters
        ----------
        now_s : float
            Loop time.
        mtu : int
            ATT MTU of the link; k is lowered so that the packet fits.
        """
        fits = min(self._batch, protocol.samples_that_fit(mtu))
        if fits == 0:
            self.let_pass(now_s)
            return
        sampler = self._sampler
        while sampler is not None and sampler.instant_s(fits - 1) <= now_s:
            self._fifo.append(self._build_one(sampler, fits))
            if len(self._fifo) > self._config.fifo_packets:
                self._fifo.popleft()

    def _build_one(self, sampler: Sampler, count: int) -> _Packet:
        first_s = sampler.instant_s()
        packet = _Packet(
            seq=self._seq,
            t_us=round((first_s - self._powered_on_s) * self._clock_rate * 1e6),
            period_us=round(sampler.period_s * self._clock_rate * 1e6),
            samples=sampler.take(count).tolist(),
        )
        self._seq += 1
        return packet

    def take(self, mtu: int) -> bytes:
        """Take the oldest packet out of the FIFO, as it goes to the radio.

        Raises
        ------
        IndexError
            If the FIFO is empty; ask `waiting` first.
        PacketTooLongError
            If the MTU has shrunk since it was built.
        """
        packet = self._fifo.popleft()
        first = self._last_sent_seq < 0
        dropped = packet.seq if first else packet.seq - self._last_sent_seq - 1
        self._last_sent_seq = packet.seq
        payload = protocol.encode_data(
            flags=(protocol.FLAG_DROPPED if dropped else 0) | (protocol.FLAG_FIRST if first else 0),
            seq=packet.seq,
            t_us=packet.t_us,
            period_us=packet.period_us,
            dropped=dropped,
            samples=packet.samples,
        )
        limit = mtu - protocol.ATT_NOTIFICATION_OVERHEAD_BYTES
        if len(payload) > limit:
            raise PacketTooLongError(len(payload), limit)
        return payload
