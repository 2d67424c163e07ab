"""What the page may do with files: take them in, say what they are, keep them, and hand out exports."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from server.errors import NotFoundError, ServerError
from server.files.errors import FileJobError, UploadRefusedError
from server.files.exporting import ExportTask, export
from server.files.jobs import Job, JobBoard, problem_of
from server.files.keeping import KeepTask, Outcome, keep_all
from server.files.limits import FileLimits
from server.files.looking import LookTask, look
from server.files.names import safe_path
from server.files.schemas import (
    ExportedModel,
    ItemKind,
    ItemModel,
    JobKind,
    JobModel,
    JobState,
    StepModel,
)
from server.files.uploads import check_room, receive, too_large
from server.schemas import ErrorModel

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Sequence
    from pathlib import Path
    from uuid import UUID

    from server.files.schemas import ChoicesModel, ExportRequest, KeepRequest, LookRequest
    from server.settings import Settings
    from server.store import Store

_NOTHING = "Refused; nothing was kept."


class FileDesk:
    """Takes files and requests; the work is done by its board of jobs.

    Parameters
    ----------
    settings : Settings
        Where everything is.
    store : Store
        Takes the results of imports.
    limits : FileLimits, optional
        Sizes and times.

    Attributes
    ----------
    board : JobBoard
        All jobs; open it before use, and close it.
    """

    def __init__(self, settings: Settings, store: Store, limits: FileLimits | None = None) -> None:
        self.limits = limits or FileLimits()
        self.board = JobBoard(settings, store, self.limits)
        self._settings = settings
        self._store = store

    # --- imports ------------------------------------------------------------------------------------------

    async def receive(
        self,
        name: str,
        stream: AsyncIterable[bytes],
        *,
        announced_bytes: int | None = None,
        modified_at: datetime | None = None,
        job_id: UUID | None = None,
        has_more: bool = False,
    ) -> JobModel:
        """Take one file; look at all of its job when it was the last one.

        Raises
        ------
        NotFoundError
            If there is no such job.
        UploadRefusedError, DiskFullError
            If the file cannot be taken: then its whole job is over, and nothing of it stays.
        """
        path = safe_path(name)
        job = self.board.new(JobKind.IMPORT, path.name) if job_id is None else self.board.job(job_id)
        job.n_receiving += 1
        try:
            self._check_takes(job, path.as_posix(), announced_bytes or 0)
            check_room(self._settings.data_dir, announced_bytes or 0, self.limits)
            job.files.append(path.as_posix())
            job.step = StepModel(words=f"Receiving {path.name}")
            self.board.workshop.warm()
            await self._take(job, path.as_posix(), stream, modified_at)
        except ServerError as error:
            if job.state is JobState.RECEIVING:
                self.board.end(job, JobState.REFUSED, _NOTHING, problem_of(error))
            raise
        except asyncio.CancelledError:
            if job.state is JobState.RECEIVING:
                self.board.end(job, JobState.CANCELLED, "The server stopped; nothing was kept.")
            raise
        finally:
            job.n_receiving -= 1
            self.board.tidy(job)
        if has_more:
            self.board.expire(job)
        else:
            self.board.start(job, JobState.LOOKING, lambda: self._look(job))
        return job.model()

    async def _take(
        self, job: Job, name: str, stream: AsyncIterable[bytes], modified_at: datetime | None
    ) -> None:
        """Write a file into the job's folder.

        Raises
        ------
        UploadRefusedError, DiskFullError
            If it does not come whole, is too large, or there is no room.
        """

        def came(n_bytes: int) -> None:
            self._check_receives(job)
            job.received_bytes += n_bytes
            if job.received_bytes > self.limits.max_job_bytes:
                raise too_large(self.limits)

        try:
            await receive(job.folder / name, stream, self.limits, came, modified_at)
        except HTTPException as error:  # the limit of all bodies
            raise too_large(self.limits) from error
        except ClientDisconnect as error:
            raise UploadRefusedError("The upload broke off.", "Send the file again.") from error
        self._check_receives(job)

    def look_again(self, job_id: UUID, request: LookRequest) -> JobModel:
        """Look at a file again with what a person says of it.

        Raises
        ------
        NotFoundError, FileJobError
            If there is no such job or file, or it waits for nothing.
        """
        job = self._asking(job_id)
        item = self._item(job, request.item, request.choices)
        self.board.start(job, JobState.LOOKING, lambda: self._look(job, item))
        return job.model()

    def keep(self, job_id: UUID, request: KeepRequest) -> JobModel:
        """Keep what was found.

        Raises
        ------
        NotFoundError, FileJobError
            If there is no such job or file, it waits for nothing, or nothing of it can be kept.
        """
        job = self._asking(job_id)
        wanted = request.choices
        chosen = (
            [item for item in job.items if is_keepable(item)]
            if wanted is None
            else [self._item(job, index, choices) for index, choices in sorted(wanted.items())]
        )
        if not chosen or not all(map(is_keepable, chosen)):
            raise FileJobError("There is nothing in it to keep.", "Discard it.", status=409)
        check_room(self._settings.data_dir, job.received_bytes, self.limits)
        self.board.start(job, JobState.KEEPING, lambda: self._keep(job, tuple(chosen)))
        return job.model()

    # --- exports ------------------------------------------------------------------------------------------

    def export(self, request: ExportRequest, sessions: Sequence[UUID]) -> JobModel:
        """Begin an export of these sessions.

        Raises
        ------
        NotFoundError
            If there are none.
        FileJobError
            If there are too many.
        DiskFullError
            If there is no room.
        """
        if not sessions:
            raise NotFoundError(
                "There is no such session to export.", "Choose other sessions, or lift or import some first."
            )
        if len(sessions) > self.limits.max_sessions:
            raise FileJobError(
                f"{len(sessions)} sessions are too many for one export.",
                f"Choose at most {self.limits.max_sessions}, or use `upright export --all`.",
                status=422,
            )
        check_room(self._settings.data_dir, 0, self.limits)
        kinds = tuple(dict.fromkeys(request.kinds))
        n = "1 session" if len(sessions) == 1 else f"{len(sessions)} sessions"
        job = self.board.new(JobKind.EXPORT, f"{', '.join(kind.value for kind in kinds)} of {n}")
        task = ExportTask(
            folder=job.folder,
            results_url=self._settings.results_url,
            recordings_dir=self._settings.recordings_dir,
            imports_dir=self._settings.imports_dir,
            sessions=tuple(sessions),
            kinds=kinds,
            file_format=request.file_format,
            names=request.names,
            at=datetime.now(UTC),
        )
        self.board.start(job, JobState.EXPORTING, lambda: self._export(job, task))
        return job.model()

    def download(self, job_id: UUID) -> tuple[ExportedModel, Path]:
        """Return the file of an export.

        Raises
        ------
        NotFoundError
            If there is none, or it was fetched before.
        """
        job = self.board.job(job_id)
        if job.state is not JobState.READY or job.exported is None:
            raise NotFoundError(
                "There is no file of this export (any more).",
                "Export again: files go once they were fetched.",
            )
        return job.exported, job.folder / "file"

    def downloaded(self, job_id: UUID) -> None:
        """Delete the file of an export that was fetched whole."""
        job = self.board.job(job_id)
        if job.state is JobState.READY:
            self.board.end(job, JobState.DONE, "Downloaded; the server's copy is deleted.")

    def _check_takes(self, job: Job, name: str, n_bytes: int) -> None:
        if n_bytes > self.limits.max_upload_bytes:
            raise too_large(self.limits)
        if job.state is not JobState.RECEIVING or job.n_receiving > 1:
            raise UploadRefusedError("This import takes no file now.", "Begin another one.", status=409)
        if name in job.files:
            raise UploadRefusedError(f"Two files are called {name}.", "Rename one of them.")
        if len(job.files) >= self.limits.max_files:
            raise UploadRefusedError(
                f"More than {self.limits.max_files} files are too many.", "Send fewer at once."
            )

    def _check_receives(self, job: Job) -> None:
        if job.state is not JobState.RECEIVING:
            raise UploadRefusedError("The import was cancelled.", "Begin again.", status=409)

    def _asking(self, job_id: UUID) -> Job:
        job = self.board.job(job_id)
        if job.state is not JobState.ASKING:
            raise FileJobError("This import waits for no answer.", "Look at its state.", status=409)
        return job

    def _item(self, job: Job, index: int, choices: ChoicesModel) -> ItemModel:
        if index >= len(job.items) or index < 0:
            raise NotFoundError("There is no such file in this import.", "Look at its files.")
        return job.items[index].model_copy(update={"choices": choices})

    async def _look(self, job: Job, again: ItemModel | None = None) -> None:
        task = LookTask(job.folder, self._settings.imports_dir, self.limits, again)
        found = await self.board.run(job, look, task)
        if again is None:
            job.items = found
        else:
            job.items = tuple(found[0] if one.index == again.index else one for one in job.items)
        if any(item.kind is not ItemKind.REFUSED or item.questions for item in job.items):
            job.end(JobState.ASKING, "Waits for your decision.")
            self.board.expire(job)
        else:
            reason = job.items[0].problem
            n = len(job.items)
            words = reason if n == 1 else f"None of the {n} files can be imported. The first: {reason}"
            problem = ErrorModel(code="import_refused", message=words)
            self.board.end(job, JobState.REFUSED, _NOTHING, problem)

    async def _keep(self, job: Job, items: tuple[ItemModel, ...]) -> None:
        settings = self._settings
        task = KeepTask(job.folder, settings.data_dir, settings.imports_dir, settings.references_dir, items)
        outcomes = await self.board.run(job, keep_all, task)
        saving = asyncio.create_task(asyncio.to_thread(self._save, job, outcomes))
        try:
            await asyncio.shield(saving)
        except asyncio.CancelledError:  # too late: a thread cannot be stopped, and then it is kept
            await saving
        job.stored = tuple(one.stored for one in outcomes)
        lost = [one.stored for one in outcomes if one.stored.problem]
        if len(lost) == len(outcomes):
            problem = ErrorModel(code="import_refused", message=lost[0].problem)
            self.board.end(job, JobState.FAILED, "Nothing was kept.", problem)
        else:
            self.board.end(job, JobState.DONE, "Kept." if not lost else f"Kept, but for {len(lost)}.")

    def _save(self, job: Job, outcomes: Sequence[Outcome]) -> None:
        """Put results into the store; from here on the import is whole."""
        for one in outcomes:
            if one.analysis is not None:
                self._store.save_analysed(one.analysis.recording, one.analysis.sets, one.annotation)
        self.board.journal(job).close()

    async def _export(self, job: Job, task: ExportTask) -> None:
        job.exported = await self.board.run(job, export, task)
        job.end(JobState.READY, "Ready to download.")
        await asyncio.to_thread(shutil.rmtree, job.folder / "content", ignore_errors=True)
        self.board.expire(job)


def is_keepable(item: ItemModel) -> bool:
    """Tell whether something can be kept: a log is judged, not kept."""
    return item.kind not in {ItemKind.REFUSED, ItemKind.TRAINING_LOG}
