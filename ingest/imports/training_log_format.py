"""Lets the training logs of Strong and Hevy be recognised among the other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.errors import ImportFileError
from ingest.imports.imported import ImportFormat
from ingest.imports.log_table import looks_like_log
from ingest.imports.training_log import TrainingLog, read_training_log

if TYPE_CHECKING:
    from ingest.imports.source import ImportSource


def _recognises(source: ImportSource) -> bool:
    return looks_like_log(source.head)


def _read(source: ImportSource) -> TrainingLog:
    try:
        return read_training_log(source.path)
    except ImportFileError as error:
        hint = f"{error.what} (a training log: see `upright audit`)"
        raise ImportFileError(error.path, error.line, hint) from None


FORMAT = ImportFormat("training-log", "Training log (Strong, Hevy)", _recognises, _read)
