"""The command line as a user meets it, and the files that it reads: all written here, by the simulator."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from analysis import Mount, MountPosition, SetLabel
from firmware_sim.firmware import Firmware
from firmware_sim.offline import simulate_offline
from firmware_sim.scenarios import single_set
from ingest.packets import DATA, INFO, LinkEvent, RawPacket, label_packet, link_packet
from ingest.recording import Recorder
from ingest.recording_header import RecordingHeader
from server.cli import main

COMMAND = [sys.executable, "-c", "from server.cli import main; main()"]
PACKET_S = 0.05
TAIL_S = 7.0
"""The bar lies still for this long after the set, so that the set closes by itself."""
DEMO_SPEED = 200
PROCESS_S = 150
"""No command of these tests takes a tenth of this on an idle machine."""


@dataclass(frozen=True)
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def upright(monkeypatch, capsys):
    """Run the command in this process, through the same `main` that the console script calls."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["upright", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as error:
            code = int(error.code or 0)
        caught = capsys.readouterr()
        return Finished(code, caught.out, caught.err)

    return run


@pytest.fixture
def refused(upright):
    """Run the command; it must fail with one line for people and exit code 1. Return the line."""

    def run(*arguments):
        done = upright(*arguments)
        assert done.code == 1, done
        (line,) = done.err.splitlines()
        assert line.startswith("upright: ")
        assert "Traceback" not in done.out
        return line

    return run


def run_process(*arguments):
    """Run the command in a process of its own until it ends."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=PROCESS_S,
        check=False,
        env=os.environ | {"COLUMNS": "100"},
    )
    return Finished(done.returncode, done.stdout, done.stderr)


@contextmanager
def started_process(pattern, *arguments):
    """Start the command; yield the process and the match of the first line that has the pattern."""
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        seen = []
        for line in process.stdout:
            seen.append(line)
            if match := re.search(pattern, line):
                break
        else:
            pytest.fail(f"never said {pattern}: {''.join(seen)}")
        yield process, match
    finally:
        process.terminate()
        process.wait(PROCESS_S)
        process.stdout.close()


@dataclass(frozen=True)
class SquatSet:
    """One simulated set, in both kinds of file, with its truth."""

    mcap: object
    csv: object
    bar_axis: str
    lever_m: str
    truths: tuple


@pytest.fixture(scope="session")
def squats(tmp_path_factory):
    folder = tmp_path_factory.mktemp("squats")
    scenario = single_set("back_squat", 3, 120.0, seed=5)
    mcap, csv = folder / "squats.mcap", folder / "squats.csv"
    _write_recording(mcap, scenario)
    _write_csv(csv, scenario)

    def text(vector):
        return ",".join(str(component) for component in vector)

    return SquatSet(mcap, csv, text(scenario.bar_axis), text(scenario.lever_m), scenario.sets[0].reps)


def _write_recording(path, scenario):
    """What a collector would have written: the firmware's own bytes, each packet 4 ms late."""
    mount = Mount(MountPosition.SHAFT, scenario.bar_axis, scenario.lever_m)
    recorder = Recorder(path, RecordingHeader(driver="native", sensor_name="Upright-1", mount=mount))
    firmware = Firmware(
        lambda settings, _: scenario.stream(settings),
        scenario.settings,
        clock_error_fraction=scenario.unit.clock_error_fraction,
        model=scenario.unit.model.name,
        powered_on_s=0.0,
    )
    recorder.write(link_packet(0.0, LinkEvent("connected", "Upright-1", mtu=247)))
    recorder.write(RawPacket(0.0, INFO, firmware.info(0.0)))
    recorder.write(label_packet(0.0, SetLabel("back_squat", 120.0)))
    firmware.command(b"\x01", 0.0)
    for step in range(1, int((scenario.duration_s + TAIL_S) / PACKET_S)):
        now_s = step * PACKET_S
        firmware.build(now_s, 247)
        while firmware.waiting:
            recorder.write(RawPacket(now_s + 0.004, DATA, firmware.take(247)))
    recorder.close()


def _write_csv(path, scenario):
    samples = simulate_offline(scenario, tail_s=TAIL_S)
    columns = {"t_s": samples.t_s}
    for axis, name in enumerate("xyz"):
        columns[f"a{name}_mps2"] = samples.specific_force_mps2[:, axis]
        columns[f"g{name}_radps"] = samples.gyro_radps[:, axis]
    pl.DataFrame(columns).write_csv(path)


@dataclass(frozen=True)
class DemoRun:
    """A demo that ran to its end."""

    folder: object
    done: Finished


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A demo; where the gate's wheel has run one already, that one."""
    if made := os.environ.get("UPRIGHT_DEMO"):
        out, err = (Path(made, name).read_text(encoding="utf-8") for name in ("out", "err"))
        return DemoRun(Path(made, "data"), Finished(0, out, err))
    folder = tmp_path_factory.mktemp("demo")
    options = ("--once", "--no-browser", "--speed", DEMO_SPEED, "--port", 0, "--data-dir", folder)
    done = run_process("demo", *options)
    return DemoRun(folder, done)
