"""Finds out who lifts at a rack, for a wall that was told to name lifters."""

from __future__ import annotations

import asyncio
import http.client
import json
from contextlib import closing
from typing import TYPE_CHECKING, Any

from server.errors import NotFoundError
from server.wall.contact import OPEN_S, RackRefusedError, secured_for

if TYPE_CHECKING:
    import ssl
    from uuid import UUID

    from server.live import LiveHub
    from server.store import Store
    from server.wall.heard import HeardSession
    from server.wall.racks import Rack

NAMES_EVERY_S = 5.0
"""Time between two questions, s: as long as a lifter may wait for the name on the wall. 2 to 30."""
MAX_ANSWER_BYTES = 4 << 20
MAX_NAME_CHARS = 80
RECENT = "/api/v1/sessions?limit=8"
"""The session that runs is the newest, unless the clock of the rack was set meanwhile."""


async def own_lifter(hub: LiveHub, store: Store) -> str | None:
    """Name the lifter of the own session; None: nobody said who it is."""
    session = hub.state.session
    return None if session is None else await asyncio.to_thread(_stored_lifter, store, session.recording_id)


def _stored_lifter(store: Store, recording_id: UUID) -> str | None:
    try:
        athlete_id = store.session(recording_id).recording.athlete_id
    except NotFoundError:
        return None
    return next((one.name for one in store.athletes() if one.id == athlete_id), None)


async def lifter_at(rack: Rack, session: HeardSession | None) -> str | None:
    """Name the lifter of another rack's session; None: nobody said who it is, or it does not tell."""
    if session is None:
        return None
    try:
        secured = await secured_for(rack)
        return await asyncio.to_thread(_asked, rack, secured, session.recording_id)
    except (OSError, RackRefusedError, http.client.HTTPException, ValueError, TypeError, KeyError):
        return None  # a name is not worth an error; the live socket says what is wrong with the rack


def _asked(rack: Rack, secured: ssl.SSLContext | None, recording_id: str) -> str | None:
    """Ask who the session's athlete is and what the athlete is called. Redirects are not followed."""
    session = next(
        (one for one in _get(rack, secured, RECENT) if one["recording_id"] == recording_id),
        {"athlete_id": None},
    )
    if session["athlete_id"] is None:
        return None
    lifters = {one["id"]: str(one["name"]) for one in _get(rack, secured, "/api/v1/athletes")}
    name = lifters.get(session["athlete_id"])
    return None if name is None else name[:MAX_NAME_CHARS]


def _get(rack: Rack, secured: ssl.SSLContext | None, path: str) -> Any:  # noqa: ANN401 -- whatever it answers
    if secured is None:
        connection = http.client.HTTPConnection(rack.host, rack.port, timeout=OPEN_S)
    else:
        connection = http.client.HTTPSConnection(rack.host, rack.port, timeout=OPEN_S, context=secured)
    headers = {"Host": rack.netloc} | (
        {} if rack.token is None else {"Authorization": f"Bearer {rack.token}"}
    )
    with closing(connection):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise ValueError(f"answered {answer.status}")
        return json.loads(answer.read(MAX_ANSWER_BYTES))
