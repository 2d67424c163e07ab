from __future__ import annotations

import itertools
from collections import defaultdict
from http.cookies import SimpleCookie
from importlib import metadata

import pytest
from starlette.routing import Mount, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from server.access import Access
from server.app import create_app
from server.errors import MissingTokenError
from server.gate import SECURITY_HEADERS, SecurityGate
from server.roles import RULES, Role, least_role
from server.sensor_desk import SensorDesk
from server.settings import Settings, new_token
from server.sign_in import STYLE_PATH

ADDRESS = "http://127.0.0.1:8000"
WS_ADDRESS = "ws://127.0.0.1:8000"
TOKEN = new_token()
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PATHS = defaultdict(
    lambda: "1",
    recording_id="00000000-0000-0000-0000-000000000001",
    set_index="0",
    athlete_id="00000000-0000-0000-0000-000000000002",
    path="app.js",
)
"""Values of what stands in braces."""
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
    return [(path, "http" if methods else "websocket") for path, methods in routes_of(app)]


def routes_of(app):
    """All paths of the application with their methods; a WebSocket has none."""
    found = []

    def walk(routes, prefix):
        for route in routes:
            if isinstance(route, Mount):
                found.append((prefix + route.path + "/{path}", {"GET", "HEAD"}))
                walk(getattr(route.app, "routes", []), prefix + route.path)
            elif hasattr(route, "path"):
                methods = set() if isinstance(route, WebSocketRoute) else route.methods
                found.append((prefix + route.path, methods))
            else:
                walk(route.original_router.routes, prefix)

    walk(app.routes, "")
    return [(path.format_map(PATHS), methods) for path, methods in found]


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
    with client_with(token) as client:
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


@pytest.fixture
def roles(hub, store, controls, tmp_path):
    """A server of the network with everything that has routes, and a client for each role."""
    settings = Settings(data_dir=tmp_path, host="0.0.0.0", lan=True)
    access = Access.of(settings)
    desk = SensorDesk(settings, hub, store, None)
    app = create_app(settings, hub, store, controls, desk, access=access)

    def client(role):
        headers = {"origin": ADDRESS, "authorization": f"Bearer {access.tokens[role]}"}
        return TestClient(app, base_url=ADDRESS, headers=headers)

    return app, access, client


def test_every_change_refuses_a_viewer_and_says_what_it_takes(roles):
    app, _, client = roles
    changes = [(method, path) for path, methods in routes_of(app) for method in methods - {"GET", "HEAD"}]
    changes.remove(("POST", "/api/v1/me/sign-out"))  # what anybody may
    assert len(changes) >= 12
    viewer = client(Role.VIEW)
    for method, path in changes:
        answer = viewer.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_refused"), (method, path)
        assert "signed in for viewing" in answer.json()["message"]
        assert "token for" in answer.json()["hint"]


def test_what_only_an_administrator_may_refuses_whoever_lifts(roles):
    app, _, client = roles
    lifter = client(Role.LIFT)
    asked = [(method, path) for path, methods in routes_of(app) for method in methods]
    refused = [one for one in asked if least_role(*one) is Role.ADMIN]
    assert {
        ("POST", "/api/v1/athletes"),
        ("POST", "/api/v1/sensors/scan"),
        ("POST", "/api/v1/live/stream"),
    } <= {*refused}
    for method, path in refused:
        assert lifter.request(method, path).status_code == 403, (method, path)


@pytest.mark.parametrize("role", Role)
def test_everybody_may_look_and_is_told_who_he_is(role, roles):
    _, _, client = roles
    for path in ("/", "/static/app.js", "/api/v1/status", "/api/v1/live", "/api/v1/sessions"):
        assert client(role).get(path).status_code == 200, path
    me = client(role).get("/api/v1/me").json()
    assert me == {"role": role, "is_lan": True, "is_secure": False, "version": metadata.version("upright")}
    with client(role).websocket_connect(WS_ADDRESS + "/api/v1/live") as socket:
        assert socket.receive_json()["type"] == "snapshot"


