from __future__ import annotations

import json
import os
import re

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from server.access import FILE_NAME, Access, Reach, typable_token
from server.app import create_app
from server.errors import AccessFileError, RenewRefusedError
from server.roles import Role
from server.settings import Settings, new_token


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path, host="0.0.0.0", lan=True)


def test_a_token_can_be_typed_and_is_never_the_same():
    tokens = {typable_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"([a-km-np-z2-9]{4}-){4}[a-km-np-z2-9]{4}", token) for token in tokens)


def test_tokens_outlive_a_restart(settings):
    assert Access.of(settings).tokens == Access.of(settings).tokens
    assert len(set(Access.of(settings).tokens.values())) == 3


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_only_the_owner_may_read_them(settings):
    tokens = Access.of(settings).tokens
    path = settings.data_dir / FILE_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    assert Access.of(settings).tokens == tokens
    assert path.stat().st_mode & 0o777 == 0o600
    Access.of(settings).renew()
    assert path.stat().st_mode & 0o777 == 0o600


def test_renewed_tokens_are_kept(settings):
    access = Access.of(settings)
    old = access.tokens
    access.renew()
    assert set(access.tokens.values()).isdisjoint(old.values())
    assert Access.of(settings).tokens == access.tokens


def test_each_token_lets_in_its_role_and_nothing_else_does(settings):
    access = Access.of(settings)
    for role, token in access.tokens.items():
        assert access.role_of(token) is role
        assert access.role_of(token[:-1]) is None
    for wrong in (None, "", "é", "-", "x" * 10_000):
        assert access.role_of(wrong) is None


def test_a_token_of_the_environment_is_the_administrators_and_stays(settings):
    given = new_token()
    settings = Settings(data_dir=settings.data_dir, host="0.0.0.0", lan=True, token=SecretStr(given))
    access = Access.of(settings)
    assert access.role_of(given) is Role.ADMIN
    access.renew()
    assert access.role_of(given) is Role.ADMIN


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "[]",
        "no json",
        '{"schema": "upright.access/2", "tokens": {}}',
        '{"schema": "upright.access/1", "tokens": {"view": "a", "lift": "b", "admin": "c"}}',
        json.dumps({"schema": "upright.access/1", "tokens": dict.fromkeys(Role, "x" * 20)}),
    ],
)
def test_a_damaged_file_lets_nobody_in(content, settings):
    (settings.data_dir / FILE_NAME).write_text(content)
    with pytest.raises(AccessFileError, match=r"access\.json"):
        Access.of(settings)


def test_without_tokens_of_its_own_nothing_is_renewed(tmp_path):
    with pytest.raises(RenewRefusedError):
        Access.of(Settings(data_dir=tmp_path)).renew()


# -- over REST

URL = "https://192.168.1.20:8000"


@pytest.fixture
def rack(settings, hub, store, controls):
    """A server of the network, and a browser on it for each role."""
    access = Access.of(settings)
    access.reach = Reach(URL, ("192.168.1.20",), "AB:CD")
    app = create_app(settings, hub, store, controls, access=access)

    def browser(role):
        client = TestClient(app, base_url=URL, headers={"origin": URL})
        client.get(f"/?token={access.tokens[role]}")
        return client

    return access, browser


def test_an_administrator_is_told_who_can_connect(rack):
    _, browser = rack
    assert browser(Role.ADMIN).get("/api/v1/access").json() == {
        "is_lan": True,
        "url": URL,
        "fingerprint": "AB:CD",
        "names": ["192.168.1.20"],
        "can_renew": True,
    }


def test_tokens_are_told_to_an_administrator_alone_and_kept_in_no_cache(rack):
    access, browser = rack
    answer = browser(Role.ADMIN).get("/api/v1/access/tokens")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == [
        {"role": role, "token": access.tokens[role], "url": f"{URL}/?token={access.tokens[role]}"}
        for role in Role
    ]
    for role in (Role.VIEW, Role.LIFT):
        for path in ("", "/tokens", "/code.svg", "/tokens%0A", "/tokens/"):
            assert browser(role).get(f"/api/v1/access{path}").status_code == 403


def test_each_role_has_its_code(rack):
    _, browser = rack
    admin = browser(Role.ADMIN)
    codes = [admin.get("/api/v1/access/code.svg", params={"role": role}) for role in Role]
    assert len({code.text for code in codes}) == 3
    for code in codes:
        assert code.headers["content-type"] == "image/svg+xml"
        assert code.headers["cache-control"] == "no-store"
        assert "<svg" in code.text
        assert "style=" not in code.text
    assert admin.get("/api/v1/access/code.svg", params={"role": "owner"}).status_code == 422


def test_whoever_renews_stays_signed_in_and_everybody_else_is_out(rack):
    access, browser = rack
    admin, other, lifter = browser(Role.ADMIN), browser(Role.ADMIN), browser(Role.LIFT)
    answer = admin.post("/api/v1/access/renew")
    assert {one["role"]: one["token"] for one in answer.json()} == access.tokens
    assert admin.get("/api/v1/me").json()["role"] == "admin"
    assert [client.get("/api/v1/me").status_code for client in (other, lifter)] == [401, 401]


@pytest.mark.parametrize("role", Role)
def test_anybody_can_sign_out_and_the_token_stays_good(role, rack):
    _, browser = rack
    one = browser(role)
    assert one.post("/api/v1/me/sign-out").status_code == 204
    assert one.get("/api/v1/me").status_code == 401
    assert browser(role).get("/api/v1/me").json()["role"] == role


def test_on_this_computer_alone_there_is_nothing_to_show(client):
    assert client.get("/api/v1/access").json() == {
        "is_lan": False,
        "url": None,
        "fingerprint": None,
        "names": [],
        "can_renew": False,
    }
    assert client.get("/api/v1/access/tokens").json() == []
    assert client.get("/api/v1/access/code.svg").json()["hint"] == "Start it with `upright serve --lan`."
    assert client.post("/api/v1/access/renew").status_code == 409
