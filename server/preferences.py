"""What one server's users agreed on: for each lift, the goal that is offered for its sets.

In ``<data_dir>/preferences.json``, made to be read by people. What concerns one browser alone (units,
colours, sounds) is kept by that browser and not here.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from analysis.exercises import CATALOGUE
from server.annotations import ExerciseId
from server.errors import PreferencesError
from server.goal_schemas import GoalRequest
from server.private_files import read_private, write_private

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "preferences.json"
MAX_LIFTS = 300
"""Most lifts with a goal of their own. 100 to 400, so that all fit into one request."""


class Preferences(BaseModel):
    """What was agreed on.

    Attributes
    ----------
    lifts : dict of str to GoalRequest
        By exercise: the goal that is offered when a set of it is labelled.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lifts: Annotated[dict[ExerciseId, GoalRequest], Field(max_length=MAX_LIFTS)] = {}

    @field_validator("lifts")
    @classmethod
    def _are_known(cls, lifts: dict[str, GoalRequest]) -> dict[str, GoalRequest]:
        if unknown := next((one for one in lifts if one not in CATALOGUE), None):
            raise ValueError(f"there is no exercise {unknown!r}")
        return lifts


class _Kept(Preferences):
    """What the file holds."""

    # A lift of the user's own may be gone for now: its goal stays.
    schema_name: Annotated[Literal["upright.preferences/1"], Field(alias="schema")] = "upright.preferences/1"

    @field_validator("lifts")
    @classmethod
    def _are_known(cls, lifts: dict[str, GoalRequest]) -> dict[str, GoalRequest]:
        return lifts


class PreferenceFile:
    """The file of one data folder.

    Parameters
    ----------
    data_dir : Path
        See `server.settings.Settings`.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME
        self._lock = threading.Lock()

    def read(self) -> Preferences:
        """Read what was agreed on; nothing was where there is no file.

        Raises
        ------
        PreferencesError
            If the file is damaged.
        """
        kept = self._kept()
        return Preferences(lifts={name: goal for name, goal in kept.lifts.items() if name in CATALOGUE})

    def keep(self, preferences: Preferences) -> Preferences:
        """Replace what was agreed on.

        Raises
        ------
        PreferencesError
            If the file is damaged, so that it would be lost, or cannot be written.
        """
        with self._lock:
            unknown = {name: goal for name, goal in self._kept().lifts.items() if name not in CATALOGUE}
            kept = _Kept(lifts=preferences.lifts | unknown)
            write_private(self._path, kept.model_dump_json(by_alias=True, indent=2) + "\n", PreferencesError)
            return self.read()

    def _kept(self) -> _Kept:
        text = read_private(self._path, PreferencesError)
        if text is None:
            return _Kept()
        try:
            return _Kept.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise PreferencesError(self._path, f"{where or 'content'}: {first['msg']}") from error
