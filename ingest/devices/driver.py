"""What a sensor driver must offer, and the typed values that it decodes to.

A driver says which characteristics exist, how to start the stream and how to end it; its decoder turns bytes
into SI units. Both are pure: no radio, no clock, no files. `docs/how_to_add_a_device.md` is the recipe.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from analysis.imu import FloatArray, SensorInfo
    from ingest.instruments import InstrumentRep, RepBegun


@dataclass(frozen=True, slots=True)
class CharacteristicSpec:
    """One GATT characteristic that feeds or commands a channel.

    Attributes
    ----------
    channel : str
        Name under which its bytes are recorded, decoded and commanded.
    uuid : str
        128-bit UUID, lower case.
    read_first : bool
        Read once after each connect, before the stream is started.
    notify : bool
        Subscribe to notifications or indications.
    required : bool
        A sensor without it is not a sensor of this kind.
    alternatives : tuple of str
        UUIDs that other models use for the same; the first that is present is taken.
    """

    channel: str
    uuid: str
    read_first: bool = False
    notify: bool = False
    required: bool = True
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes to write to a channel, with response or without."""

    channel: str
    payload: bytes
    response: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    """Time that the sensor needs before the next step, s."""

    duration_s: float


@dataclass(frozen=True, slots=True)
class Read:
    """Read a channel; its bytes are recorded and come back to the driver."""

    channel: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Write, then wait for the notification that answers; its bytes come back to the driver.

    Attributes
    ----------
    write : Write
        The question.
    reply_channel : str
        Where the answer comes.
    is_reply : callable
        Tells the answer from other notifications.
    timeout_s : float
        A sensor that has not answered by then counts as lost, s.
    """

    write: Write
    reply_channel: str
    is_reply: Callable[[bytes], bool]
    timeout_s: float = 3.0


Step: TypeAlias = Write | Pause | Read | Ask
"""One step of a start-up."""

Startup: TypeAlias = Generator[Step, bytes, None]
"""Steps in order; each is answered with bytes, empty but for `Read` and `Ask`."""


@dataclass(frozen=True, slots=True, eq=False)
class DeviceSamples:
    """One packet of samples in SI units, on the sensor's own clock where it has one.

    Attributes
    ----------
    sequence : int or None
        Counter of packets, dropped ones included; None: the sensor does not count, so a loss shows only in
        time.
    sequence_wrap : int
        Value at which the counter starts again from 0.
    ticks_us : int or None
        Sensor's clock at the first sample, µs; None: it has no clock, so samples are counted at the measured
        rate.
    tick_wrap : int
        Value at which the clock starts again from 0, µs.
    period_us : float
        Sampling period by the sensor's clock, µs; nominal where it has none.
    specific_force_mps2 : (k, 3) float64, sensor frame
        m/s².
    gyro_radps : (k, 3) float64, sensor frame, or None
        rad/s; None: no gyroscope.
    dropped : int
        Packets that the sensor dropped since the one that it sent before this.
    missing : int
        Samples that are known to be missing before the first, of a sensor without a clock; of two streams,
        one may tell what the other lost.
    restarted : bool
        The first packet since power-on.
    clipped : int
        Samples with at least one axis at its limit. Their values stand as they came.
    settled : bool
        In order already, and stamped by a clock of the world: the timeline waits for no packet before this
        one, fits no rate, and sees a restart only where ``restarted`` says so.
    """

    sequence: int | None
    sequence_wrap: int
    ticks_us: int | None
    tick_wrap: int
    period_us: float
    specific_force_mps2: FloatArray
    gyro_radps: FloatArray | None
    dropped: int = 0
    missing: int = 0
    restarted: bool = False
    clipped: int = 0
    settled: bool = False

    def __len__(self) -> int:
        return len(self.specific_force_mps2)


@dataclass(frozen=True, slots=True)
class Battery:
    """State of charge, 0 to 1; None where the sensor does not know."""

    charge_fraction: float | None


@dataclass(frozen=True, slots=True)
class HeartRate:
    """One Heart Rate Measurement.

    Attributes
    ----------
    rate_bpm : int
        Beats per minute.
    rr_intervals_s : tuple of float
        Times between beats, oldest first, s; empty where the sensor does not tell.
    contact : bool or None
        Whether the sensor touches the skin; None where it does not tell.
    """

    rate_bpm: int
    rr_intervals_s: tuple[float, ...] = ()
    contact: bool | None = None


@dataclass(frozen=True, slots=True)
class DeviceText:
    """A string of the Device Information Service.

    Attributes
    ----------
    field : str
        ``"manufacturer"``, ``"model"``, ``"firmware"`` or ``"serial"``.
    text : str
        As the sensor says.
    """

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that later bytes cannot be decoded without, on a channel of samples.

    It means nothing by itself. A recording that begins while the sensor streams repeats it, as it repeats a
    `SensorInfo`.
    """


Decoded: TypeAlias = (
    "DeviceSamples | SensorInfo | Battery | HeartRate | DeviceText | RepBegun | InstrumentRep | Answer"
)
"""What bytes can mean."""


class Decoder(Protocol):
    """Decodes one stream, in order. It may remember what the sensor said about itself, such as its ranges."""

    def decode(self, channel: str, payload: bytes) -> tuple[Decoded, ...]:
        """Decode one payload; empty where it means nothing that matters to us, or is not complete yet.

        Raises
        ------
        WireError
            If the bytes break the protocol. Nothing else is ever raised, whatever the bytes.
        """
        ...

    def link_renewed(self) -> None:
        """Tell that a new connection begins: what was half received is lost, ranges will be told anew."""
        ...


@runtime_checkable
class HoldsBack(Protocol):
    """A decoder that may hold packets back for a missing one, and describes itself only with samples."""

    def flush(self) -> tuple[Decoded, ...]:
        """Return what was held back: nothing more comes."""
        ...


class Driver(Protocol):
    """One kind of sensor, whatever the way in which its bytes come."""

    @property
    def name(self) -> str:
        """Key in the registry, stored in every recording."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    def decoder(self) -> Decoder:
        """Return a decoder for one new stream."""
        ...


@runtime_checkable
class DeviceDriver(Driver, Protocol):
    """One kind of Bluetooth sensor."""

    @property
    def service_uuids(self) -> tuple[str, ...]:
        """Services that only this kind of sensor advertises, by which a scan knows it."""
        ...

    @property
    def name_prefixes(self) -> tuple[str, ...]:
        """Beginnings of the advertised name, for sensors that do not advertise a service of their own."""
        ...

    @property
    def characteristics(self) -> tuple[CharacteristicSpec, ...]:
        """Characteristics to read and subscribe to, in this order; those of `standard` are added."""
        ...

    def start(self) -> Startup:
        """Say what to do after each connect, once subscribed.

        Raises
        ------
        StartRefusedError
            While it runs, if the sensor's answers say that it cannot stream.
        """
        ...

    @property
    def stop_steps(self) -> tuple[Write, ...]:
        """What to write before disconnecting."""
        ...

    @property
    def slowest_packet_period_s(self) -> float:
        """Longest time between two packets of a healthy stream, s; the watchdog waits three of them."""
        ...
