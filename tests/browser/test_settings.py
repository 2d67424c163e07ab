"""The settings, in a real browser: of this browser, of the server, and who can connect, over TLS."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager

import pytest

from server.access import Access, Reach
from server.app import create_app
from server.certificate import certificate_in
from server.roles import Role
from server.settings import Settings
from server.tls import server_context
from tests.browser.conftest import Station
from tests.browser.seen import expect_text, text
from tests.server.lifting import make_set, play, recording, session_events

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Gym(Station):
    """A server of the network, with TLS."""

    access: Access

    def _make_app(self, desk):
        folder = self.settings.data_dir
        self.address = f"https://127.0.0.1:{self.port}"
        certificate = certificate_in(folder, ["127.0.0.1"])
        self.tls = server_context(certificate.path, self.address)
        settings = Settings(data_dir=folder, host="0.0.0.0", lan=True, tls=True)
        self.access = Access.of(settings)
        self.access.reach = Reach(self.address, certificate.names, certificate.fingerprint)
        return create_app(settings, self.hub, self.store, desk or self.controls, desk, access=self.access)


@pytest.fixture
def gym(tmp_path):
    running = Gym(tmp_path)
    yield running
    running.stop()


@pytest.fixture
def sign_in(browser, gym):
    """Open the page as a tablet that scanned the code of a role and accepted the certificate."""
    contexts = []

    def open_as(role, hash_=""):
        context = browser.new_context(ignore_https_errors=True, viewport={"width": 1024, "height": 768})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"{gym.address}/?token={gym.access.tokens[role]}")
        if hash_:
            page.goto(f"{gym.address}/{hash_}")
        return page

    yield open_as
    for context in contexts:
        context.close()


def ask(page, method, path, body=None):
    """What the page's own origin is answered: status and JSON."""
    return page.evaluate(
        """async ([method, path, body]) => {
          const headers = {"content-type": "application/json"};
          const answer = await fetch(path, {method, headers, body: body && JSON.stringify(body)});
          return [answer.status, await answer.json().catch(() => null)];
        }""",
        [method, f"/api/v1{path}", body],
    )


def test_a_tablet_over_tls_has_the_live_socket_wake_lock_and_a_secure_cookie(gym, sign_in):
    gym.tell(play, gym.hub, session_events(n_sets=1))
    page = sign_in(Role.LIFT)
    assert page.url == f"{gym.address}/"  # the token is in no history
    (cookie,) = page.context.cookies()
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert page.evaluate("[isSecureContext, 'wakeLock' in navigator]") == [True, True]
    first = page.evaluate(
        """() => new Promise((done, fail) => {
          const socket = new WebSocket(`wss://${location.host}/api/v1/live`);
          socket.addEventListener("message", (event) => done(JSON.parse(event.data).type));
          socket.addEventListener("close", () => fail(new Error("refused")));
        })"""
    )
    assert first == "snapshot"
    assert ask(page, "POST", "/live/label", {"exercise_id": "back_squat", "load_kg": 100})[0] == 200
    assert ask(page, "POST", "/athletes", {"name": "Anna"})[1]["code"] == "role_refused"
    page.goto(f"{gym.address}/#/settings")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_selector("#token")
    assert page.context.cookies() == []


def test_plain_http_leads_to_the_page(gym, browser):
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{gym.port}/?token={gym.access.tokens[Role.VIEW]}")
    assert page.url == f"{gym.address}/"
    assert "Upright needs a token" in page.inner_text("body")  # the one in the clear is not passed on
    page.fill("#token", gym.access.tokens[Role.VIEW])
    page.press("#token", "Enter")
    page.wait_for_selector("#nav a")
    assert page.url == f"{gym.address}/"
    context.close()


def test_tokens_are_shown_after_a_press_and_renewing_signs_the_others_out(gym, sign_in):
    viewer = sign_in(Role.VIEW, "#/settings/athletes")
    expect_text(viewer, ".notice", "Signed in for viewing")
    assert viewer.get_by_role("button", name="Add an athlete").count() == 0
    viewer.goto(f"{gym.address}/#/settings/access")
    expect_text(viewer, ".notice", "takes an administrator")

    assert viewer.get_by_role("button", name="Show code and token").count() == 0

    page = sign_in(Role.ADMIN, "#/settings/access")
    expect_text(page, ".access-facts", gym.access.reach.fingerprint)
    tokens = gym.access.tokens
    assert not any(token in page.content() for token in tokens.values())
    page.get_by_role("button", name="Show code and token").click()
    expect_text(page, ".code", tokens[Role.LIFT])
    page.get_by_role("button", name="Viewing").click()
    expect_text(page, ".code", tokens[Role.VIEW])
    page.wait_for_function("() => document.querySelector('.code img').naturalWidth > 100")
    page.get_by_role("button", name="Renew all tokens").click()
    page.get_by_role("button", name="Renew", exact=True).click()
    page.wait_for_selector("dialog", state="detached")
    assert gym.access.tokens[Role.VIEW] != tokens[Role.VIEW]
    expect_text(page, ".code", gym.access.tokens[Role.VIEW])
    viewer.wait_for_selector("#token")  # by itself
    page.reload()
    expect_text(page, ".access-facts", gym.access.reach.fingerprint)  # still signed in
    assert not any(token in page.content() for token in gym.access.tokens.values())


