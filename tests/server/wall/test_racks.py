from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import ipaddress
import json
import os
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from websockets.asyncio.server import serve

from server.app import create_app
from server.errors import InvalidRackError, WallFileError
from server.live import LiveHub
from server.settings import Settings, new_token
from server.wall.contact import RackRefusedError, open_live
from server.wall.heard import Snapshot, UnknownProtocolError, read_message
from server.wall.racks import MAX_RACKS, Rack, WallFile, WallSettings, parse_rack, rack_at
from server.wall.tile import RackView
from tests.server.conftest import ADDRESS
from tests.server.lifting import play, recording, session_events

TOKEN = new_token()
PRINT = "ab" * 32


def test_a_rack_is_read_from_what_its_server_printed():
    rack = parse_rack(f"Rack 2=https://192.168.1.20:8000/?token={TOKEN}&fingerprint={PRINT}")
    assert rack == Rack("Rack 2", "https", "192.168.1.20", 8000, TOKEN, PRINT)
    assert rack.address == "https://192.168.1.20:8000"
    assert parse_rack("R=http://rack-1.local/#/live") == Rack("R", "http", "rack-1.local", 80)
    assert parse_rack("R=http://[fe80::1]:8000").netloc == "[fe80::1]:8000"
    # A browser leaves the port out of Host and Origin when it goes without saying; so do we.
    assert parse_rack("R=https://rack-1.local:443").address == "https://rack-1.local"


@pytest.mark.parametrize("text", ["AB:" * 31 + "AB", "sha256:" + PRINT, PRINT.upper(), "SHA-256 " + PRINT])
def test_a_fingerprint_is_read_as_people_write_it(text):
    assert rack_at("R", "https://a:1", fingerprint=text).fingerprint == PRINT


@pytest.mark.parametrize(
    "text",
    [
        "no equals sign",
        "https://a:1/?token=x",
        "R=ftp://a:1",
        "R=a:8000",
        "R=http://",
        "R=http://a:99999",
        "R=http://user@a:1",
        "=http://a:1",
        f"{'x' * 41}=http://a:1",
        "R=http://a:1/?token=%0A",
        "R=https://a:1/?fingerprint=abc",
        f"R=http://a:1/?fingerprint={PRINT}",
    ],
)
def test_what_is_no_rack_is_refused(text):
    with pytest.raises(InvalidRackError):
        parse_rack(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text):
    with contextlib.suppress(InvalidRackError):
        assert parse_rack(f"R={text}").address.startswith("http")


def test_neither_an_error_nor_a_printed_rack_tells_the_token():
    assert TOKEN not in repr(parse_rack(f"R=http://a:1/?token={TOKEN}"))
    with pytest.raises(InvalidRackError) as caught:
        parse_rack(f"R=gopher://a:1/?token={TOKEN}")
    assert TOKEN not in str(caught.value)


def test_what_is_kept_is_read_again_and_nobody_else_can_read_it(tmp_path):
    file = WallFile(tmp_path / "deep" / "wall.json")
    assert file.load() == WallSettings()
    settings = WallSettings(
        (parse_rack(f"Rack 2=https://a:1/?token={TOKEN}&fingerprint={PRINT}"), parse_rack("B=http://b:2")),
        "Rack 1",
        shows_names=True,
    )
    file.keep(settings)
    assert file.load() == settings
    if os.name == "posix":
        assert file.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "upright.wall/2"}', "\x00", '"x"'])
def test_a_damaged_file_is_told_and_left_alone(text, tmp_path):
    path = tmp_path / "wall.json"
    path.write_text(text)
    with pytest.raises(WallFileError, match=r"wall\.json"):
        WallFile(path).load()
    assert path.read_text() == text


def test_a_damaged_file_costs_the_server_only_its_racks(hub, store, controls, tmp_path):
    (tmp_path / "wall.json").write_text("{")
    app = create_app(Settings(data_dir=tmp_path), hub, store, controls)
    with TestClient(app, base_url=ADDRESS, headers={"origin": ADDRESS}) as client:
        assert client.get("/api/v1/wall").json()["tiles"] == []
        refused = client.patch("/api/v1/wall", json={"own_name": "Rack 1"})
        assert (refused.status_code, refused.json()["code"]) == (409, "wall_unusable")
    assert (tmp_path / "wall.json").read_text() == "{"


