"""What commands print: addresses and fingerprints as they are."""

from __future__ import annotations

import re
from pathlib import Path

from rich.table import Table

import server.cli
from server.cli.terminal import terminal

ADDRESS = "C4:CD:AB:7E:A:OK:00"
"""In Rich's own words the picture of a disc, a blood group, and a hand."""


def test_colons_are_no_pictures(capsys):
    terminal().print(ADDRESS)
    table = Table("address")
    table.add_row(ADDRESS)
    terminal().print(table)
    assert capsys.readouterr().out.count(ADDRESS) == 2


def test_no_command_has_another_terminal():
    folder = Path(server.cli.__file__).parent
    makers = {path.name for path in folder.glob("*.py") if re.search(r"\bConsole\(", path.read_text())}
    assert makers == {"terminal.py"}
