"""Training logs of other apps: read with what a person says of them, and judged by the programme audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analysis.programme import ProgrammeAudit, audit_programme
from ingest.imports.training_log import TrainingLog, TrainingLogOptions, read_training_log

if TYPE_CHECKING:
    from pathlib import Path

    from server.files.schemas import ChoicesModel


@dataclass(frozen=True, slots=True)
class JudgedLog:
    """A log and what the audit says of it.

    Attributes
    ----------
    log : TrainingLog
        As it was read.
    audit : ProgrammeAudit
        Of its last twelve weeks.
    """

    log: TrainingLog
    audit: ProgrammeAudit


def read_log(path: Path, choices: ChoicesModel) -> JudgedLog:
    """Read and judge a log.

    Raises
    ------
    ImportFileError
        If it cannot be read, or does not say its unit or how its dates are meant.
    """
    log = read_training_log(path, TrainingLogOptions(choices.weight_unit, choices.day_first))
    return JudgedLog(log, audit_programme(log.sets))
