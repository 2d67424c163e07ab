"""``upright simulate``: simulated sensors on a virtual radio that other processes can use."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from server.cli.terminal import terminal


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate)


def simulate(
    scenario: Annotated[
        str,
        typer.Argument(
            help="demo, long_session, still, walking_about, mounting (what `pair` asks for), or a lift "
            "such as deadlift."
        ),
    ] = "demo",
    transport: Annotated[
        str,
        typer.Option(
            help="Where to serve the radio: tcp:HOST:PORT. Or usb:0: advertise one sensor over the air with "
            "a real Bluetooth dongle (written, never tried)."
        ),
    ] = "tcp:127.0.0.1:9100",
    device: Annotated[
        list[str] | None,
        typer.Option(
            help="Which device speaks: native (the default), witmotion, polar-verity, ...; NAME or "
            "NAME:COUNT, may be repeated. An unknown name lists all.",
            show_default=False,
        ),
    ] = None,
    count: Annotated[
        int, typer.Option(min=1, max=64, help="Number of sensors of each device without a COUNT.")
    ] = 1,
    together: Annotated[
        bool,
        typer.Option(
            "--together",
            help="All sensors are on one lifter, who begins when the first is asked for data; otherwise each "
            "has a lifter of its own.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(min=0)] = 1,
    interval_ms: Annotated[
        float, typer.Option(min=0, help="Connection interval; 0: a perfect radio.")
    ] = 15.0,
    packet_error_fraction: Annotated[float, typer.Option(min=0, max=1)] = 0.05,
    push: Annotated[
        str | None,
        typer.Option(
            help="Be a watch that Sensor Logger pushes, instead: the Push URL that `upright serve --push` "
            "prints; its token in UPRIGHT_TOKEN.",
            show_default=False,
        ),
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Write what truly happens to this JSON file.", show_default=False)
    ] = None,
) -> None:
    """Serve simulated sensors until Ctrl-C.

    Others find them with ``--transport tcp-client:HOST:PORT``.
    """
    from firmware_sim.errors import InvalidSettingError
    from firmware_sim.named_scenarios import scenario_by_name
    from firmware_sim.radio import RadioModel
    from firmware_sim.simulator import is_dongle, parse_devices, parse_transport, serve_simulator

    console = terminal()
    if push is not None:
        _push(scenario, seed, push)
        return
    devices = parse_devices(device or [], count)
    over_the_air = is_dongle(transport)
    host, _ = ("", 0) if over_the_air else parse_transport(transport)
    radio = RadioModel(interval_s=interval_ms / 1000, packet_error_fraction=packet_error_fraction, seed=seed)
    scenarios = [scenario_by_name(scenario, seed + index) for index in range(len(devices))]
    kinds = ", ".join(f"{number} × {name}" for name, number in Counter(devices).items())

    def ready(bound_port: int) -> None:
        where = "elsewhere" if over_the_air else "in another terminal"
        console.print(
            f"Simulating {scenario} on {kinds}; Ctrl-C ends. Now {where}"
            f"{'' if scenario == 'mounting' else ' (label the sets in the page)'}:"
        )
        mount = scenarios[0].mount
        there = "" if over_the_air else f" --transport tcp-client:{host}:{bound_port}"
        if scenario == "mounting":
            console.print(f"uv run upright pair{there}", soft_wrap=True)
            return
        console.print(
            f"uv run upright serve{there} --mount {mount.position}"
            f" --bar-axis={_text(mount.bar_axis)} --lever-m={_text(mount.lever_m)}",
            soft_wrap=True,
        )

    try:
        asyncio.run(
            serve_simulator(
                scenarios,
                transport,
                radio=radio,
                device=devices,
                together=together,
                truth_path=truth,
                on_ready=ready,
            )
        )
    except OSError as error:
        hint = f"cannot listen there ({error.strerror}); choose another port or end the other program"
        raise InvalidSettingError(f"transport {transport}", hint) from error


def _push(scenario: str, seed: int, url: str) -> None:
    """Push a scenario as a watch, at its own pace."""
    from rich.progress import Progress

    from firmware_sim.named_scenarios import scenario_by_name
    from firmware_sim.watch_push import push_watch

    with Progress(console=terminal()) as progress:
        task = progress.add_task(f"{scenario} on a wrist")
        asyncio.run(
            push_watch(
                scenario_by_name(scenario, seed),
                url,
                os.environ.get("UPRIGHT_TOKEN", ""),
                seed=seed,
                on_message=lambda sent, total: progress.update(task, completed=sent, total=total),
            )
        )


def _text(vector: tuple[float, float, float]) -> str:
    return ",".join(f"{component:.4g}" for component in vector)
