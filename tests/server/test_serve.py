from __future__ import annotations

import asyncio
import contextlib
import signal
import socket

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from analysis.events import SetFinished
from ingest.scaled_loop import run_scaled
from server.errors import AddressUnavailableError, PortInUseError
from server.serve import bind, serve
from tests.server.lifting import make_set, play, session_events


def test_a_port_in_use_is_told_before_anything_starts():
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(PortInUseError) as caught:
            bind("127.0.0.1", port)
    assert f"Port {port} on 127.0.0.1 is already in use" in str(caught.value)


def test_an_address_of_another_computer_is_refused_with_advice():
    with pytest.raises(AddressUnavailableError, match="Use 127"):
        bind("192.0.2.1", 0)  # TEST-NET-1 (RFC 5737): nobody has it


async def _running(app, **options):
    """Start the server and return its task and port."""
    listener = bind("127.0.0.1", 0)
    started = asyncio.Event()
    task = asyncio.create_task(
        serve(
            app, "127.0.0.1", 0, listener=listener, on_started=started.set, handles_signals=False, **options
        )
    )
    port = listener.getsockname()[1]
    await started.wait()
    return task, port


async def _stop(task):
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _fetch(port, path):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.decode()


async def test_the_server_answers_without_naming_itself_and_leaves_signals_alone(app):
    before = signal.getsignal(signal.SIGINT)
    task, port = await _running(app)
    assert signal.getsignal(signal.SIGINT) is before
    answer = await _fetch(port, "/api/v1/status")
    await _stop(task)
    assert answer.startswith("HTTP/1.1 200")
    assert "\nserver:" not in answer.lower()


def test_a_socket_stays_open_on_a_loop_that_runs_fast(app, hub):
    async def main():
        task, port = await _running(app)
        address = f"ws://127.0.0.1:{port}/api/v1/live"
        async with connect(address, origin=Origin(f"http://127.0.0.1:{port}"), ping_interval=None) as socket:
            await socket.recv()
            await asyncio.sleep(120)  # two minutes by this loop's clock: longer than any keep-alive
            play(hub, session_events(1))
            texts = [str(await socket.recv())]
            while '"type":"heartbeat"' in texts[-1]:
                texts.append(str(await socket.recv()))
        await _stop(task)
        return texts

    *quiet, news = run_scaled(main(), speed=200)
    assert '"type":"session"' in news
    # One every 2 s by that clock; a loop at this speed is late for some.
    assert 10 < len(quiet) <= 60


async def _next_set(client):
    while '"type":"set"' not in str(await client.recv()):
        pass


async def test_a_stalled_client_is_disconnected_and_delays_nobody(app, hub):
    task, port = await _running(app)
    address, origin = f"127.0.0.1:{port}", f"http://127.0.0.1:{port}"
    stalled = socket.create_connection(("127.0.0.1", port))
    stalled.sendall(
        f"GET /api/v1/live HTTP/1.1\r\nHost: {address}\r\nOrigin: {origin}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    url = f"ws://{address}/api/v1/live"
    async with connect(url, origin=Origin(origin), ping_interval=None, max_size=None) as quick:
        async with asyncio.timeout(5):
            while hub.n_clients < 2:  # noqa: ASYNC110 - the hub has no event to wait on
                await asyncio.sleep(0.01)
        loop = asyncio.get_running_loop()
        worst_s = 0.0
        for index in range(20_000):  # the kernel alone may hold ten megabytes for the stalled one
            begin_s = loop.time()
            hub.publish_event(SetFinished(make_set(index % 4)))
            await _next_set(quick)
            worst_s = max(worst_s, loop.time() - begin_s)
            if hub.n_clients == 1:
                break
        assert hub.n_clients == 1
    stalled.close()
    await _stop(task)
    # One set takes some milliseconds to serialise and send; waiting for the stalled client would never end.
    assert worst_s < 0.5
