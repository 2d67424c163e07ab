"""The plain C++ of the reference firmware, compiled on this computer, against the golden vectors."""

import json
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from firmware_sim import protocol
from firmware_sim.errors import CommandRefusedError

ROOT = Path(__file__).parents[2]
SKETCH = ROOT / "firmware_sim/reference/xiao_nrf52840_sense"
VECTORS = json.loads((ROOT / "tests/data/wire/native.json").read_text(encoding="utf-8"))
DATA = [vector for vector in VECTORS["streams"] if "samples" in vector["expect"]]


@pytest.fixture(scope="module")
def firmware(tmp_path_factory):
    """Ask the compiled header; one answer per request."""
    compiler = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        pytest.skip("no C++ compiler here")
    program = tmp_path_factory.mktemp("reference") / "on_a_computer"
    source = Path(__file__).parent / "reference/on_a_computer.cpp"
    options = ["-std=c++11", "-Wall", "-Wextra", "-Werror", f"-I{SKETCH}", "-o", str(program)]
    subprocess.run([compiler, *options, str(source)], check=True)

    def ask(*requests: str) -> list[str]:
        done = subprocess.run(
            [str(program)], input="\n".join(requests) + "\n", capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    return ask


@pytest.mark.parametrize("vector", DATA, ids=lambda one: one["name"])
def test_data_packets_are_the_golden_vectors(firmware, vector):
    is_ = vector["wire"]
    rows = is_["samples_raw"]
    numbers = [is_["flags"], is_["dropped"], is_["seq"], is_["t_us"], is_["period_us"], len(rows)]
    request = " ".join(str(number) for number in [*numbers, *(value for row in rows for value in row)])
    (answer,) = firmware(f"data {request}")
    assert answer == vector["packets"][-1]["hex"]


def test_information_is_that_of_the_simulator(firmware):
    told = {
        "streaming": True,
        "accel_range_g": 16,
        "gyro_range_dps": 2000,
        "rate_hz": 208,
        "samples_per_packet": 10,
        "battery_percent": 87,
        "firmware": (1, 0),
        "device_id": bytes(range(8)),
        "model": "XIAO nRF52840 Sense LSM6DS3TR-C",
    }
    (answer,) = firmware("info 1 16 2000 208000 10 87 1 0 0001020304050607 XIAO nRF52840 Sense LSM6DS3TR-C")
    assert bytes.fromhex(answer) == protocol.encode_info(**told)


def test_commands_are_refused_as_the_page_says(firmware):
    rng = np.random.default_rng(5)
    payloads = [
        *(bytes([code]) for code in range(8)),
        *(b"\x03" + rate.to_bytes(2, "little") for rate in (0, 50, 51, 100, 200, 400)),
        *(b"\x04" + bytes([g]) + dps.to_bytes(2, "little") for g in (2, 3, 16) for dps in (125, 245, 2000)),
        *(bytes([5, k]) for k in (0, 1, 20, 21)),
        *(rng.bytes(int(rng.integers(0, 6))) for _ in range(300)),
    ]
    answers = firmware(*(f"ctrl 0 {payload.hex() or '-'}" for payload in payloads))
    for payload, answer in zip(payloads, answers, strict=True):
        try:
            protocol.parse_command(payload)
            expected = 0
        except CommandRefusedError as error:
            expected = error.att_error
        assert int(answer.split()[0]) == expected, payload.hex()


def test_settings_do_not_change_while_it_streams(firmware):
    assert firmware("ctrl 1 03c800", "ctrl 1 01", "ctrl 1 02", "ctrl 0 036400", "ctrl 0 0408f401") == [
        "130 1 200 16 2000 10",
        "0 1 200 16 2000 10",
        "0 0 200 16 2000 10",
        "0 0 100 16 2000 10",
        "0 0 200 8 500 10",
    ]


def test_as_many_samples_as_fit(firmware):
    mtus = (23, 27, 39, 100, 185, 247, 517)
    assert firmware(*(f"fit {mtu}" for mtu in mtus)) == [str(protocol.samples_that_fit(mtu)) for mtu in mtus]


def test_the_gyroscope_is_stretched_to_the_range_and_clips(firmware):
    # 100 dps is 1428.57 steps of 70 mdps, and 1638.4 steps of 2000/32768 dps.
    assert firmware("gyro 1429", "gyro -1429", "gyro 0", "gyro 30000", "gyro -32768") == [
        "1639",
        "-1639",
        "0",
        "32767",
        "-32767",
    ]


def edges(period_us: float, k: int, count: int, late_us: float = 300.0):
    """Requests of a chip of this period that is read a little after each threshold."""
    for index in range(1, count + 1):
        edge = round(index * k * period_us)
        yield f"batch {k} {k} {edge} 1 {round(edge + late_us)}"


def test_the_clock_finds_the_true_period_and_the_first_sample(firmware):
    true_us, k = 4790.0, 10  # the label says 4807.7 us, 0.37 % more
    answers = firmware("nominal 4807.7", *edges(true_us, k, 200))[1:]
    first, _, period = answers[-1].split()
    assert float(period) == pytest.approx(true_us, abs=0.1)
    # The first of the ten samples that ended with the last edge.
    assert int(first) == pytest.approx(200 * k * true_us - (k - 1) * true_us, abs=2)
    assert {answer.split()[1] for answer in answers} == {"0"}


def test_late_batches_follow_the_one_before_them(firmware):
    k, period = 10, 5000
    requests = [*edges(period, k, 20)]
    # The next threshold passes unread; at 30.2 ms after it 16 sets wait, and only one edge was seen.
    edge = 21 * k * period
    requests += [f"batch {k} 26 {edge} 1 {edge + 16 * period + 200}", f"batch {k} 16 {edge} 0 {edge + 81000}"]
    answers = firmware("nominal 5000", *requests)[1:]
    firsts = [int(answer.split()[0]) for answer in answers]
    assert np.diff(firsts).tolist() == [k * period] * 21


def test_a_step_of_the_clock_counts_the_packets_that_the_chip_lost(firmware):
    k, period = 10, 5000
    after = [request.split() for request in edges(period, k, 24)][-1]
    answers = firmware("nominal 5000", *edges(period, k, 20), " ".join(after))[1:]
    assert answers[-1].split()[1] == "3"


def test_the_clock_wraps(firmware):
    k, period = 10, 5000
    start = 2**32 - 120_000
    requests = []
    for index in range(1, 6):
        edge = (start + index * k * period) % 2**32
        requests.append(f"batch {k} {k} {edge} 1 {(edge + 100) % 2**32}")
    answers = firmware("nominal 5000", *requests)[1:]
    firsts = [int(answer.split()[0]) for answer in answers]
    assert [(b - a) % 2**32 for a, b in pairwise(firsts)] == [50_000] * 4
    assert {answer.split()[1] for answer in answers} == {"0"}


def test_a_full_queue_loses_the_oldest_and_says_so(firmware):
    builds = [f"build {seq}" for seq in range(6)]  # the queue of this test holds 4
    answers = firmware(*builds, *["send"] * 5, "build 300", "send")
    assert answers[6:11] == ["2 3 2", "3 0 0", "4 0 0", "5 0 0", "nothing"]
    assert answers[-1] == "300 1 255"


def test_the_uuids_of_the_sketch_are_those_of_the_page():
    sketch = (SKETCH / "xiao_nrf52840_sense.ino").read_text(encoding="utf-8")
    found = re.search(r"define UPRIGHT_UUID\(x\) \\\n\s*\{(.*?)\}", sketch)
    assert found is not None
    backwards = [part.strip() for part in found[1].split(",")]
    for number, uuid in enumerate(
        (protocol.SERVICE_UUID, protocol.DATA_UUID, protocol.CTRL_UUID, protocol.INFO_UUID), start=1
    ):
        raw = bytes(number if part == "x" else int(part, 16) for part in backwards)
        assert raw[::-1].hex() == uuid.replace("-", "")


def test_the_sketch_says_that_nobody_compiled_it():
    for name in ("xiao_nrf52840_sense.ino", "README.md"):
        assert "in the head" in (SKETCH / name).read_text(encoding="utf-8").lower()


def test_the_sketch_is_not_in_the_wheel():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'exclude = ["/firmware_sim/reference"]' in text
