"""Reports of constructed sessions: the page is read back, not compared with a stored one."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from uuid import UUID

import numpy as np
import pytest

from analysis.exercises import CATALOGUE
from analysis.measures import MEASURES
from analysis.results import Estimate
from analysis.stability.judgement import Word
from server.errors import NotFoundError
from server.gate import REPORT_SECURITY_POLICY
from server.judging import Judge
from server.reporting.page import block_report, parse_session_id, session_report
from server.reporting.path_plot import mean_path
from server.reporting.words import PROXY_NOTE, glued, number, unit
from server.store import Store
from tests.server.lifting import make_set, recording

HOSTILE = """<script>alert("1")</script> & <img src=x onerror=alert(2)> 'squats'"""
WEEKS = 6
NEWEST = UUID(int=WEEKS)
ORDINARY = {"rad": (0.04, 0.01), "m": (0.03, 0.006), "": (0.45, 0.02), "m/s": (0.5, 0.02), "s": (0.9, 0.1)}


class Page(HTMLParser):
    """Words, elements and attributes of a page; entities are decoded by the parser."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.words, self.rows = [], [], []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append("")

    def handle_data(self, data):
        if self.elements and self.elements[-1][0] == "style":
            return
        self.words.append(data)
        if self.rows:
            self.rows[-1] = " ".join((self.rows[-1] + " " + data).split())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def plots(self):
        return [a["data-plot"] for a in self.all("svg")]


def dressed(one, rng, worse=0.0):
    """Give every rep of a set the measures that have a unit of the table above, some worse than ordinary."""
    known = [m for m in MEASURES.values() if m.scope == "rep" and m.unit in ORDINARY]
    reps = [
        replace(
            rep,
            measures={
                m.id: Estimate(
                    ORDINARY[m.unit][0] + ORDINARY[m.unit][1] * (m.worse * worse + rng.standard_normal()),
                    0.1 * ORDINARY[m.unit][1],
                )
                for m in known
            }
            | {"tilt_rad": Estimate(reason="the tilt was lost")},
        )
        for rep in one.reps
    ]
    return replace(one, reps=tuple(reps))


def fill(store):
    """Six weeks; the sensor moved after the first, the newest session gets worse and has an unnamed lift."""
    rng = np.random.default_rng(5)
    for week in range(WEEKS):
        newest = week == WEEKS - 1
        info = recording(
            week, title=HOSTILE if newest else "", mount_position="sleeve" if week == 0 else "shaft",
            lost_samples=41,
        )  # fmt: skip
        for k, load_kg in enumerate((60.0, 100.0, 100.0, 102.5, 105.0, 105.0)):
            one = make_set(k, exercise_id="front_squat", load_kg=load_kg, start_s=200.0 * k)
            store.save_set(info, dressed(one, rng, 2.5 * max(k - 2, 0) if newest else 0.0))
        for k in (6, 7, 8):
            one = make_set(k, exercise_id="deadlift", n_reps=3, load_kg=150.0, start_s=200.0 * k)
            store.save_set(info, dressed(one, rng))
        if newest:
            store.save_set(info, make_set(9, exercise_id=None, load_kg=None, n_reps=2, start_s=1800.0))


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    with Store(f"sqlite:///{tmp_path_factory.mktemp('report') / 'results.db'}") as store:
        fill(store)
        yield store


@pytest.fixture(scope="module")
def session_html(filled):
    return session_report(filled).html


@pytest.fixture(scope="module")
def block_html(filled):
    return block_report(filled, 8).html


@pytest.fixture(scope="module")
def verdicts(filled):
    found = filled.session(NEWEST)
    return Judge(filled).session(found.recording, found.sets)


def test_the_newest_session_says_how_it_was_measured(session_html):
    page = Page(session_html)
    for words in (
        "Upright-01",
        "shaft",
        "200.1 Hz",
        "41 samples",
        "upright-1/0.1.0",
        PROXY_NOTE,
        str(NEWEST),
    ):
        assert words in page.text
    assert page.text.count(PROXY_NOTE) == 2


