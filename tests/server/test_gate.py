from __future__ import annotations

import itertools
from http.cookies import SimpleCookie

import pytest
from starlette.routing import Mount, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from server.app import create_app
from server.errors import MissingTokenError
from server.gate import SECURITY_HEADERS, SecurityGate
from server.settings import Settings, new_token

ADDRESS = "http://127.0.0.1:8000"
WS_ADDRESS = "ws://127.0.0.1:8000"
TOKEN = new_token()
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PATHS = {
    "recording_id": "00000000-0000-0000-0000-000000000001",
    "set_index": "0",
    "athlete_id": "00000000-0000-0000-0000-000000000002",
    "rack_id": "0123456789ab",
    "path": "app.js",
}
ATTACKS = {
    "evil host": ({"host": "evil.example", "origin": ADDRESS}, None, 421),
    "rebound host": ({"host": "evil.example:8000", "origin": "http://evil.example:8000"}, None, 421),
    "host with our name in it": ({"host": "127.0.0.1.evil.example", "origin": ADDRESS}, None, 421),
    "host with a user": ({"host": "127.0.0.1@evil.example", "origin": ADDRESS}, None, 421),
    "foreign address": ({"host": "192.168.1.20:8000", "origin": "http://192.168.1.20:8000"}, None, 421),
    "evil origin": ({"origin": "http://evil.example"}, None, 403),
    "null origin": ({"origin": "null"}, None, 403),
    "another port": ({"origin": "http://127.0.0.1:9000"}, None, 403),
    "no token": ({"origin": ADDRESS}, TOKEN, 401),
    "bad token": ({"origin": ADDRESS, "authorization": "Bearer wrong"}, TOKEN, 401),
    "bad cookie": ({"origin": ADDRESS, "cookie": "upright_8000=wrong"}, TOKEN, 401),
    "cookie of another port": ({"origin": ADDRESS, "cookie": f"upright_9000={TOKEN}"}, TOKEN, 401),
}


def every_route(app):
    """All paths of the application, those of nested routers and mounts too, with what they are."""
    found = []

    def walk(routes, prefix):
        for route in routes:
            if isinstance(route, Mount):
                found.append((prefix + route.path + "/{path}", "http"))
                walk(getattr(route.app, "routes", []), prefix + route.path)
            elif hasattr(route, "path"):
                found.append(
                    (prefix + route.path, "websocket" if isinstance(route, WebSocketRoute) else "http")
                )
            else:
                walk(route.original_router.routes, prefix)

    walk(app.routes, "")
    return [(path.format(**PATHS), kind) for path, kind in found]


@pytest.fixture
def client_with(hub, store, controls, tmp_path):
    def make(token=None, *, host="127.0.0.1", address=ADDRESS, allowed_hosts=()):
        settings = Settings(data_dir=tmp_path, token=token, host=host, allowed_hosts=allowed_hosts)
        return TestClient(create_app(settings, hub, store, controls), base_url=address)

    return make


def test_the_walk_sees_the_routes(app):
    paths = every_route(app)
    assert ("/api/v1/live", "websocket") in paths
    assert {
        "/",
        "/api/v1/live/label",
        "/api/v1/openapi.json",
        "/static/app.js",
        "/api/v1/athletes/00000000-0000-0000-0000-000000000002",
        "/api/v1/sessions/00000000-0000-0000-0000-000000000001/sets/0",
        "/api/v1/sessions/00000000-0000-0000-0000-000000000001/export",
    } <= {path for path, _ in paths}


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_route_refuses(attack, app, client_with):
    headers, token, status = ATTACKS[attack]
    client = client_with(token)
    for path, kind in [*every_route(app), ("/no/such/page", "http")]:
        if kind == "websocket":
            with (
                pytest.raises(WebSocketDisconnect),
                client.websocket_connect(WS_ADDRESS + path, headers=headers),
            ):
                pytest.fail(f"{path} took a WebSocket")
            continue
        for method in METHODS:
            answer = client.request(method, path, headers=headers, follow_redirects=False)
            assert answer.status_code == status, (attack, method, path)
            assert answer.headers["content-security-policy"].startswith("default-src 'self'")


def test_a_websocket_without_origin_is_refused(client_with):
    client = client_with()
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(WS_ADDRESS + "/api/v1/live"):
        pytest.fail("it was taken")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_change_without_origin_is_refused(method, client_with):
    assert client_with().request(method, "/api/v1/live/label").status_code == 403


def test_two_hosts_are_refused(client_with):
    headers = [("host", "127.0.0.1:8000"), ("host", "evil.example")]
    assert client_with().get("/", headers=headers).status_code == 421


@pytest.mark.parametrize("name", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST:1"])
def test_our_own_names_pass(name, client_with):
    assert client_with().get("/api/v1/status", headers={"host": name}).status_code == 200


def test_further_names_pass_when_allowed(client_with):
    client = client_with(allowed_hosts=("rack-1.local",))
    assert client.get("/", headers={"host": "rack-1.local:8000"}).status_code == 200


def test_beyond_this_computer_a_token_is_required(client_with):
    with pytest.raises(MissingTokenError):
        client_with(host="0.0.0.0")


def test_beyond_this_computer_addresses_pass_with_the_token_and_names_do_not(client_with):
    client = client_with(TOKEN, host="0.0.0.0")
    bearer = {"authorization": f"Bearer {TOKEN}"}
    for host, status in itertools.chain(
        [(h, 200) for h in ("192.168.1.20:8000", "[fe80::1]:8000")], [("evil.example", 421), ("rack", 421)]
    ):
        assert client.get("/api/v1/status", headers=bearer | {"host": host}).status_code == status


def test_the_token_of_the_address_becomes_a_cookie_and_leaves_the_address(client_with):
    client = client_with(TOKEN)
    answer = client.get(f"/?token={TOKEN}&x=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?x=1")
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie.key == "upright_8000"
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "strict"
    assert client.get("/api/v1/status").status_code == 200  # the client keeps cookies
    with client.websocket_connect(WS_ADDRESS + "/api/v1/live", headers={"origin": ADDRESS}) as socket:
        assert socket.receive_json()["type"] == "snapshot"


def test_a_wrong_token_in_the_address_is_refused_and_sets_no_cookie(client_with):
    answer = client_with(TOKEN).get("/?token=wrong", follow_redirects=False)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_a_token_that_is_not_ascii_is_refused_not_a_crash(client_with):
    client = client_with(TOKEN)
    assert client.get("/?token=%C3%A9", follow_redirects=False).status_code == 401
    assert client.get("/", headers={"authorization": "Bearer é".encode("latin-1")}).status_code == 401


def test_the_exchange_never_leads_to_another_server(client_with):
    answer = client_with(TOKEN).get(f"{ADDRESS}//evil.example/?token={TOKEN}", follow_redirects=False)
    assert answer.headers["location"] == "/evil.example/"


def test_every_answer_has_the_security_headers(client_with):
    client = client_with()
    for path in ("/", "/static/app.js", "/api/v1/status", "/no/such/page"):
        answer = client.get(path)
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert "server" not in answer.headers


async def test_the_lifespan_passes(tmp_path):
    seen = []

    async def inner(scope, receive, send):
        seen.append(scope["type"])

    async def unused(*arguments):
        raise AssertionError(arguments)

    await SecurityGate(inner, Settings(data_dir=tmp_path))({"type": "lifespan"}, unused, unused)
    assert seen == ["lifespan"]
