"""``upright audit``: how a training log, or what was lifted with Upright, treats the upper back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from server.cli.options import DataDir, open_results, settings_of
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis.logged_sets import LoggedSet
    from ingest.imports.lift_names import Lift
    from ingest.imports.training_log import TrainingLog, TrainingLogOptions
    from server.cli.audit_tables import Audited
    from server.settings import Settings

DATE_ORDERS = {"day-first": True, "month-first": False}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit")(audit)


def audit(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A log that Strong or Hevy exported (CSV). Without it: the sets that Upright has stored.",
            show_default=False,
        ),
    ] = None,
    one_rm: Annotated[
        list[str] | None,
        typer.Option(
            "--one-rm",
            metavar="LIFT=KG",
            help="What you can lift once, such as bent_over_row=110; may be repeated. "
            "Other lifts are estimated from the log.",
            show_default=False,
        ),
    ] = None,
    body_mass_kg: Annotated[
        float | None, typer.Option(min=20, max=400, help="For pull-ups.", show_default=False)
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=LIFT",
            help="What a name of the log means: a lift such as bent_over_row, or one of snatch, clean, row, "
            "pull_up, pulldown, assistance, other; may be repeated.",
            show_default=False,
        ),
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="kg or lb, where the file does not say.", show_default=False)
    ] = None,
    date_order: Annotated[
        str | None,
        typer.Option(help="day-first or month-first, where the file does not say.", show_default=False),
    ] = None,
    weeks: Annotated[int, typer.Option(min=2, max=520, help="Judge the last so many weeks.")] = 12,
    data_dir: DataDir = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")] = False,
) -> None:
    """Ask of a training log, or of the stored sets, whether the upper back is trained heavily."""
    from server.cli.audit_tables import print_audit
    from server.cli.tables import print_json

    settings = settings_of(data_dir)
    maxes = _one_rep_maxes(one_rm or [])
    if file is None:
        _refuse({"--name": name, "--unit": unit, "--date-order": date_order})
        audited = _audit_stored(settings, maxes, body_mass_kg, weeks)
    else:
        options = _options(unit, date_order, name or [])
        audited = _audit_file(file, options, maxes, body_mass_kg, weeks)
    if json:
        print_json(audited.document)
    else:
        print_audit(terminal(), audited)


def _audit_file(
    file: Path,
    options: TrainingLogOptions,
    maxes: dict[str, float],
    body_mass_kg: float | None,
    weeks: int,
) -> Audited:
    from analysis.judged_sets import JudgingConfig
    from analysis.programme import ProgrammeConfig, audit_programme
    from analysis.programme_document import audit_document
    from ingest.imports.training_log import read_training_log
    from server.cli.audit_tables import Audited

    log = read_training_log(file, options)
    _check_lifts(maxes, log.sets)
    found = audit_programme(
        log.sets,
        one_rep_max_kg=maxes,
        body_mass_kg=body_mass_kg,
        config=ProgrammeConfig(judging=JudgingConfig(window_weeks=weeks)),
    )
    return Audited(
        title=f"{file.name} ({log.format.capitalize()})",
        sets=log.sets,
        found=found,
        notes=log.notes,
        skipped=log.skipped,
        document=audit_document(_log_document(file, log), found),
    )


def _audit_stored(
    settings: Settings, maxes: dict[str, float], body_mass_kg: float | None, weeks: int
) -> Audited:
    from server.cli.audit_tables import Audited
    from server.errors import NotFoundError
    from server.training import audit_store

    with open_results(settings) as store:
        stored = audit_store(store, one_rep_max_kg=maxes, body_mass_kg=body_mass_kg, weeks=weeks)
    if not stored.sets:
        raise NotFoundError(
            f"There are no sets with reps in {settings.data_dir}.",
            "Lift some, say where they are with --data-dir, or name a log of Strong or Hevy.",
        )
    _check_lifts(maxes, stored.sets)
    return Audited(
        title="Stored sets",
        sets=stored.sets,
        found=stored.found,
        notes=stored.notes,
        skipped=stored.skipped,
        document=stored.document(),
        is_file=False,
    )


def _refuse(options: dict[str, object]) -> None:
    """Refuse options that only a file needs."""
    for option, value in options.items():
        if value:
            raise typer.BadParameter("needs a file; stored sets say it themselves", param_hint=option)


def _options(unit: str | None, date_order: str | None, names: list[str]) -> TrainingLogOptions:
    from ingest.imports.training_log import TrainingLogOptions, WeightUnit

    try:
        known_unit = None if unit is None else WeightUnit(unit)
    except ValueError:
        raise typer.BadParameter(f"{unit!r} is none of kg, lb", param_hint="--unit") from None
    if date_order is not None and date_order not in DATE_ORDERS:
        raise typer.BadParameter(
            f"{date_order!r} is none of {', '.join(DATE_ORDERS)}", param_hint="--date-order"
        )
    day_first = None if date_order is None else DATE_ORDERS[date_order]
    return TrainingLogOptions(known_unit, day_first, dict(_stated_lift(text) for text in names))


def _pair(text: str, option: str) -> tuple[str, str]:
    """Split at the last equals sign; names may hold others."""
    from ingest.imports.log_fields import plain

    key, equals, value = text.rpartition("=")
    if not (equals and key.strip() and value.strip()):
        raise typer.BadParameter(f"{text!r} is not of the form ...=...", param_hint=option)
    return plain(key), value.strip()


def _stated_lift(text: str) -> tuple[str, Lift]:
    from analysis.exercises import CATALOGUE
    from analysis.logged_sets import LiftGroup, group_of
    from ingest.imports.lift_names import Origin, lift_of

    name, meaning = _pair(text, "--name")
    if meaning in CATALOGUE:
        return name.casefold(), lift_of(meaning, group_of(meaning), name, Origin.STATED)
    if meaning in set(LiftGroup):
        return name.casefold(), lift_of(None, LiftGroup(meaning), name, Origin.STATED)
    known = ", ".join([*LiftGroup, *CATALOGUE])
    raise typer.BadParameter(f"{meaning!r} is none of {known}", param_hint="--name")


def _one_rep_maxes(texts: list[str]) -> dict[str, float]:
    maxes: dict[str, float] = {}
    for text in texts:
        lift, load = _pair(text, "--one-rm")
        try:
            maxes[lift.casefold()] = float(load)
        except ValueError:
            raise typer.BadParameter(f"{load!r} is no number of kg", param_hint="--one-rm") from None
    return maxes


def _check_lifts(maxes: dict[str, float], sets: Sequence[LoggedSet]) -> None:
    known = {logged.lift for logged in sets}
    for lift in maxes:
        if lift not in known:
            shown = ", ".join(sorted(known))
            raise typer.BadParameter(f"the log has no {lift!r}; it has: {shown}", param_hint="--one-rm")


def _log_document(file: Path, log: TrainingLog) -> dict[str, Any]:
    return {
        "file": file.name,
        "format": log.format.value,
        "sets": len(log.sets),
        "sessions": log.sets[-1].session + 1,
        "first_date": log.sets[0].date.isoformat(),
        "last_date": log.sets[-1].date.isoformat(),
        "skipped_rows": dict(log.skipped),
        "notes": list(log.notes),
        "names": {
            name: {
                "exercise": lift.exercise_id,
                "group": None if lift.group is None else lift.group.value,
                "by": lift.origin.value,
            }
            for name, lift in sorted(log.lifts.items())
        },
    }
