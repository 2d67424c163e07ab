"""All of Upright at once: the real command, a simulated session over the virtual radio, a real browser."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SPEED = 5
FIRST_REP_S = 20
"""Promised for speed 1, from the start of the server."""


@pytest.fixture
def demo(tmp_path):
    command = [sys.executable, "-c", "from server.cli import main; main()", "demo", "--no-browser"]
    command += ["--speed", str(SPEED), "--port", "0", "--data-dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    address = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert address, f"the demo did not say where its dashboard is: {line}"
    yield address.group()
    process.terminate()
    process.wait(30)
    process.stdout.close()


@pytest.fixture
def visitor(browser, demo):
    visiting = Visitor(browser, demo)
    yield visiting
    visiting.close()
    assert visiting.complaints == []


def test_a_simulated_set_is_seen_live_rep_by_rep(visitor):
    page = visitor()
    page.wait_for_selector(".repbar", timeout=1000 * FIRST_REP_S)
    assert re.fullmatch(r"0\.\d\d", page.text_content(".hero-number").strip())
    assert "Front squat · 100 kg" in page.text_content(".live-context")
    page.wait_for_selector(".repbar:nth-child(3)", timeout=20000)
    assert re.match(r"Forward \d+ mm ± \d+", page.text_content(".chip"))
    assert page.locator(".barpath .ghost").count() >= 1

    phone = visitor("#/sets", width=360, height=740, scheme="dark")
    phone.wait_for_selector("main :text('Front squat')", timeout=40000)
    page.evaluate("location.hash = '#/stability'")
    page.wait_for_selector("main :text('Uprightness loss')", timeout=40000)
    assert "unvalidated against trunk motion capture" in page.inner_text("main")