def test_the_page_adds_and_removes_racks_and_sees_no_token(client, tmp_path):
    added = client.post(
        "/api/v1/wall/racks", json={"name": "Rack 2", "address": f"http://127.0.0.1:9/?token={TOKEN}"}
    )
    assert added.status_code == 201
    (tile,) = added.json()["tiles"]
    assert (tile["name"], tile["address"], tile["is_kept"]) == ("Rack 2", "http://127.0.0.1:9", True)
    answers = [added.text, client.get("/api/v1/wall").text]
    assert all(TOKEN not in text for text in answers)
    assert json.loads((tmp_path / "wall.json").read_text())["racks"][0]["token"] == TOKEN
    taken = client.post("/api/v1/wall/racks", json={"name": "rack 2", "address": "http://127.0.0.1:10"})
    assert (taken.status_code, taken.json()["code"]) == (422, "invalid_rack")
    with client.websocket_connect("ws://127.0.0.1:8000/api/v1/wall", headers={"origin": ADDRESS}) as socket:
        assert socket.receive_json()["tiles"][0]["name"] == "Rack 2"
        changed = client.patch("/api/v1/wall", json={"own_name": "Rack 1"})
        assert changed.json()["own_name"] == "Rack 1"
    gone = client.delete(f"/api/v1/wall/racks/{tile['rack_id']}")
    assert gone.json()["tiles"] == []
    assert client.delete(f"/api/v1/wall/racks/{tile['rack_id']}").status_code == 404
    assert client.patch("/api/v1/wall", json={"own_name": " "}).status_code == 422


def test_a_wall_shows_sixteen_racks(client):
    for number in range(MAX_RACKS):
        rack = {"name": f"R{number}", "address": f"http://127.0.0.1:{number + 1}"}
        assert client.post("/api/v1/wall/racks", json=rack).status_code == 201
    one_more = client.post("/api/v1/wall/racks", json={"name": "R", "address": "http://127.0.0.1:99"})
    assert one_more.status_code == 422
    assert "16 racks at most" in one_more.json()["message"]


def snapshot_text():
    hub = LiveHub()
    play(hub, session_events(2))
    return hub.snapshot()


def read(text):
    message = read_message(text)
    assert message is not None
    return message


def test_a_newer_rack_may_say_more_and_an_unknown_message_is_passed_over():
    message = json.loads(snapshot_text())
    message["sets"][0]["mood"] = message["new"] = {"x": 1}
    read = read_message(json.dumps(message))
    assert isinstance(read, Snapshot)
    assert len(read.sets) == 2
    assert read_message('{"schema": 1, "seq": 4, "type": "fireworks"}') is None
    assert read_message('{"schema":1,"seq":4,"type":"velocity","t_s":[0.1]}') is None


def test_another_protocol_is_told_and_nonsense_is_refused():
    with pytest.raises(UnknownProtocolError):
        read_message('{"schema": 2, "seq": 4, "type": "snapshot"}')
    for text in ("", "[]", '{"schema": 1}', '{"schema": 1, "seq": 1, "type": "rep"}', "NaN"):
        with pytest.raises(ValueError, match="validation error"):
            read_message(text)


def test_what_a_snapshot_had_already_is_not_taken_twice():
    view, hub = RackView(), LiveHub()
    play(hub, session_events(1))
    view.take(read(hub.snapshot()), 0.0)
    assert view.link is not None
    assert view.link.state == "connected"
    old = '{"schema": 1, "seq": 1, "type": "link", "link": {"state": "lost"}}'
    view.take(read(old), 1.0)
    assert view.link.state == "connected"


def test_a_lost_sensor_is_counted_from_its_last_sample_whatever_else_is_heard():
    view, hub = RackView(), LiveHub()
    hub.start_session(recording())
    view.take(read(hub.snapshot()), 100.0)
    lost = '{"schema": 1, "seq": 9, "type": "link", "link": {"state": "lost", "last_sample_age_s": 7}}'
    view.take(read(lost), 110.0)
    view.take(read('{"schema": 1, "seq": 0, "type": "heartbeat"}'), 114.0)
    assert view.values(115.0)["lost_age_s"] == pytest.approx(12.0)
    assert view.values(115.0)["heard_age_s"] == pytest.approx(1.0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that a rack made for itself, for a name that is not the address; its fingerprint."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "some rack")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("192.0.2.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    digest = hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).hexdigest()
    return folder, digest


@pytest.mark.parametrize("fingerprint", ["right", "wrong", "none"])
async def test_the_token_goes_to_nobody_but_the_rack_of_the_fingerprint(fingerprint, certificate):
    folder, digest = certificate
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    heard = []

    async def rack_says(socket):
        heard.append(socket.request.headers.get("Authorization"))
        await socket.send(snapshot_text())

    async with serve(rack_says, "127.0.0.1", 0, ssl=tls) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        told = {"right": digest, "wrong": PRINT, "none": None}[fingerprint]
        rack = rack_at("R", f"https://127.0.0.1:{port}", token=TOKEN, fingerprint=told)
        if fingerprint == "right":
            async with await open_live(rack) as socket:
                assert isinstance(read_message(str(await socket.recv())), Snapshot)
        else:
            with pytest.raises(RackRefusedError, match="certificate"):
                await open_live(rack)
        await asyncio.sleep(0)
    assert heard == ([f"Bearer {TOKEN}"] if fingerprint == "right" else [])
