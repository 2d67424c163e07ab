"""Keeps the last lines of the log in memory, so that people who see no terminal can see and send them."""

from __future__ import annotations

import logging
import traceback
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

MAX_LINES = 500
"""Lines that are kept. 100 to 5000; 500 are some days of a quiet server."""
MAX_LINE_CHARS = 4000
OURS = ("server", "ingest")
"""Loggers whose ordinary news are kept too, not only their warnings."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of the log.

    Attributes
    ----------
    at : datetime
        UTC.
    level : str
        "INFO", "WARNING" and so on.
    where : str
        Logger.
    text : str
        What it says.
    trace : str
        Where in the program it happened; empty if nothing broke.
    """

    at: datetime
    level: str
    where: str
    text: str
    trace: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether it is a warning or worse."""
        return self.level not in {"DEBUG", "INFO"}


class LogBuffer(logging.Handler):
    """A handler that keeps the last lines and writes none."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: deque[LogLine] = deque(maxlen=MAX_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        try:
            trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
            line = LogLine(
                datetime.fromtimestamp(record.created, UTC),
                record.levelname,
                record.name,
                record.getMessage()[:MAX_LINE_CHARS],
                trace[-MAX_LINE_CHARS:],
            )
        except Exception:  # noqa: BLE001 -- a line that cannot be formatted must not stop whoever logs
            self.handleError(record)
            return
        self._lines.append(line)

    def lines(self) -> list[LogLine]:
        """List what is kept, oldest first."""
        return list(self._lines)

    def problems(self, n: int) -> list[LogLine]:
        """List the last ``n`` warnings and errors, newest first."""
        return [line for line in reversed(self._lines) if line.is_problem][:n]

    @contextmanager
    def listening(self) -> Generator[None]:
        """Keep what is logged while the block runs."""
        root = logging.getLogger()
        before = {name: logging.getLogger(name).level for name in OURS}
        root.addHandler(self)
        for name in OURS:
            if logging.getLogger(name).getEffectiveLevel() > logging.INFO:
                logging.getLogger(name).setLevel(logging.INFO)
        try:
            yield
        finally:
            root.removeHandler(self)
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)
