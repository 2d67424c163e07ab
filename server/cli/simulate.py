"""``upright simulate``: simulated sensors on a virtual radio that other processes can use."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate)


def simulate(
    scenario: Annotated[
        str, typer.Argument(help="demo, long_session, still, walking_about, or a lift such as deadlift.")
    ] = "demo",
    transport: Annotated[
        str, typer.Option(help="Where to serve the radio: tcp:HOST:PORT.")
    ] = "tcp:127.0.0.1:9100",
    count: Annotated[int, typer.Option(min=1, max=64, help="Number of sensors.")] = 1,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    interval_ms: Annotated[
        float, typer.Option(min=0, help="Connection interval; 0: a perfect radio.")
    ] = 15.0,
    packet_error_fraction: Annotated[float, typer.Option(min=0, max=1)] = 0.05,
    truth: Annotated[
        Path | None, typer.Option(help="Write what truly happens to this JSON file.", show_default=False)
    ] = None,
) -> None:
    """Serve simulated sensors until Ctrl-C.

    Others find them with ``--transport tcp-client:HOST:PORT``.
    """
    from rich.console import Console

    from firmware_sim.errors import InvalidSettingError
    from firmware_sim.named_scenarios import scenario_by_name
    from firmware_sim.radio import RadioModel
    from firmware_sim.simulator import parse_transport, serve_simulator

    console = Console()
    host, port = parse_transport(transport)
    radio = RadioModel(interval_s=interval_ms / 1000, packet_error_fraction=packet_error_fraction, seed=seed)
    scenarios = [scenario_by_name(scenario, seed + index) for index in range(count)]

    def ready(bound_port: int) -> None:
        console.print(
            f"Simulating {count} × {scenario}; Ctrl-C ends. In another terminal (label the sets in the page):"
        )
        mount = scenarios[0].mount
        console.print(
            f"uv run upright serve --transport tcp-client:{host}:{bound_port} --mount {mount.position}"
            f" --bar-axis={_text(mount.bar_axis)} --lever-m={_text(mount.lever_m)}",
            soft_wrap=True,
        )

    try:
        asyncio.run(
            serve_simulator(scenarios, transport, radio=radio, count=count, truth_path=truth, on_ready=ready)
        )
    except OSError as error:
        hint = f"cannot listen there ({error.strerror}); choose another port or end the other program"
        raise InvalidSettingError(f"transport tcp:{host}:{port}", hint) from error


def _text(vector: tuple[float, float, float]) -> str:
    return ",".join(f"{component:.4g}" for component in vector)
