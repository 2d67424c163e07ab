"""Runs a driver's steps over one connection: channels are characteristics, answers find their questions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from ingest.devices.driver import Ask, Pause, Read, Write
from ingest.errors import StartRefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ingest.devices.driver import CharacteristicSpec, Startup, Step


class GattClient(Protocol):
    """What is needed of `bleak.BleakClient`."""

    def read_gatt_char(self, char_specifier: str) -> Awaitable[bytearray]:
        """Read."""
        ...

    def write_gatt_char(
        self,
        char_specifier: str,
        data: bytes,
        response: bool | None = None,  # noqa: FBT001 -- as in bleak
    ) -> Awaitable[None]:
        """Write."""
        ...

    def start_notify(
        self, char_specifier: str, callback: Callable[[object, bytearray], None]
    ) -> Awaitable[None]:
        """Subscribe."""
        ...


class DriverLink:
    """One connection as the driver sees it.

    Parameters
    ----------
    client : GattClient
        Connected.
    title : str
        Of the sensor, for errors.
    take : callable
        Called with channel and bytes of everything that the sensor says.
    timeout_s : float
        Of one operation, s.
    """

    def __init__(
        self, client: GattClient, title: str, take: Callable[[str, bytes], None], timeout_s: float
    ) -> None:
        self._client = client
        self._title = title
        self._take = take
        self._timeout_s = timeout_s
        self._uuids: dict[str, str] = {}
        self._waiting: list[tuple[Ask, asyncio.Future[bytes]]] = []

    async def open(self, spec: CharacteristicSpec, uuid: str) -> None:
        """Read a characteristic and subscribe to it, as its specification says."""
        self._uuids[spec.channel] = uuid
        if spec.read_first:
            await self._read(spec.channel)
        if spec.notify:
            async with asyncio.timeout(self._timeout_s):
                await self._client.start_notify(uuid, lambda _, value: self._on_value(spec.channel, value))

    async def run(self, startup: Startup) -> None:
        """Do what the driver says, step by step.

        Raises
        ------
        StartRefusedError
            If the sensor refuses, or does not answer a question.
        """
        answer: bytes | None = None
        while True:
            try:
                step = next(startup) if answer is None else startup.send(answer)
            except StopIteration:
                return
            answer = await self._do(step)

    async def write(self, step: Write) -> None:
        """Write to a channel."""
        async with asyncio.timeout(self._timeout_s):
            await self._client.write_gatt_char(self._uuid(step.channel), step.payload, response=step.response)

    async def _do(self, step: Step) -> bytes:
        match step:
            case Write():
                await self.write(step)
            case Pause():
                await asyncio.sleep(step.duration_s)
            case Read():
                return await self._read(step.channel)
            case Ask():
                return await self._ask(step)
        return b""

    async def _read(self, channel: str) -> bytes:
        async with asyncio.timeout(self._timeout_s):
            value = bytes(await self._client.read_gatt_char(self._uuid(channel)))
        self._take(channel, value)
        return value

    async def _ask(self, step: Ask) -> bytes:
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((step, answer))
        try:
            await self.write(step.write)
            async with asyncio.timeout(step.timeout_s):
                return await answer
        except TimeoutError:
            question = step.write.payload.hex(" ")
            raise StartRefusedError(
                self._title, f"no answer to {question} within {step.timeout_s:g} s; switch it off and on"
            ) from None
        finally:
            self._waiting.remove((step, answer))

    def _on_value(self, channel: str, value: bytearray) -> None:
        payload = bytes(value)
        self._take(channel, payload)
        for step, answer in self._waiting:
            if step.reply_channel == channel and not answer.done() and step.is_reply(payload):
                answer.set_result(payload)

    def _uuid(self, channel: str) -> str:
        try:
            return self._uuids[channel]
        except KeyError:
            raise StartRefusedError(self._title, f"it has no {channel} characteristic") from None
