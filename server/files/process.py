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

from analysis.exercises import CATALOGUE
from ingest.errors import IngestError
from server.errors import ServerError
from server.files.errors import FileJobError
from server.files.schemas import StepModel
from server.own_lifts import add_lifts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from multiprocessing.connection import Connection

    from analysis.exercises import Exercise

_CONTEXT = multiprocessing.get_context("spawn")
NICENESS = 5
"""How much the work steps back behind the live session; 5 leaves it a quarter of a busy processor."""
IDLE_S = 120.0
"""The process is ended after so long without work, s. 10 to 600."""

Request = TypeVar("Request")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Trouble:
    """An error of the other process, in the form that people get."""

    code: str
    status: int
    message: str
    hint: str


class Workshop:
    """One process that works on one thing after the other.

    It is started when it is needed (numpy, scipy and polars take seconds to load), stays for the next task,
    and is ended when nothing comes for a while, when its task is cancelled, and with the server.
    """

    def __init__(self) -> None:
        self._child: _Child | None = None
        self._idle: asyncio.TimerHandle | None = None

    def warm(self) -> None:
        """Start the process, so that it is ready when an upload has come."""
        child = self._ready()
        asyncio.get_running_loop().run_in_executor(None, child.start)
        self._rest()

    async def run(
        self,
        task: Callable[[Request, Callable[[StepModel], None]], Result],
        request: Request,
        tell: Callable[[StepModel], None],
    ) -> Result:
        """Run a task; when this is cancelled, the process is ended. One at a time.

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
        child = self._ready()

        def on_step(step: StepModel) -> None:
            loop.call_soon_threadsafe(tell, step)

        following = asyncio.create_task(asyncio.to_thread(child.follow, task, request, on_step))
        try:
            result = await asyncio.shield(following)
        except asyncio.CancelledError:
            child.end()
            with contextlib.suppress(ServerError):
                await following
            raise
        finally:
            self._rest()
        return cast("Result", result)

    async def close(self) -> None:
        """End the process."""
        self._forget_idle()
        child, self._child = self._child, None
        if child is not None:
            await asyncio.to_thread(child.end)

    def _ready(self) -> _Child:
        self._forget_idle()
        if self._child is None or self._child.is_over:
            self._child = _Child()
        return self._child

    def _rest(self) -> None:
        """End the process if nothing comes: it has a hundred megabytes or more."""
        self._forget_idle()
        loop = asyncio.get_running_loop()
        child = self._child
        if child is not None:
            self._idle = loop.call_later(IDLE_S, lambda: loop.run_in_executor(None, child.end))

    def _forget_idle(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


class _Child:
    """The process, followed by a thread."""

    def __init__(self) -> None:
        self._ours, self._theirs = _CONTEXT.Pipe()
        lifts = tuple(CATALOGUE.values())
        self._process = _CONTEXT.Process(
            target=_serve, args=(self._theirs, lifts), daemon=True, name="upright files"
        )
        self._lock = threading.Lock()
        self._is_running = False
        self.is_over = False

    def start(self) -> None:
        """Start it, if it is not running yet."""
        with self._lock:
            if not self._is_running and not self.is_over:
                self._process.start()
                self._is_running = True
                self._theirs.close()  # here: its end must be seen as an end

    def follow(
        self, task: Callable[..., Any], request: object, on_step: Callable[[StepModel], None]
    ) -> object:
        """Hand it a task and wait for the result."""
        self.start()
        try:
            self._ours.send((task, request))
            while True:
                message = self._ours.recv()
                if isinstance(message, StepModel):
                    on_step(message)
                elif isinstance(message, _Trouble):
                    raise FileJobError(
                        message.message, message.hint, code=message.code, status=message.status
                    )
                else:
                    (result,) = message
                    return result
        except (EOFError, OSError):  # OSError: it was gone before, or ended from here
            self.end()
            raise FileJobError(
                "The work on the file ended suddenly.",
                "Perhaps memory ran out: import the file in pieces, or on a larger computer.",
            ) from None

    def end(self) -> None:
        """End it, whatever it does."""
        with self._lock:
            if self.is_over:
                return
            self.is_over = True
            if self._is_running:
                self._process.terminate()
                self._process.join()
                self._process.close()
            else:
                self._theirs.close()
            self._ours.close()


def _serve(pipe: Connection[Any, Any], lifts: Iterable[Exercise]) -> None:
    """Be the other process, until nobody is there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the server ends this one itself
    if sys.platform != "win32":
        os.nice(NICENESS)
    add_lifts_of(lifts)
    with pipe, contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            task, request = pipe.recv()
            pipe.send(_result_of(task, request, pipe.send))


def _result_of(task: Callable[..., Any], request: object, tell: Callable[[StepModel], None]) -> object:
    try:
        return (task(request, tell),)
    except BrokenPipeError:
        raise
    except (ServerError, IngestError, MemoryError, OSError) as error:
        return _trouble(error)
    except Exception as error:  # noqa: BLE001 -- told in words there, in full here
        traceback.print_exc()
        return _trouble(error)


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
