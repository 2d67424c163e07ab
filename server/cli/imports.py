"""``upright import``: recordings, training logs and reference data of other people's programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from server.cli.options import (
    AccelSign,
    AccelUnitName,
    BarAxis,
    ColumnNames,
    DataDir,
    Exercise,
    GyroSign,
    GyroUnitName,
    LeverM,
    LoadKg,
    MountName,
    change_of,
    import_options_of,
    label_of,
    make_data_dir,
    settings_of,
)
from server.cli.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analysis import Mount
    from ingest.imports.importer import ImportedFile
    from server.imports import ImportDecision
    from server.settings import Settings
    from server.store import Store


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_files)


def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files of other people's programs, or folders of them; see docs/formats.md."),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what the files are; keep nothing.")
    ] = False,
    exercise: Exercise = None,
    load_kg: LoadKg = None,
    mount: MountName = None,
    bar_axis: BarAxis = None,
    lever_m: LeverM = None,
    started_at: Annotated[
        datetime | None,
        typer.Option(
            "--started-at",
            help="When it was recorded, where a file does not say, such as 2026-01-31T18:00.",
            show_default=False,
        ),
    ] = None,
    accel_unit: AccelUnitName = None,
    accel_sign: AccelSign = None,
    gyro_unit: GyroUnitName = None,
    gyro_sign: GyroSign = None,
    columns: ColumnNames = None,
    data_dir: DataDir = None,
) -> None:
    """Recognise files by their content, check units and signs by physics, keep and analyse them.

    The originals are kept unchanged in the data folder; the same bytes twice are one import.
    """
    from server.imports import ImportDecision

    settings = settings_of(data_dir)  # with the user's own lifts
    label = label_of(exercise, load_kg)
    change = change_of(mount, bar_axis, lever_m)
    options = import_options_of(accel_unit, accel_sign, gyro_unit, gyro_sign, columns)
    decision = ImportDecision(
        label.exercise_id,
        label.load_kg,
        change.position,
        change.bar_axis,
        change.lever_m,
        options.overrides.accel_unit,
        options.overrides.accel_sign,
        options.overrides.gyro_unit,
        options.overrides.gyro_sign,
        dict(options.columns),
        None if started_at is None else started_at.astimezone(),
    )
    if dry_run:
        refused = _import_all(_Importer(settings, decision, None), files)
    else:
        from server.store import Store

        make_data_dir(settings)
        with Store(settings.results_url) as store:
            refused = _import_all(_Importer(settings, decision, store), files)
    if refused:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Importer:
    """Where imports go; without a store they are only reported."""

    settings: Settings
    decision: ImportDecision
    store: Store | None

    def take(self, path: Path, given: Sequence[Path]) -> tuple[ImportedFile, list[str]]:
        """Import a file; return what it is and lines that say what was done with it.

        Raises
        ------
        ImportFileError, KeptFileError
            If it cannot be imported or kept.
        """
        from ingest.imports.imported import ImuTracks
        from ingest.imports.importer import import_file
        from ingest.imports.training_log import TrainingLog

        file = import_file(path, given, self.decision.import_options)
        if isinstance(file.imported, TrainingLog):
            n_sets = len(file.imported.sets)
            return file, [
                f"  {n_sets} sets of a training log; judge the programme with: upright audit {path}"
            ]
        if self.store is None:
            return file, []
        if isinstance(file.imported, ImuTracks):
            return file, [self._keep_recording(file, self.store)]
        return file, [self._keep_reference(file)]

    def _keep_recording(self, file: ImportedFile, store: Store) -> str:
        from server.annotation_files import AnnotationFiles
        from server.imports import keep_import
        from server.reanalysis import rebuild_recording

        one = keep_import(self.settings.imports_dir, file, self.decision)
        rebuilt = rebuild_recording(one.kept.folder, store, AnnotationFiles(self.settings.data_dir))
        how = "kept and analysed" if one.is_new else "was imported before, analysed again"
        problem = f" ({rebuilt.problem})" if rebuilt.problem else ""
        guess = "" if one.is_dated else " (when the file was written; say when with --started-at)"
        when = f"{one.started_at:%Y-%m-%d %H:%M}{guess}"
        sets = "1 set" if rebuilt.n_sets == 1 else f"{rebuilt.n_sets} sets"
        return f"  {how}: {sets}, {when}, session {one.kept.id}{problem}"

    def _keep_reference(self, file: ImportedFile) -> str:
        from server.imports import keep_reference

        kept, is_new = keep_reference(self.settings.references_dir, file)
        how = "kept" if is_new else "was kept before"
        return f"  {how} as reference {kept.id}"


def _import_all(importer: _Importer, named: Sequence[Path]) -> int:
    """Import files one after the other; return how many were refused."""
    from rich.markup import escape
    from rich.progress import Progress

    from ingest.errors import IngestError
    from server.cli.import_report import report_lines
    from server.errors import KeptFileError

    console, errors = terminal(), terminal(stderr=True)
    paths = _walk(named)
    done: set[Path] = set()
    n_refused = 0
    with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("importing", total=len(paths))
        for path in paths:
            progress.update(task, description=escape(path.name))
            try:
                if path.resolve() not in done:
                    file, more = importer.take(path, paths)
                    done |= {one.resolve() for one in (path, *file.companions)}
                    mount = importer.decision.replay_options.mount_for(_mount_of(file))
                    for line in [*report_lines(file, mount), *(escape(text) for text in more)]:
                        console.print(line, soft_wrap=True, highlight=False)
            except (IngestError, KeptFileError) as error:
                n_refused += 1
                console.print(f"[red]refused[/] {escape(str(error))}", soft_wrap=True, highlight=False)
            progress.advance(task)
    if not paths:
        console.print("There are no files in what was named.")
    elif len(paths) > 1:
        kept = len(paths) - n_refused
        how = "could be imported; nothing was kept" if importer.store is None else "imported"
        console.print(f"{kept} of {len(paths)} files {how}, {n_refused} refused.")
    return n_refused


def _walk(named: Sequence[Path]) -> list[Path]:
    """List files, those of folders in the order of their names; hidden ones are left out."""
    paths: list[Path] = []
    for one in named:
        if one.is_dir():
            inside = sorted(path for path in one.rglob("*") if path.is_file())
            hidden = [path for path in inside if any(p.startswith(".") for p in path.relative_to(one).parts)]
            paths += [path for path in inside if path not in set(hidden)]
        else:
            paths.append(one)
    return list(dict.fromkeys(paths))


def _mount_of(file: ImportedFile) -> Mount:
    """Say how a file's sensor is fixed, as far as its format knows."""
    from analysis import Mount, MountPosition
    from ingest.imports.imported import ImuTracks

    position = file.imported.position if isinstance(file.imported, ImuTracks) else None
    return Mount(position or MountPosition.SHAFT)
