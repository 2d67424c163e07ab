"""Takes what devices push and runs a session for the one that is in use.

One source for each ``deviceId``, one session at a time: a second device is refused until the first has been
silent for a while, then it takes over.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from ingest.devices.sensor_logger_message import Message, read_message
from ingest.errors import WireError
from ingest.push import PushConfig, PushSource
from server.errors import PushBusyError, PushRefusedError

_log = logging.getLogger(__name__)

SENSOR_NAME = "Sensor Logger"
RunsSession: TypeAlias = Callable[[PushSource], Awaitable[None]]


class PushReception:
    """Where the messages of Sensor Logger arrive, whatever brought them.

    Parameters
    ----------
    run_session : callable
        Runs the session of one device until its source ends.
    config : PushConfig, optional
        Tuning of the sources.
    """

    def __init__(self, run_session: RunsSession, config: PushConfig | None = None) -> None:
        self._run_session = run_session
        self._config = config
        self._source: PushSource | None = None
        self._waiting: asyncio.Queue[PushSource] = asyncio.Queue()

    def take(self, payload: bytes) -> Message:
        """Take one message as it came; the first with motion begins a session.

        Returns
        -------
        Message
            What it says.

        Raises
        ------
        PushRefusedError
            If it is no message, or if the unit or the sign of its rows cannot be told.
        PushBusyError
            If another device is in session, or if messages come faster than they can be taken.
        """
        try:
            message = read_message(payload)
        except WireError as error:
            raise PushRefusedError(f"The message cannot be used: {error.reason}.") from error
        source = self._source_of(message)
        if source is not None and not source.take(payload):
            raise PushBusyError(
                "Messages come faster than they can be recorded.",
                "Choose a longer batch period in Sensor Logger.",
            )
        return message

    async def run(self) -> None:
        """Run the sessions of the devices, one after another, until cancelled.

        Raises
        ------
        IngestError
            From a session: no space for a recording.
        """
        try:
            while True:
                source = await self._waiting.get()
                _log.info("session of %s begins", source.device_id)
                await self._run_session(source)
        finally:
            self.stop()

    def stop(self) -> None:
        """End the running session."""
        if self._source is not None:
            self._source.stop()
            self._source = None

    def _source_of(self, message: Message) -> PushSource | None:
        """Return the source that a message belongs to; None for one without motion before a session."""
        source = self._source
        if source is not None and source.device_id == message.device_id:
            return source
        if not len(message.motion):
            return None
        if source is not None:
            if not source.is_silent:
                raise PushBusyError(
                    "Another device is in session.", "End its recording in Sensor Logger, then wait a minute."
                )
            source.stop()
        self._source = PushSource(message.device_id, SENSOR_NAME, self._config)
        self._waiting.put_nowait(self._source)
        return self._source