@contextmanager
def saved(page, button="Save"):
    """Fill a dialog within, then press its button and wait until it is gone."""
    yield page.locator("dialog")
    page.get_by_role("dialog").get_by_role("button", name=button, exact=True).click()
    page.wait_for_selector("dialog", state="detached")


def test_athletes_are_added_changed_and_deleted_with_an_honest_word(station, open_page):
    station.store.save_set(recording(), make_set(0))
    page = open_page("#/settings/athletes")
    expect_text(page, ".setting", "Nobody yet")
    for name in ("Anna", "Ben"):
        page.get_by_role("button", name="Add an athlete").click()
        with saved(page) as dialog:
            dialog.locator("[name=name]").fill(name)
    page.keyboard.press("l")
    page.get_by_role("button", name="Change: Anna").click()
    with saved(page) as dialog:
        dialog.locator("[name=body_mass]").fill("140")
    expect_text(page, ".things", "140 lb")
    anna, ben = (one.id for one in station.store.athletes())
    assert station.store.athletes()[0].body_mass_kg == pytest.approx(140 * 0.45359237)
    assert ask(page, "PATCH", f"/sessions/{recording().recording_id}", {"athlete_id": str(anna)})[0] == 200
    page.get_by_role("button", name="Delete: Anna").click()
    expect_text(page, "dialog", "Anna has 1 session. It stays")
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect_text(page, "dialog .problem", "Type Anna")
    with saved(page, "Delete") as dialog:
        dialog.locator("[name=heir]").select_option(label="To Ben")
        dialog.locator("[name=confirm]").fill("Anna")
    expect_text(page, ".things", "Ben")
    assert "Anna" not in text(page, ".things")
    assert station.store.session(recording().recording_id).recording.athlete_id == ben


def test_a_goal_of_a_lift_is_offered_on_live(station, open_page):
    station.tell(play, station.hub, session_events(n_sets=1))
    page = open_page("#/settings/lifts")
    page.get_by_role("button", name="Add a goal").click()
    with saved(page) as dialog:
        dialog.get_by_label("Lift").select_option("bench_press")
        dialog.locator("[name=velocity_loss]").fill("25")
        dialog.locator("[name=target_low]").fill("0.4")
        dialog.locator("[name=target_high]").fill("0.6")
    expect_text(page, ".things", "Stop at 25 % loss · Target 0.40–0.60 m/s")
    kept = json.loads((station.settings.data_dir / "preferences.json").read_text())
    assert kept["lifts"]["bench_press"]["velocity_loss_stop_fraction"] == 0.25
    page.evaluate("async () => (await import('/static/live/goalform.js')).goalFields()")  # a form is opened
    page.wait_for_function(
        """async () => (await import("/static/live/goalform.js"))
          .rememberedGoal("bench_press")?.velocity_loss_stop_fraction === 0.25"""
    )
    page.get_by_role("button", name="Remove: Bench press").click()
    with saved(page, "Remove"):
        pass
    expect_text(page, ".setting", "No goals yet")


def test_this_browser_remembers_its_own_settings(open_page):
    page = open_page()
    page.keyboard.press("0")
    page.get_by_role("button", name="lb").click()
    page.get_by_role("button", name="Dark").click()
    page.get_by_label("Single keys do something").uncheck()
    page.get_by_label("Loudness").fill("0.5")
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.wait_for_selector(".setting")
    pressed = page.locator(".choice[aria-pressed=true]").all_inner_texts()
    assert pressed == ["lb", "Dark"]
    assert text(page, "#unit") == "lb"
    assert "50 %" in text(page, ".slider")
    page.keyboard.press("1")
    assert re.search("#/settings$", page.url)  # keys are off
    assert "Only this computer can connect" in text(page, ".screen-settings")


def test_the_tempo_is_told_in_seconds_and_nonsense_is_not_kept(open_page):
    page = open_page("#/settings")
    page.get_by_label("Tempo").check()
    page.get_by_label("Down", exact=True).fill("4")
    page.get_by_label("Pause on top").fill("0")
    page.get_by_label("Up", exact=True).fill("0")
    page.get_by_label("Up", exact=True).press("Enter")
    page.reload()
    page.wait_for_selector(".tempo-fields")
    assert [one.input_value() for one in page.locator(".tempo-fields input").all()] == ["4", "1", "1", "0"]
