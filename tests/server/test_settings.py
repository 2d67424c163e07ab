from __future__ import annotations

import pytest
from pydantic import ValidationError

from server.settings import Settings, is_loopback, new_token


def test_the_environment_sets_what_the_code_leaves_open(monkeypatch, tmp_path):
    monkeypatch.setenv("UPRIGHT_PORT", "8123")
    monkeypatch.setenv("UPRIGHT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("UPRIGHT_TOKEN", "secret")
    settings = Settings()
    assert settings.port == 8123
    assert settings.results_url == f"sqlite:///{tmp_path / 'results.db'}"
    assert settings.recordings_dir == tmp_path / "recordings"
    assert "secret" not in repr(settings)


def test_a_database_by_its_address_wins(tmp_path):
    settings = Settings(data_dir=tmp_path, database_url="postgresql+psycopg://upright@db/upright")
    assert settings.results_url.startswith("postgresql")


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range_is_refused(port):
    with pytest.raises(ValidationError):
        Settings(port=port)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *[(host, True) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost")],
        *[(host, False) for host in ("0.0.0.0", "::", "192.168.1.4", "rack.local")],
    ],
)
def test_loopback_is_this_computer_only(host, expected):
    assert is_loopback(host) is expected


def test_tokens_are_long_and_differ():
    assert len(new_token()) >= 43  # 256 bits in base 64
    assert new_token() != new_token()
