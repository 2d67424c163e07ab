"""Work in a process of its own: it may take all of a processor, and be ended at any time.

The live hub shares the server's interpreter lock with every thread, so that neither the reading of a file nor
its analysis may happen there. A process is spawned, never forked: the server has threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast

from analysis.exercises import CATALOGUE, add_lift
from ingest.errors import IngestError
from server.errors import FileJobError, ServerError
from server.files.schemas import StepModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection

    from analysis.exercises import Exercise

_CONTEXT = multiprocessing.get_context("spawn")
NICENESS = 10
"""How much the work steps back behind the live session, 5 to 19."""

Request = TypeVar("Request")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Trouble:
    """An error of the other process, in the form that people get."""

    code: str
    status: int
    message: str
    hint: str


async def run_in_process(
    task: Callable[[Request, Callable[[StepModel], None]], Result],
    request: Request,
    tell: Callable[[StepModel], None],
) -> Result:
    """Run a task in a process; when this is cancelled, the process is ended.

    Parameters
    ----------
    task : callable
        A function of a module: takes the request and something to tell its steps to.
    request : object
        Can be pickled, as the result.
    tell : callable
        Called on the running loop for each step.

    Raises
    ------
    FileJobError
        If the task fails: code, status, message and hint are those of its own error.
    """
    loop = asyncio.get_running_loop()
    child = _Child(task, request)

    def on_step(step: StepModel) -> None:
        loop.call_soon_threadsafe(tell, step)

    following = asyncio.create_task(asyncio.to_thread(child.follow, on_step))
    try:
        return cast("Result", await asyncio.shield(following))
    except asyncio.CancelledError:
        child.end()
        with contextlib.suppress(ServerError):
            await following
        raise


class _Child:
    """One process, followed by a thread."""

    def __init__(self, task: Callable[..., Any], request: object) -> None:
        self._receiver, self._sender = _CONTEXT.Pipe(duplex=False)
        lifts = tuple(CATALOGUE.values())
        self._process = _CONTEXT.Process(
            target=_work, args=(self._sender, task, request, lifts), daemon=True, name="upright files"
        )
        self._lock = threading.Lock()
        self._is_running = False
        self._is_ended = False

    def follow(self, on_step: Callable[[StepModel], None]) -> object:
        """Start it and wait for its result."""
        try:
            with self._lock:
                if self._is_ended:
                    return None
                self._process.start()
                self._is_running = True
            self._sender.close()  # of this process: the end of the other one must be seen as an end
            return self._until_result(on_step)
        finally:
            self._close()

    def end(self) -> None:
        """End it, whatever it does."""
        with self._lock:
            self._is_ended = True
            if self._is_running:
                self._process.terminate()

    def _until_result(self, on_step: Callable[[StepModel], None]) -> object:
        while True:
            try:
                message = self._receiver.recv()
            except EOFError:
                raise FileJobError(
                    "The work on the file ended suddenly.",
                    "Perhaps memory ran out: import the file in pieces, or on a larger computer.",
                ) from None
            if isinstance(message, StepModel):
                on_step(message)
            elif isinstance(message, _Trouble):
                raise FileJobError(message.message, message.hint, code=message.code, status=message.status)
            else:
                (result,) = message
                return result

    def _close(self) -> None:
        with self._lock:
            was_running, self._is_running = self._is_running, False
        if was_running:
            self._process.join()
            self._process.close()
        self._sender.close()
        self._receiver.close()


def _work(
    sender: Connection[Any, Any], task: Callable[..., Any], request: object, lifts: Iterable[Exercise]
) -> None:
    """Be the other process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the server ends this one itself
    if sys.platform != "win32":
        os.nice(NICENESS)
    for lift in lifts:
        if lift.id not in CATALOGUE:
            add_lift(lift)
    with sender:
        try:
            sender.send((task(request, sender.send),))
        except (ServerError, IngestError, MemoryError, OSError) as error:
            sender.send(_trouble(error))
        except Exception as error:  # noqa: BLE001 -- told in words there, in full here
            traceback.print_exc()
            sender.send(_trouble(error))


def _trouble(error: Exception) -> _Trouble:
    if isinstance(error, ServerError):
        return _Trouble(error.code, error.status, error.message, error.hint)
    if isinstance(error, IngestError):
        return _Trouble("import_refused", 422, str(error), "")
    if isinstance(error, MemoryError):
        return _Trouble("no_memory", 507, "Memory ran out.", "Import the file in pieces.")
    if isinstance(error, OSError):
        return _Trouble("file_failed", 507, f"A file cannot be read or written: {error.strerror}.", "")
    what = f"Something went wrong that should not have: {type(error).__name__}."
    return _Trouble("server_error", 500, what, "The log of the server has the details; please report it.")
