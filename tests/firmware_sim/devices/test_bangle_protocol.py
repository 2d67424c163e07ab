import json
import re
from pathlib import Path

from firmware_sim.devices import bangle_protocol as bangle

PAGE = Path(__file__).parents[3] / "docs/sensors/bangle.md"


def scripts_of_the_page() -> list[str]:
    return re.findall(r"```js\n(.*)\n```", PAGE.read_text(encoding="utf-8"))


def test_the_scripts_are_those_of_the_page():
    assert scripts_of_the_page() == [bangle.START_SCRIPT, bangle.STOP_SCRIPT]


def test_the_scripts_are_one_line_of_ascii():
    for script in (bangle.START_SCRIPT, bangle.STOP_SCRIPT):
        assert script.isascii()
        assert "\n" not in script


def test_the_vector_of_the_page():
    line = bangle.encode_samples(5, 1000, 10, [(0, 0, -4096), (4096, -1, 32767)])
    assert line == b"~AQIFAOgDAAAKAHkFAAAAAADwABD///9/\r\n"
    assert line.strip().decode() in PAGE.read_text(encoding="utf-8")


def test_a_usual_line_fits_into_one_notification_of_the_watch():
    assert len(bangle.encode_samples(0, 0, 90, [(0, 0, -4096)] * 10)) == 99


def test_counts_wrap():
    wrapped = bangle.encode_samples(2**16 + 1, 2**32 + 2, 0, [(0, 0, 0)])
    assert wrapped == bangle.encode_samples(1, 2, 0, [(0, 0, 0)])


def test_information_is_one_json_object():
    line = bangle.encode_info(battery_percent=64, firmware="2v27", address="C0:55:50:00:00:01")
    assert line[:1] == b"!"
    assert json.loads(line[1:]) == {
        "v": 1,
        "rate_hz": 100,
        "range_g": 8,
        "battery": 64,
        "fw": "2v27",
        "id": "C0:55:50:00:00:01",
    }


def test_the_prompt_knows_both_scripts_however_they_are_cut():
    prompt = bangle.Prompt()
    typed = b"garbage\x03\x10" + bangle.START_SCRIPT.encode() + b"\n"
    told = [heard for at in range(0, len(typed), 20) for heard in prompt.hear(typed[at : at + 20])[0]]
    assert told == [bangle.Heard.START]
    assert prompt.hear(b"\x03\x10" + bangle.STOP_SCRIPT.encode() + b"\n") == ([bangle.Heard.STOP], b"")


def test_the_prompt_echoes_and_complains_about_anything_else():
    told, written = bangle.Prompt().hear(b"LED1.set()\n")
    assert told == [bangle.Heard.OTHER]
    assert written.startswith(b"LED1.set()\r\nUncaught")
    assert written.endswith(b">")
    assert bangle.Prompt().hear(b"\x10x\n")[1].startswith(b"Uncaught")