def test_every_verdict_has_its_word_glyph_sentence_and_baseline(session_html, verdicts):
    text = Page(session_html).text.replace("\N{NO-BREAK SPACE}", " ")
    assert [verdict.exercise_id for verdict in verdicts] == ["front_squat", "deadlift"]
    assert verdicts[0].word is Word.CLEARLY_WORSE
    assert "▼ Clearly worse" in text
    for verdict in verdicts:
        assert CATALOGUE[verdict.exercise_id].name in text
        assert verdict.baseline.words[1:] in text
        for part in verdict.parts:
            assert " ".join(part.sentence.split()) in text
        for finding in verdict.signs:
            assert finding.sentence in text
        for index in verdict.index:
            assert f"{index.index.value:.0f} ({index.index.low:.0f} to {index.index.high:.0f})" in text
    assert "Warm-ups are not judged: set 1" in text
    assert "● Seen" in text
    assert "Not judged: nobody said which lift this is." in text


def test_every_set_and_rep_is_in_a_table(session_html, filled):
    rows = Page(session_html).rows
    found = filled.session(NEWEST)
    for one in found.sets:
        assert any(row.startswith(f"{one.index + 1} ") and f" {len(one.reps)} " in row for row in rows)
        assert f"{one.velocity_loss_fraction:.0%}".replace("%", " %") in " ".join(rows)
    rep = found.sets[0].reps[0]
    row = next(row for row in rows if row.startswith("Uprightness loss °"))
    estimate = rep.measures["uprightness_loss_rad"]
    value, sd = (number("uprightness_loss_rad", x) for x in (estimate.value, estimate.sd))
    assert row.startswith(f"Uprightness loss ° {value} ± {sd}")
    for part in rep.measures:
        if part != "peak_velocity_mps":
            words = f"{MEASURES[part].name}{' (research)' if MEASURES[part].research else ''} {unit(part)}"
            assert any(row.startswith(words.strip()) for row in rows)
    text = Page(session_html).text
    assert "Reps 1, 2, 3, 4, 5: Tilt: the tilt was lost." in text
    assert "12 samples were lost during the rep" in text
    assert text.count("walk-out, not a rep") == len(found.sets)


def test_every_plot_is_there_once_and_says_what_it_shows(session_html, verdicts):
    page = Page(session_html)
    expected = {f"lift{k}-{what}" for k in (1, 2) for what in ("path", "index")} | {"lift3-path"}
    for k, verdict in enumerate(verdicts, 1):
        drawn = [p for p in verdict.parts if any(point.value is not None for point in p.points)]
        expected |= {f"lift{k}-part{verdict.parts.index(part)}" for part in drawn}
    assert set(page.plots) == expected
    assert len(page.plots) == len(expected)
    assert all(a["role"] == "img" and a["aria-label"] for a in page.all("svg"))
    identities = [a["id"] for _, a in page.elements if "id" in a]
    assert len(identities) == len(set(identities))
    assert "<text" in session_html  # text stays text


@pytest.mark.parametrize("which", ["session_html", "block_html"])
def test_a_page_needs_nothing_else_and_runs_nothing(which, request):
    html = request.getfixturevalue(which)
    page = Page(html)
    assert "://" not in html
    assert "@import" not in html
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "iframe", "object", "embed", "form", "base", "image", "img"}
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
        assert "src" not in attributes
        for name in ("href", "xlink:href"):
            assert attributes.get(name, "#").startswith("#")
    identities = {a["id"] for _, a in page.elements if "id" in a}
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', html)) <= {
        pair for name in identities for pair in ((name, ""), ("", name))
    }


def test_a_hostile_title_is_text(session_html):
    assert HOSTILE in Page(session_html).text
    assert "<script" not in session_html
    assert "<img" not in session_html


def test_a_report_is_the_same_every_time(filled, session_html):
    assert session_report(filled, NEWEST).html == session_html


def test_a_block_shows_the_weeks_with_their_breaks(block_html, filled):
    page = Page(block_html)
    text = page.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "8 weeks" in text
    assert "6 sessions, 2 lifts" in text
    for lift in ("front_squat", "deadlift"):
        history = Judge(filled).weeks(lift)
        assert history is not None
        assert history.sentence in text
        assert history.word.value.capitalize() in text
        for day in history.sessions:
            values = [f"{one.index.value:.0f}" for one in day.index if one.index]
            assert ", ".join(values) in text
    assert "Break 1, 9 Nov 2026: mount: sleeve before, shaft now" in text
    assert text.count("2 Nov 2026 before a break") == 2
    assert "Front squat rounds over in the hole" in text
    assert re.search(r"7 Dec 2026 (. ){5}Seen in set", text)
    assert {"lift1-part0", "lift1-index", "lift2-part0", "lift2-index"} <= set(page.plots)


