"""Tables of the benchmarks, for people and for the accuracy page."""

from __future__ import annotations

import pytest
from rich.console import Console

from benchmarks.report import Report, ReportTable


def made_up():
    table = ReportTable("Errors", ("method", "RMSE cm"))
    table.add("a | b", "1.5")
    return Report("Some comparison", "uv run x.py", [table], ["One remark."])


def test_markdown_is_one_section_with_escaped_cells():
    assert made_up().markdown() == (
        "## Some comparison\n\n`uv run x.py`\n\n**Errors**\n\n"
        "| method | RMSE cm |\n| --- | ---: |\n| a \\| b | 1.5 |\n\n- One remark.\n"
    )


def test_written_file_is_the_markdown(tmp_path):
    made_up().write(tmp_path / "out.md")
    assert (tmp_path / "out.md").read_text(encoding="utf-8") == made_up().markdown()


def test_terminal_shows_cells_and_remarks():
    console = Console(width=80, record=True, quiet=False)
    with console.capture() as shown:
        made_up().show(console)
    assert "1.5" in shown.get()
    assert "One remark." in shown.get()


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="2 columns and got a row of 1"):
        ReportTable("Errors", ("method", "RMSE cm")).add("a")
