from __future__ import annotations

import gzip
import os
import re
from importlib import resources
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from server.page_files import FIRST_MODULES, PageFiles

STATIC = Path(str(resources.files("server") / "static"))


def client_of(folder):
    files = PageFiles(folder)
    return TestClient(Starlette(routes=[Route("/", files.index), Mount("/static", files)]))


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "static"
    (inside / "live").mkdir(parents=True)
    (inside / "core").mkdir()
    (inside / "index.html").write_text(
        '<head>\n<script type="module" src="/static/app.js"></script>\n</head>'
    )
    (inside / "app.js").write_text(
        'import { h } from "./core/dom.js";\nconst later = () => import("./core/later.js");\n'
    )
    (inside / "live" / "live.js").write_text(
        'import {\n  a,\n  b,\n} from "../core/state.js";\nexport const c = "from ./no.js";\n'
    )
    (inside / "core" / "dom.js").write_text('import "./state.js";\n')
    (inside / "core" / "state.js").write_text("export const a = 1;\n" * 100)
    (inside / "core" / "later.js").write_text("")
    (tmp_path / "secret.js").write_text("secret")
    return inside


def test_the_page_names_what_it_will_need_before_it_asks(folder):
    text = client_of(folder).get("/").text
    preloaded = re.findall(r'<link rel="modulepreload" href="/static/(.*?)">', text)
    assert preloaded == ["app.js", "live/live.js", "core/dom.js", "core/state.js"]
    assert text.index("modulepreload") < text.index('<script type="module"')


def test_of_the_real_page_everything_named_exists():
    names = PageFiles(STATIC).imported(FIRST_MODULES)
    assert len(names) > 20
    assert [name for name in names if not (STATIC / name).is_file()] == []


def test_what_is_unchanged_is_not_sent_again_and_what_is_changed_is(folder):
    client = client_of(folder)
    first = client.get("/static/app.js")
    assert first.headers["content-type"] == "text/javascript; charset=utf-8"
    again = client.get("/static/app.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    (folder / "app.js").write_text("// new")
    os.utime(folder / "app.js", ns=(1, 1))
    changed = client.get("/static/app.js", headers={"if-none-match": first.headers["etag"]})
    assert (changed.status_code, changed.text) == (200, "// new")


def test_texts_are_sent_compressed_to_those_who_can_read_it(folder):
    client = client_of(folder)
    plain = client.get("/static/core/state.js", headers={"accept-encoding": "identity"})
    with client.stream("GET", "/static/core/state.js", headers={"accept-encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 5
    assert plain.headers["vary"] == packed.headers["vary"] == "accept-encoding"


ELSEWHERE = (
    "../secret.js",
    "%2e%2e/secret.js",
    "core/%2e%2e/%2e%2e/secret.js",
    "//etc/hosts.js",
    "..%5csecret.js",
    "core",
    "no.js",
    "a%00.js",
    "x" * 5000,
)


@pytest.mark.parametrize("path", ELSEWHERE)
def test_nothing_else_is_given(folder, path):
    assert client_of(folder).get(f"/static/{path}").status_code == 404