def test_a_short_block_is_judged_by_itself(filled):
    text = Page(block_report(filled, 2, exercise_id="front_squat").html).text
    assert "3 sessions, 1 lift" in text
    assert "… Too little data" in text
    assert "Deadlift" not in text


def test_one_lift_of_a_session(filled):
    page = Page(session_report(filled, NEWEST, exercise_id="deadlift").html)
    assert "Front squat" not in page.text
    assert "lift2-path" not in page.plots


def test_without_a_path_the_reason_stands_there(store):
    store.save_set(recording(), make_set(0, drift_m=None))
    page = Page(session_report(store).html)
    assert "No bar path. Forward not resolvable: a wrist has no bar axis" in page.text
    assert "lift1-path" not in page.plots


def test_a_session_without_sets_or_title_is_a_page_too(store):
    store.save_recording(recording(title=""))
    assert "No sets were recorded in this session." in Page(session_report(store).html).text


def test_progress_ends_at_the_end(filled):
    told = []
    session_report(filled, NEWEST, progress=lambda done, total: told.append((done, total)))
    block_report(filled, 8, progress=lambda done, total: told.append((done, total)))
    ends = [pair for pair in told if pair[0] == pair[1]]
    assert len(ends) == 2


def test_mean_path_is_the_mean_of_the_reps_at_matched_height():
    one = make_set(0, n_reps=3, drift_m=0.02)  # drifts 20, 22 and 24 mm at the turning point
    found = mean_path(one)
    assert found is not None
    assert found.n_reps == 3
    assert np.all(np.diff(found.up_m) > 0)
    assert found.forward_m[0] == pytest.approx(0.022, abs=0.0006)
    # Standard deviation of the mean: scatter 2 mm, own 2 mm, three reps.
    assert found.sd_m[0] == pytest.approx(np.sqrt((0.002**2 + 0.002**2) / 3), rel=0.05)


def test_smoothness_is_no_percentage():
    assert (number("spectral_arc_length", -1.9), unit("spectral_arc_length")) == ("−1.90", "")
    assert (number("lockout_ratio", 0.45), unit("lockout_ratio")) == ("45", "%")


def test_numbers_stay_with_their_units():
    assert glued("+1.8 cm of 12 % over 3 sets") == "+1.8\u00a0cm of 12\u00a0% over 3 sets"


def test_nothing_stored_and_unknown_sessions_are_errors(store, filled):
    for call in (lambda: session_report(store), lambda: block_report(store, 4)):
        with pytest.raises(NotFoundError, match="No session is stored yet"):
            call()
    with pytest.raises(NotFoundError, match="There is no session"):
        session_report(filled, UUID(int=99))
    with pytest.raises(NotFoundError, match=r"There is no session nonsense.*The newest: " + str(NEWEST)):
        parse_session_id(filled, "nonsense")
    with pytest.raises(NotFoundError, match="no sets of back squat"):
        session_report(filled, exercise_id="back_squat")
    with pytest.raises(NotFoundError, match="no sets of back squat"):
        block_report(filled, 4, exercise_id="back_squat")
    assert parse_session_id(filled, str(NEWEST)) == NEWEST


def test_rest_answers_pages_with_a_policy_of_their_own(client, store):
    store.save_set(recording(title=HOSTILE), make_set(0))
    for path in (f"/api/v1/sessions/{UUID(int=1)}/report", "/api/v1/report?weeks=4&exercise_id=back_squat"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.headers["content-disposition"].startswith('inline; filename="upright-')
        assert answer.headers["content-security-policy"] == REPORT_SECURITY_POLICY
        assert "script" not in REPORT_SECURITY_POLICY
        assert "<script" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get("/api/v1/status").headers["content-security-policy"] != REPORT_SECURITY_POLICY


def test_rest_errors_are_json(client):
    for path in (
        f"/api/v1/sessions/{UUID(int=1)}/report",
        "/api/v1/report",
        "/api/v1/report?exercise_id=curl",
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["code"] == "not_found"
    assert client.get("/api/v1/report?weeks=0").status_code == 422
