from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.live import LiveHub
from server.settings import Settings
from server.store import Store
from tests.server.lifting import RecordingControls

ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path / 'results.db'}") as opened:
        yield opened


@pytest.fixture
def hub():
    return LiveHub()


@pytest.fixture
def controls():
    return RecordingControls()


@pytest.fixture
def app(hub, store, controls, tmp_path):
    return create_app(Settings(data_dir=tmp_path), hub, store, controls)


@pytest.fixture
def client(app):
    with TestClient(app, base_url=ADDRESS, headers={"origin": ADDRESS}) as opened:
        yield opened
