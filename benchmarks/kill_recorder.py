"""Kills a recorder with SIGKILL at random moments and says how much of the recording was lost.

Run: ``python benchmarks/kill_recorder.py [kills]``. One packet each millisecond, stamped 50 ms apart, as
from a sensor at 200 Hz with 10 samples in a packet; losses are given in that time.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ingest.mcap_reader import read_recording
from ingest.recovery import recover_all

PACKET_S = 0.05
ALLOWED_LOSS_S = 0.25

WRITER = """
import sys, time
from pathlib import Path
from ingest.packets import DATA, INFO, RawPacket
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
recorder = Recorder(Path(sys.argv[1]), RecordingHeader(driver="native"))
n = 0
while True:
    recorder.write(RawPacket(n * 0.05, INFO if n == 0 else DATA, n.to_bytes(4, "little") * 33))
    print(n, flush=True)
    n += 1
    time.sleep(0.001)
"""


def kill_once(folder: Path, after_s: float) -> tuple[int, int]:
    """Return the packets written and the packets recovered."""
    path = folder / "set.mcap"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        written = 1 + sum(1 for line in process.stdout if line.endswith("\n"))
    (report,) = recover_all(folder)
    if report.path is None:
        return written, 0
    packets = read_recording(report.path).packets
    numbers = [int.from_bytes(packet.payload[:4], "little") for packet in packets]
    assert numbers == list(range(len(numbers))), "a packet was invented or is missing in the middle"
    return written, len(packets)


def main() -> None:
    """Kill and count."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    moments = random.Random(7)  # noqa: S311 -- moments to kill, not secrets
    losses_s: list[float] = []
    for _ in range(kills):
        with tempfile.TemporaryDirectory() as folder:
            written, recovered = kill_once(Path(folder), moments.uniform(0.05, 1.0))
        losses_s.append(max(0, written - recovered) * PACKET_S)
    worst_s = max(losses_s)
    print(f"{kills} kills: lost {min(losses_s):.2f} to {worst_s:.2f} s, mean {sum(losses_s) / kills:.3f} s")
    if worst_s >= ALLOWED_LOSS_S:
        sys.exit(f"more than the {ALLOWED_LOSS_S} s that the design allows")


if __name__ == "__main__":
    main()
