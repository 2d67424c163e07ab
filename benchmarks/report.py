"""One table, two faces: Rich for the terminal, markdown for ``docs/accuracy.md``.

A benchmark fills a `Report`, prints it, and writes it where ``--markdown FILE`` says.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
NO_VALUE = "–"
"""Shown where a quantity is not defined."""


@dataclass
class ReportTable:
    """A table of text cells; the first column is left-aligned, the others right.

    Attributes
    ----------
    title : str
        Also the markdown caption.
    columns : tuple of str
        Headings, units included.
    rows : list of tuple of str
        One cell per column.
    """

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, *cells: str) -> None:
        """Append a row.

        Raises
        ------
        ValueError
            If the number of cells is not that of the columns.
        """
        if len(cells) != len(self.columns):
            raise ValueError(
                f"table {self.title!r} has {len(self.columns)} columns and got a row of {len(cells)} cells"
            )
        self.rows.append(cells)

    def rich(self) -> Table:
        """For the terminal."""
        table = Table(title=self.title)
        for index, column in enumerate(self.columns):
            table.add_column(column, justify="right" if index else "left")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """GitHub-flavoured markdown."""
        align = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = [self.columns, align, *self.rows]
        body = "\n".join("| " + " | ".join(_escape(cell) for cell in line) + " |" for line in lines)
        return f"**{self.title}**\n\n{body}\n"


@dataclass
class Report:
    """Result of one benchmark run.

    Attributes
    ----------
    title : str
        Heading of the section.
    command : str
        What reproduces it.
    tables : list of ReportTable
        In order.
    remarks : list of str
        Sentences below the tables: what was left out, how frames were aligned, what limits the numbers.
    """

    title: str
    command: str
    tables: list[ReportTable] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def show(self, console: Console) -> None:
        """Print everything."""
        for table in self.tables:
            console.print(table.rich())
        for remark in self.remarks:
            console.print(f"- {remark}", highlight=False, markup=False)

    def publish(self, console: Console, markdown: Path | None) -> None:
        """Print everything and, where a page is named, write the section into it."""
        self.show(console)
        if markdown:
            self.write(markdown)

    def markdown(self) -> str:
        """Return the section, from its second-level heading to its last remark."""
        parts = [f"## {self.title}\n", f"`{self.command}`\n", *(table.markdown() for table in self.tables)]
        if self.remarks:
            parts.append("\n".join(f"- {remark}" for remark in self.remarks) + "\n")
        return "\n".join(parts)

    def write(self, path: Path) -> None:
        """Write the section into a markdown page, over the section of the same title if there is one."""
        page = path.read_text(encoding="utf-8") if path.exists() else ""
        heading = f"## {self.title}\n"
        start = page.find(heading)
        if start < 0:
            text = f"{page.rstrip()}\n\n{self.markdown()}" if page else self.markdown()
        else:
            end = page.find("\n## ", start)
            rest = page[end + 1 :] if end >= 0 else ""
            text = page[:start] + self.markdown() + (f"\n{rest}" if rest else "")
        path.write_text(text, encoding="utf-8")


def argument_parser(description: str | None) -> argparse.ArgumentParser:
    """Make a parser with the option that every benchmark has: ``--markdown FILE``."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markdown", type=Path, help="also write the result there, as a markdown section")
    return parser


def data_folder(name: str) -> Path:
    """Folder of the recordings: under ``UPRIGHT_DATA``, or beside the repository; it may be absent."""
    return Path(os.environ.get("UPRIGHT_DATA", ROOT.parent / "shared" / "data")) / name


def _escape(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
