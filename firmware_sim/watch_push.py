"""Pushes a simulated watch to a running server, as the app does: over HTTP, at the pace of the lifter."""

from __future__ import annotations

import asyncio
import time
import urllib.error
import urllib.request
from dataclasses import replace
from typing import TYPE_CHECKING

from firmware_sim.errors import InvalidSettingError, PushFailedError
from firmware_sim.mems import MemsSettings
from firmware_sim.mount import WATCH_BELOW
from firmware_sim.offline import simulate_offline
from firmware_sim.watch import watch_messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware_sim.scenario import Scenario
    from firmware_sim.watch import PushModel

RATE_HZ = 100
"""What a watch gives at most."""
TAIL_S = 8.0
"""Stillness after the last set, s, so that it closes by itself."""
TIMEOUT_S = 10.0


async def push_watch(
    scenario: Scenario,
    url: str,
    token: str,
    *,
    seed: int = 1,
    model: PushModel | None = None,
    on_message: Callable[[int, int], None] | None = None,
) -> None:
    """Push a scenario as a watch on a stiff wrist feels it, from its start to its end.

    Parameters
    ----------
    scenario : Scenario
        What happens.
    url : str
        Where to, http or https.
    token : str
        For the Authorization header; empty: none.
    seed : int
        Of the network.
    model : PushModel, optional
        How phone and app treat the rows.
    on_message : callable, optional
        Called with the number of messages sent and that of all, after each.

    Raises
    ------
    InvalidSettingError
        If the address is not of HTTP.
    PushFailedError
        If the server cannot be reached, or refuses.
    """
    if not url.startswith(("http://", "https://")):
        raise InvalidSettingError("push", "must be an address that begins with http:// or https://")
    worn = replace(scenario, mount=WATCH_BELOW, settings=MemsSettings(rate_hz=RATE_HZ))
    now_ns = time.time_ns()
    messages = watch_messages(
        simulate_offline(worn, TAIL_S), seed, model, started_ns=now_ns, session_id=f"simulated-{now_ns}"
    )
    loop = asyncio.get_running_loop()
    origin_s = loop.time() - messages[0].at_s
    for number, message in enumerate(messages, 1):
        await asyncio.sleep(max(origin_s + message.at_s - loop.time(), 0.0))
        await asyncio.to_thread(_post, url, token, message.body)
        if on_message is not None:
            on_message(number, len(messages))


def _post(url: str, token: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, body, headers)  # noqa: S310 -- checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310 -- checked above
            pass
    except urllib.error.HTTPError as error:
        with error:
            raise PushFailedError(f"{error.code}: {error.read(1000).decode(errors='replace')}") from error
    except OSError as error:
        raise PushFailedError(f"{error}") from error