@pytest.mark.parametrize(("role", "status"), [(Role.VIEW, 403), (Role.LIFT, 200), (Role.ADMIN, 200)])
def test_whoever_lifts_may_say_what_is_lifted(role, status, roles):
    _, _, client = roles
    answer = client(role).post("/api/v1/live/label", json={"exercise_id": "back_squat", "load_kg": 100})
    assert answer.status_code == status


def test_on_this_computer_alone_everybody_is_administrator(client_with):
    assert client_with().get("/api/v1/me").json()["role"] == "admin"


def test_a_token_that_was_set_is_the_administrators(client_with):
    client = client_with(TOKEN)
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {TOKEN}"}).json()["role"] == "admin"


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("GET", "/", Role.VIEW),
        ("HEAD", "/api/v1/sessions", Role.VIEW),
        ("GET", "/api/v1/access", Role.ADMIN),
        ("HEAD", "/api/v1/access/tokens", Role.ADMIN),
        ("GET", "/api/v1/access\n", Role.ADMIN),  # a route's "$" takes it for the same
        ("POST", "/api/v1/live/undo", Role.LIFT),
        ("POST", "/api/v1/live", Role.LIFT),
        ("POST", "/api/v1/livestock", Role.ADMIN),
        ("POST", "/api/v1/live/stream", Role.ADMIN),
        ("DELETE", "/api/v1/live/stream", Role.ADMIN),
        ("PATCH", "/api/v1/sessions/1/sets/0", Role.LIFT),
        ("POST", "/api/v1/files/exports", Role.LIFT),
        ("POST", "/api/v1/files/imports", Role.ADMIN),
        ("POST", "/api/v1/sessions/1/undo", Role.LIFT),
        ("DELETE", "/api/v1/sessions/1", Role.ADMIN),
        ("DELETE", "/api/v1/athletes/1", Role.ADMIN),
        ("PUT", "/api/v1/nobody/thought/of/this", Role.ADMIN),
        ("OPTIONS", "/api/v1/live/label", Role.ADMIN),
        ("PROPFIND", "/", Role.ADMIN),
    ],
)
def test_the_least_role(method, path, role):
    assert least_role(method, path) is role


def test_no_rule_is_hidden_behind_an_earlier_one():
    for place, rule in enumerate(RULES):
        path = rule.path.replace("/**", "").replace("*", "x")
        for method in rule.methods.split():
            first = next(
                one for one in RULES if method in one.methods.split() and least_role(method, path) is one.role
            )
            assert first.role is rule.role, (place, rule)


def test_a_better_token_in_the_address_takes_the_place_of_the_cookie(roles):
    app, access, _ = roles
    client = TestClient(app, base_url=ADDRESS)
    for role in (Role.VIEW, Role.ADMIN, Role.LIFT):
        client.get(f"/?token={access.tokens[role]}")
        assert client.get("/api/v1/me").json()["role"] == role
    assert client.get("/?token=wrong", follow_redirects=False).status_code == 303
    assert client.get("/api/v1/me").json()["role"] == "lift"  # a wrong one does not sign out


def test_a_browser_without_a_token_gets_a_page_that_takes_one(roles):
    app, access, _ = roles
    client = TestClient(app, base_url=ADDRESS, headers={"accept": "text/html,*/*"})
    answer = client.get("/")
    assert answer.status_code == 401
    assert '<input id="token" name="token"' in answer.text
    assert "mistyped" not in answer.text
    assert "mistyped" in client.get("/?token=wrong").text
    style = client.get(STYLE_PATH)
    assert (style.status_code, style.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert client.get("/", params={"token": access.tokens[Role.VIEW]}).status_code == 200


def test_renewed_tokens_sign_everybody_out(roles):
    _, access, client = roles
    viewer, old = client(Role.VIEW), access.tokens
    with viewer.websocket_connect(WS_ADDRESS + "/api/v1/live") as socket:
        assert socket.receive_json()["type"] == "snapshot"
        socket.portal.call(access.renew)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert (closed.value.code, closed.value.reason) == (1008, "signed_out")
    assert set(access.tokens.values()).isdisjoint(old.values())
    assert viewer.get("/api/v1/status").status_code == 401
    assert client(Role.VIEW).get("/api/v1/status").status_code == 200
