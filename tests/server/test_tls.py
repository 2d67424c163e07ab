"""A real server with TLS, and real clients that trust its certificate and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from http.cookies import SimpleCookie

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from server.access import Access, Reach
from server.app import create_app
from server.certificate import certificate_in
from server.roles import Role
from server.serve import bind, serve
from server.settings import Settings
from server.tls import server_context


@pytest.fixture
async def secure(hub, store, controls, tmp_path):
    """A server of the network on a real port; yields port, tokens and a context that trusts it."""
    settings = Settings(data_dir=tmp_path, host="0.0.0.0", lan=True, tls=True)
    access = Access.of(settings)
    app = create_app(settings, hub, store, controls, access=access)
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    certificate = certificate_in(tmp_path, ["localhost", "127.0.0.1"])
    access.reach = Reach(f"https://127.0.0.1:{port}", certificate.names, certificate.fingerprint)
    context = server_context(certificate.path, access.reach.url)
    started = asyncio.Event()
    task = asyncio.create_task(
        serve(
            app,
            "127.0.0.1",
            0,
            listener=listener,
            on_started=started.set,
            handles_signals=False,
            tls=context,
        )
    )
    await started.wait()
    yield port, access.tokens, ssl.create_default_context(cafile=str(certificate.path))
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _fetch(port, path, context=None, **headers):
    name = None if context is None else "localhost"
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    async with asyncio.timeout(20):
        answer = await reader.read() if context else await reader.readuntil(b"not http).\n")
    writer.close()
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await writer.wait_closed()
    head, _, body = answer.decode().partition("\r\n\r\n")
    return head, body


async def test_a_client_that_trusts_the_certificate_is_served_and_told_that_it_is_secure(secure):
    port, tokens, trusting = secure
    head, body = await _fetch(port, "/api/v1/me", trusting, authorization=f"Bearer {tokens[Role.LIFT]}")
    assert head.startswith("HTTP/1.1 200")
    me = json.loads(body)
    assert (me["role"], me["is_lan"], me["is_secure"]) == ("lift", True, True)


async def test_a_client_that_does_not_know_the_certificate_refuses_it(secure):
    port, _, _ = secure
    with pytest.raises(ssl.SSLCertVerificationError):
        await _fetch(port, "/", ssl.create_default_context())


async def test_the_cookie_goes_over_tls_alone(secure):
    port, tokens, trusting = secure
    head, _ = await _fetch(port, f"/?token={tokens[Role.VIEW]}", trusting)
    (cookie,) = SimpleCookie(head.partition("set-cookie: ")[2].partition("\r\n")[0]).values()
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "strict")


async def test_the_live_socket_runs_over_tls(secure):
    port, tokens, trusting = secure
    async with connect(
        f"wss://localhost:{port}/api/v1/live",
        ssl=trusting,
        origin=Origin(f"https://localhost:{port}"),
        additional_headers={"authorization": f"Bearer {tokens[Role.VIEW]}"},
    ) as socket:
        assert json.loads(await socket.recv())["type"] == "snapshot"


async def test_plain_http_is_told_where_to_go_and_never_given_more(secure):
    port, tokens, _ = secure
    for path in ("/", f"/?token={tokens[Role.ADMIN]}", "/api/v1/me"):
        head, body = await _fetch(port, path, authorization=f"Bearer {tokens[Role.ADMIN]}")
        assert head.startswith("HTTP/1.1 307")
        assert f"location: https://127.0.0.1:{port}/\r\n" in head
        assert "speaks TLS" in body
        assert "set-cookie" not in head


@pytest.mark.parametrize("noise", [b"\x00" * 50, b"hello\r\n\r\n", b"\x16\x03\x01\x00\x05nonsense"])
async def test_noise_ends_the_connection_and_the_server_goes_on(noise, secure):
    port, tokens, trusting = secure
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(noise)
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    assert b"HTTP" not in answer
    head, _ = await _fetch(port, "/", trusting, authorization=f"Bearer {tokens[Role.VIEW]}")
    assert head.startswith("HTTP/1.1 200")


async def test_tls_before_1_2_is_refused(secure):
    _, _, trusting = secure
    assert trusting.minimum_version >= ssl.TLSVersion.TLSv1_2
    port = secure[0]
    old = ssl.create_default_context()
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await _fetch(port, "/", old)
