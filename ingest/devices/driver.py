"""What a sensor driver must offer, and the typed values that it decodes to.

A driver says which characteristics exist and what to write to start the stream; its decoder turns bytes into
SI units. Both are pure: no radio, no clock, no files. `docs/how_to_add_a_device.md` is the recipe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from analysis.imu import FloatArray, SensorInfo


@dataclass(frozen=True, slots=True)
class CharacteristicSpec:
    """One GATT characteristic that feeds a channel.

    Attributes
    ----------
    channel : str
        Name under which its bytes are recorded and decoded.
    uuid : str
        128-bit UUID, lower case.
    read_first : bool
        Read once after each connect, before the stream is started.
    notify : bool
        Subscribe to notifications.
    required : bool
        A sensor without it is not a sensor of this kind.
    """

    channel: str
    uuid: str
    read_first: bool = False
    notify: bool = False
    required: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """Bytes to write, with response, to a characteristic."""

    uuid: str
    payload: bytes


@dataclass(frozen=True, slots=True, eq=False)
class DeviceSamples:
    """One packet of samples in SI units, on the sensor's own clock.

    Attributes
    ----------
    sequence, sequence_wrap : int
        Counter of packets, dropped ones included, and the value at which it starts again from 0.
    ticks_us, tick_wrap : int
        Sensor's clock at the first sample, µs, and the value at which it starts again from 0.
    period_us : int
        Sampling period by the sensor's clock, µs.
    specific_force_mps2, gyro_radps : (k, 3) float64, sensor frame
        m/s² and rad/s.
    dropped : int
        Packets that the sensor dropped since the one that it sent before this.
    restarted : bool
        The first packet since power-on.
    clipped : int
        Samples with at least one axis at its limit. Their values stand as they came.
    """

    sequence: int
    sequence_wrap: int
    ticks_us: int
    tick_wrap: int
    period_us: int
    specific_force_mps2: FloatArray
    gyro_radps: FloatArray
    dropped: int = 0
    restarted: bool = False
    clipped: int = 0

    def __len__(self) -> int:
        return len(self.specific_force_mps2)


@dataclass(frozen=True, slots=True)
class Battery:
    """State of charge, 0 to 1; None where the sensor does not know."""

    charge_fraction: float | None


Decoded: TypeAlias = DeviceSamples | SensorInfo | Battery | None
"""What a payload can mean; None: nothing that matters to us."""


class Decoder(Protocol):
    """Decodes one stream, in order. It may remember what the sensor said about itself, such as its ranges."""

    def decode(self, channel: str, payload: bytes) -> Decoded:
        """Decode one payload.

        Raises
        ------
        WireError
            If the bytes break the protocol. Nothing else is ever raised, whatever the bytes.
        """
        ...


class DeviceDriver(Protocol):
    """One kind of sensor."""

    @property
    def name(self) -> str:
        """Key in the registry, stored in every recording."""
        ...

    @property
    def title(self) -> str:
        """What people call it."""
        ...

    @property
    def service_uuids(self) -> tuple[str, ...]:
        """Services that the sensor advertises, by which a scan knows it."""
        ...

    @property
    def characteristics(self) -> tuple[CharacteristicSpec, ...]:
        """Characteristics to read and to subscribe to, in this order."""
        ...

    @property
    def start_commands(self) -> tuple[Command, ...]:
        """What to write after each connect, once subscribed."""
        ...

    @property
    def stop_commands(self) -> tuple[Command, ...]:
        """What to write before disconnecting."""
        ...

    @property
    def slowest_packet_period_s(self) -> float:
        """Longest time between two packets of a healthy stream, s; the watchdog waits three of them."""
        ...

    def decoder(self) -> Decoder:
        """Return a decoder for one new stream."""
        ...
