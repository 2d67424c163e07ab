"""How long a lost sensor stays lost: from the moment at which it can be had again to its first new sample.

    uv run python benchmarks/reconnect.py [--times 40] [--speed 10] [--markdown docs/radio.md]

One sensor at 200 Hz on the virtual radio (interval 15 ms, 5 % packet errors) with `BleSource` and its
defaults, on a loop whose clock runs faster than the wall's. Three faults, each so many times: the sensor ends
the link (possible again at once); it is out of range for 3 s (possible again when it is back; a sensor
that rarely sends may keep its link); it restarts, clock and counters with it (possible again at once).
Between two faults the stream runs for a random 1 to 3 s, so that they fall anywhere in the radio's rhythm.
What is promised: 95 % of the times below 5 s.
"""

from __future__ import annotations

import asyncio
import math
import random
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import numpy as np
from report import Report, ReportTable, argument_parser
from rich.console import Console

from analysis import ImuBlock
from firmware_sim.air import Air
from firmware_sim.devices import start_sensor
from firmware_sim.radio import RadioModel
from firmware_sim.scenarios import still
from ingest.ble import BleSource
from ingest.bumble_host import close_host, register_in_process
from ingest.decoding import PacketDecoder
from ingest.packets import LINK, RawPacket, parse_link
from ingest.scaled_loop import run_scaled

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from firmware_sim.peripheral import SimulatedPeripheral

PROMISED_S = 5.0
OUT_OF_RANGE_S = 3.0
"""Shorter than a link lives in silence (4 s, what `ingest` asks for): here the silence ends the stream."""
_TRANSPORT = "inproc:reconnect"


class Watched:
    """A source whose packets are decoded, looked at and thrown away."""

    def __init__(self, source: BleSource) -> None:
        self._source = source
        self._decoder = PacketDecoder(None)
        self._since_s = 0.0
        self._connected = False
        self._waiting: asyncio.Future[float] | None = None
        self.reading = asyncio.create_task(self._read(), name="reader")

    async def _read(self) -> None:
        async for packet in self._source.packets():
            self._take(packet)

    def _take(self, packet: RawPacket) -> None:
        now_s = asyncio.get_running_loop().time()
        if packet.channel == LINK:
            self._since_s = min(self._since_s, now_s)
            self._connected = parse_link(packet.payload).event == "connected"
        # What the end of a link sets free is not new.
        items = self._decoder.feed(packet)
        is_new = packet.channel != LINK and any(isinstance(item, ImuBlock) for item in items)
        waiting = self._waiting
        # A link that is being given up may still bring a little: the stream is not back with that.
        is_back = self._connected and is_new and now_s >= self._since_s
        if is_back and waiting is not None and not waiting.done():
            waiting.set_result(now_s)

    def next_sample(self, since_s: float = math.inf) -> asyncio.Future[float]:
        """Promise the loop time of the first sample after that time, or after the next event of the link."""
        self._since_s = since_s
        self._waiting = asyncio.get_running_loop().create_future()
        return self._waiting


async def drop(sensor: SimulatedPeripheral) -> float:
    """End the link from the sensor's side; possible again at once."""
    await sensor.drop_link()
    return 0.0


async def leave(sensor: SimulatedPeripheral) -> float:
    """Go out of range; possible again when it is back."""
    sensor.out_of_range(OUT_OF_RANGE_S)
    return OUT_OF_RANGE_S


async def restart(sensor: SimulatedPeripheral) -> float:
    """Reset; possible again at once."""
    await sensor.reset()
    return 0.0


FAULTS: dict[str, Callable[[SimulatedPeripheral], Awaitable[float]]] = {
    "the sensor ends the link": drop,
    f"out of range for {OUT_OF_RANGE_S:g} s": leave,
    "the sensor restarts": restart,
}


@asynccontextmanager
async def streaming(device: str, seed: int) -> AsyncGenerator[tuple[SimulatedPeripheral, Watched]]:
    """Yield a sensor and what watches its stream, which has begun."""
    radio = RadioModel(interval_s=0.015, packet_error_fraction=0.05, seed=seed)
    air = Air(radio)
    register_in_process("reconnect", lambda: air.port("collector"))
    sensor = await start_sensor(air, still(1e6, seed), device=device)
    source = BleSource(address=sensor.address, transport=_TRANSPORT, seed=seed)
    watched = Watched(source)
    await watched.next_sample()
    try:
        yield sensor, watched
    finally:
        source.stop()
        await watched.reading
        await sensor.stop()
        await close_host(_TRANSPORT)
        await air.close()


async def measure(device: str, times: int, seed: int) -> dict[str, np.ndarray]:
    """Give the time of each reconnection by fault, s."""
    moments = random.Random(seed)  # noqa: S311 -- when things happen, not a secret
    took_s: dict[str, list[float]] = {name: [] for name in FAULTS}
    async with streaming(device, seed) as (sensor, watched):
        loop = asyncio.get_running_loop()
        for _ in range(times):
            for name, fault in FAULTS.items():
                await asyncio.sleep(moments.uniform(1.0, 3.0))
                began_s = loop.time()
                # Nothing comes through from out of range; a stream that survived it needs no new link.
                again = watched.next_sample(began_s + OUT_OF_RANGE_S if fault is leave else math.inf)
                possible_s = began_s + await fault(sensor)
                took_s[name].append(await again - possible_s)
    return {name: np.array(values) for name, values in took_s.items()}


def table(device: str, took_s: dict[str, np.ndarray]) -> ReportTable:
    """Make the table."""
    times = len(next(iter(took_s.values())))
    out = ReportTable(f"{device}, {times} times each", ("fault", "p50 s", "p95 s", "longest s", "promised"))
    for name, values in took_s.items():
        p50, p95 = (float(np.percentile(values, q)) for q in (50, 95))
        out.add(name, f"{p50:.2f}", f"{p95:.2f}", f"{values.max():.2f}", f"p95 < {PROMISED_S:g}")
    return out


def main() -> None:
    """Break links, measure, print."""
    parser = argument_parser(__doc__)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--speed", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", nargs="+", default=["native", "witmotion", "polar-verity"])
    options = parser.parse_args()
    report = Report(
        "Reconnecting",
        f"uv run python benchmarks/reconnect.py --times {options.times} --speed {options.speed:g}",
    )
    holds = True
    for device in options.devices:
        took_s = run_scaled(measure(device, options.times, options.seed), options.speed)
        report.tables.append(table(device, took_s))
        holds &= all(float(np.percentile(values, 95)) < PROMISED_S for values in took_s.values())
    report.publish(Console(width=100), options.markdown)
    if not holds:
        sys.exit("what is promised does not hold")


if __name__ == "__main__":
    main()
