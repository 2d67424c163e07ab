"""Lines that a Bangle.js 2 speaks over its UART, and the prompt that listens.

From ``docs/sensors/bangle.md`` alone.
"""

from __future__ import annotations

import base64
import json
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SERVICE_UUID = "6e400001-b5a3-f393-e0a9-e50e24dcca9e"
RX_UUID = "6e400002-b5a3-f393-e0a9-e50e24dcca9e"
TX_UUID = "6e400003-b5a3-f393-e0a9-e50e24dcca9e"

VERSION = 1
SAMPLES_PER_LINE = 10
RATE_HZ = 100
RANGE_G = 8
POLL_S = 0.009
END = b"\r\n"

START_SCRIPT = (
    "(function(){if(global.uprightStop)uprightStop();"
    "var K=10,b=new ArrayBuffer(12+6*K),d=new DataView(b),u=new Uint8Array(b),s=new Int16Array(b,12),"
    "n=0,q=0,f=0,z=getTime();"
    'function info(){Bluetooth.println("!"+JSON.stringify({v:1,rate_hz:100,range_g:8,'
    "battery:E.getBattery(),fw:process.env.VERSION,id:NRF.getAddress()}));}"
    "function on(a){var t=Math.round((getTime()-z)*1000);if(!n)f=t;"
    "s[3*n]=a.x*8192;s[3*n+1]=a.y*8192;s[3*n+2]=a.z*8192;if(++n<K)return;n=0;"
    "d.setUint8(0,1);d.setUint8(1,K);d.setUint16(2,q,true);d.setUint32(4,f,true);d.setUint16(8,t-f,true);"
    "d.setUint16(10,0,true);d.setUint16(10,E.sum(u)&65535,true);q=(q+1)&65535;"
    'Bluetooth.println("~"+btoa(E.toString(u)));}'
    "var i=setInterval(info,60000);"
    'global.uprightStop=function(){clearInterval(i);Bangle.removeListener("accel",on);'
    'NRF.removeListener("disconnect",uprightStop);delete global.uprightStop;'
    "Bangle.setPollInterval(80);Bangle.accelWr(0x18,0x6C);Bangle.accelWr(0x1B,0);Bangle.accelWr(0x18,0xEC);"
    "Bangle.setOptions({powerSave:true});};"
    "Bangle.setOptions({powerSave:false});Bangle.accelWr(0x18,0x74);Bangle.accelWr(0x1B,0x43);"
    'Bangle.accelWr(0x18,0xF4);Bangle.setPollInterval(9);Bangle.on("accel",on);'
    'NRF.on("disconnect",uprightStop);info();})();'
)
STOP_SCRIPT = "if(global.uprightStop)uprightStop();"


def encode_samples(seq: int, t_ms: int, span_ms: int, samples: Sequence[Sequence[int]]) -> bytes:
    """Write a line of samples, line end included.

    Parameters
    ----------
    seq, t_ms : int
        Counts of lines and of milliseconds since START; wrapped here.
    span_ms : int
        From the first sample to the last.
    samples : k rows of 3 int
        Raw numbers, 4096 per g, k from 1 to 10.
    """
    head = bytes([VERSION, len(samples)]) + (seq % 2**16).to_bytes(2, "little")
    times = (t_ms % 2**32).to_bytes(4, "little") + span_ms.to_bytes(2, "little")
    rows = b"".join(value.to_bytes(2, "little", signed=True) for row in samples for value in row)
    total = sum(head) + sum(times) + sum(rows)
    return b"~" + base64.b64encode(head + times + (total % 2**16).to_bytes(2, "little") + rows) + END


def encode_info(*, battery_percent: int, firmware: str, address: str) -> bytes:
    """Write the line of information, line end included."""
    told = {
        "v": VERSION,
        "rate_hz": RATE_HZ,
        "range_g": RANGE_G,
        "battery": battery_percent,
        "fw": firmware,
        "id": address,
    }
    return b"!" + json.dumps(told, separators=(",", ":")).encode() + END


class Heard(StrEnum):
    """What the prompt was told."""

    START = "start"
    STOP = "stop"
    OTHER = "other"


class Prompt:
    """The JavaScript prompt, which knows two scripts by their text and runs nothing."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._echo = True

    def hear(self, typed: bytes) -> tuple[list[Heard], bytes]:
        """Take typed bytes; give what was told with each whole line, and what the prompt writes back."""
        told: list[Heard] = []
        written = bytearray()
        for byte in typed:
            if byte == 0x03:
                self._begin()
            elif byte == 0x10 and not self._line:
                self._echo = False
            elif byte == 0x0A:
                told.append(self._understand())
                if self._echo:
                    written += END
                if told[-1] is Heard.OTHER and self._line:
                    written += b"Uncaught Error: a simulated watch runs no JavaScript of its own" + END
                written += b">" if self._echo else b""
                self._begin()
            elif byte != 0x0D:
                self._line.append(byte)
                if self._echo:
                    written.append(byte)
        return told, bytes(written)

    def _begin(self) -> None:
        self._line.clear()
        self._echo = True

    def _understand(self) -> Heard:
        text = self._line.decode("latin-1").strip()
        return {START_SCRIPT: Heard.START, STOP_SCRIPT: Heard.STOP}.get(text, Heard.OTHER)
