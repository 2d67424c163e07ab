"""Four generic top-level names: nobody else may install them beside us, or the wrong code runs."""

from __future__ import annotations

from importlib.metadata import packages_distributions
from importlib.resources import files

import pytest


@pytest.mark.parametrize("name", ["analysis", "ingest", "server", "firmware_sim"])
def test_no_other_distribution_ships_our_package_names(name):
    assert set(packages_distributions().get(name, [])) <= {"upright"}


def test_the_dashboard_the_migrations_and_the_reports_are_package_data():
    server = files("server")
    assert (server / "static" / "index.html").is_file()
    assert (server / "static" / "app.js").is_file()
    assert (server / "migrations" / "env.py").is_file()
    assert (server / "reporting" / "templates" / "session.html").is_file()
    assert (server / "reporting" / "templates" / "report.css").is_file()
