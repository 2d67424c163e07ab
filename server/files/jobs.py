"""The jobs of this run of the server: what they are, whose turn it is, how they end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID, uuid4

from server.errors import NotFoundError, ServerError
from server.files.errors import FileJobError
from server.files.keeping import Journal
from server.files.process import Workshop
from server.files.schemas import (
    ExportedModel,
    ItemModel,
    JobKind,
    JobModel,
    JobsModel,
    JobState,
    LimitsModel,
    StepModel,
    StoredModel,
)
from server.files.spool import Spool
from server.files.uploads import free_bytes
from server.schemas import ErrorModel

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from server.files.limits import FileLimits
    from server.settings import Settings
    from server.store import Store

_log = logging.getLogger(__name__)

OVER = frozenset({JobState.DONE, JobState.REFUSED, JobState.FAILED, JobState.CANCELLED})
"""States from which nothing comes any more."""

Request = TypeVar("Request")
Result = TypeVar("Result")


@dataclass(slots=True, eq=False)
class Job:
    """An import or an export, as far as it is.

    Attributes
    ----------
    kind : JobKind
        Which.
    folder : Path
        Its own, below the transfers of this process.
    title : str
        For people.
    work : asyncio.Task or None
        What works on it now.
    n_receiving : int
        Bodies that are written into its folder now; the other attributes as in `JobModel`.
    """

    kind: JobKind
    folder: Path
    title: str
    id: UUID = field(default_factory=uuid4)
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    state: JobState = JobState.RECEIVING
    step: StepModel = field(default_factory=lambda: StepModel(words=""))
    files: list[str] = field(default_factory=list[str])
    received_bytes: int = 0
    items: tuple[ItemModel, ...] = ()
    stored: tuple[StoredModel, ...] = ()
    exported: ExportedModel | None = None
    problem: ErrorModel | None = None
    work: asyncio.Task[None] | None = None
    n_receiving: int = 0

    def model(self) -> JobModel:
        """Make what the page gets."""
        return JobModel.model_validate(self)

    def end(self, state: JobState, words: str, problem: ErrorModel | None = None) -> None:
        """Say how it ended, or what it waits for."""
        self.state, self.step, self.problem = state, StepModel(words=words), problem


class JobBoard:
    """All imports and exports of this run of the server; works on one at a time in a process of its own.

    Everything here runs on the event loop; what takes long runs elsewhere.

    Parameters
    ----------
    settings : Settings
        Where everything is.
    store : Store
        Takes the results of imports.
    limits : FileLimits
        Sizes and times.
    """

    def __init__(self, settings: Settings, store: Store, limits: FileLimits) -> None:
        self.limits = limits
        self._settings = settings
        self._store = store
        self._spool = Spool(settings.transfers_dir, settings.imports_dir, settings.references_dir)
        self._jobs: dict[UUID, Job] = {}
        self.workshop = Workshop()
        self._turn = asyncio.Semaphore(1)
        self._timers: dict[UUID, asyncio.TimerHandle] = {}

    async def open(self) -> None:
        """Take back what a killed server left half done."""
        await asyncio.to_thread(self._spool.clean, self._store)

    async def close(self) -> None:
        """End all work and delete what nobody waits for any more."""
        for job in list(self._jobs.values()):
            if job.state not in OVER:
                await self.cancel(job.id)
        await self.workshop.close()
        await asyncio.to_thread(self._spool.close)

    def jobs(self) -> JobsModel:
        """List everything of this run, newest first."""
        limits = LimitsModel(
            max_upload_bytes=self.limits.max_upload_bytes,
            max_job_bytes=self.limits.max_job_bytes,
            max_files=self.limits.max_files,
            free_bytes=free_bytes(self._settings.data_dir),
        )
        newest_first = sorted(self._jobs.values(), key=lambda job: job.created_at, reverse=True)
        return JobsModel(limits=limits, jobs=tuple(job.model() for job in newest_first))

    def job(self, job_id: UUID) -> Job:
        """Find a job.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        job = self._jobs.get(job_id)
        if job is None:
            raise NotFoundError(
                "There is no such import or export.", "The server was started anew since: begin again."
            )
        return job

    async def cancel(self, job_id: UUID) -> JobModel:
        """End a job whatever it does; nothing of it stays.

        Raises
        ------
        NotFoundError
            If there is no such job.
        """
        job = self.job(job_id)
        if job.state in OVER:
            return job.model()
        was = job.state
        words = "Discarded; nothing was kept." if was is JobState.ASKING else "Cancelled; nothing was kept."
        if job.kind is JobKind.EXPORT:
            words = "Deleted." if was is JobState.READY else "Cancelled."
        job.state = JobState.CANCELLED  # before anything is awaited: whoever works on it looks here
        if job.work is not None:
            job.work.cancel()
            await asyncio.gather(job.work, return_exceptions=True)
            if job.state is not JobState.CANCELLED:  # it was faster
                return job.model()
        await asyncio.to_thread(self.journal(job).undo, store=self._store)
        self.end(job, JobState.CANCELLED, words)
        return job.model()

    def new(self, kind: JobKind, title: str) -> Job:
        """Add a job with a folder of its own; old ones that are over are forgotten.

        Raises
        ------
        FileJobError
            If too many wait.
        """
        over = [one for one in self._jobs.values() if one.state in OVER]
        for one in over[: max(0, len(self._jobs) + 1 - self.limits.max_jobs)]:
            del self._jobs[one.id]
        if len(self._jobs) >= self.limits.max_jobs:
            raise FileJobError(
                "Too many imports and exports wait.", "Decide about some of them first.", status=409
            )
        job = Job(kind, self._spool.folder(secrets.token_hex(8)), title)
        self._jobs[job.id] = job
        return job

    def journal(self, job: Job) -> Journal:
        """Open what remembers how a job's import is taken back."""
        return Journal(job.folder, self._settings.imports_dir, self._settings.references_dir)

    def start(self, job: Job, state: JobState, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Begin a piece of work; it waits for its turn."""
        job.state = state
        job.step = StepModel(
            words="Waits for another file"
            if self._turn.locked()
            else "Starting; it takes some seconds the first time"
        )
        self._forget_timer(job)
        job.work = asyncio.create_task(self._guard(job, work), name=f"files: {job.title}")

    async def _guard(self, job: Job, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do the work when it is its turn, and say how it went wrong if it does."""
        try:
            async with self._turn:
                await work()
        except ServerError as error:
            await asyncio.to_thread(self.journal(job).undo, store=self._store)
            refused = job.state is JobState.LOOKING
            state = JobState.REFUSED if refused else JobState.FAILED
            self.end(job, state, "Refused; nothing was kept." if refused else "Failed.", problem_of(error))
        except Exception:  # noqa: BLE001 -- told in words there, in full here
            _log.exception("a file job failed")
            await asyncio.to_thread(self.journal(job).undo, store=self._store)
            problem = ErrorModel(
                code="server_error",
                message="Something went wrong that should not have.",
                hint="The log of the server has the details; please report it.",
            )
            self.end(job, JobState.FAILED, "Failed.", problem)

    async def run(
        self,
        job: Job,
        task: Callable[[Request, Callable[[StepModel], None]], Result],
        request: Request,
    ) -> Result:
        """Run a task in a process; its steps become the job's.

        Raises
        ------
        FileJobError
            If it fails.
        """

        def tell(step: StepModel) -> None:
            if job.state not in OVER:
                job.step = step

        started = time.perf_counter()
        result = await self.workshop.run(task, request, tell)
        _log.info("%s of %s took %.1f s", task.__name__, job.id, time.perf_counter() - started)
        return result

    def end(self, job: Job, state: JobState, words: str, problem: ErrorModel | None = None) -> None:
        """End a job and delete its files."""
        job.end(state, words, problem)
        self._forget_timer(job)
        self.tidy(job)

    def tidy(self, job: Job) -> None:
        """Delete the files of a job that is over; in a thread, since they may be large."""
        if job.state in OVER and not job.n_receiving:
            asyncio.get_running_loop().run_in_executor(None, self._spool.drop, job.folder)

    def expire(self, job: Job) -> None:
        """Delete what nobody asks for in time."""

        def over() -> None:
            is_waiting = job.state is JobState.RECEIVING and not job.n_receiving
            if is_waiting or job.state in {JobState.ASKING, JobState.READY}:
                self.end(job, JobState.CANCELLED, "Deleted: nobody asked for it in time.")

        self._forget_timer(job)
        loop = asyncio.get_running_loop()
        self._timers[job.id] = loop.call_later(self.limits.lifetime_s, over)

    def _forget_timer(self, job: Job) -> None:
        with contextlib.suppress(KeyError):
            self._timers.pop(job.id).cancel()


def problem_of(error: ServerError) -> ErrorModel:
    """Make what the page gets of an error."""
    return ErrorModel(code=error.code, message=error.message, hint=error.hint)
