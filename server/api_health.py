"""REST of the server's health."""

import asyncio
from datetime import UTC, datetime

from fastapi import APIRouter, Response

from server.access import Access
from server.health.diagnostics import make_diagnostics
from server.health.redaction import Redactor
from server.health.report import HealthModel, health
from server.health.watch import HealthWatch
from server.live import LiveHub
from server.settings import Settings
from server.store import Store
from server.wall.wall import Wall


def add_health(
    router: APIRouter,
    watch: HealthWatch,
    hub: LiveHub,
    store: Store,
    settings: Settings,
    wall: Wall,
    access: Access,
) -> None:
    """Add what tells how the server is."""

    async def redactor() -> Redactor:
        athletes = await asyncio.to_thread(store.athletes)
        tokens = [*access.tokens.values(), *(one.token for one in wall.racks if one.token is not None)]
        return Redactor(settings, tokens, [one.name for one in athletes])

    @router.get("/health", summary="How this server is: what is wrong, disk, losses, load, versions")
    async def now() -> HealthModel:
        return await health(watch, hub, await redactor(), wall.n_clients)

    @router.get("/health/diagnostics", summary="The same with the log, as a zip to send to whoever helps")
    async def diagnostics() -> Response:
        hides = await redactor()
        document = await health(watch, hub, hides, wall.n_clients)
        packed = await asyncio.to_thread(make_diagnostics, document, watch.log.lines(), settings, hides)
        name = f"upright-diagnostics-{datetime.now(UTC):%Y%m%d-%H%M}.zip"
        return Response(
            packed,
            media_type="application/zip",
            headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
        )
