"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from analysis import Mount, SetGoal, SetLabel
    from ingest.replay import MountChange
    from server.settings import Settings
    from server.store import Store

DataDir: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        help="Recordings, results and your own lifts. Default: the user's data folder.",
        show_default=False,
    ),
]
Port: TypeAlias = Annotated[
    int, typer.Option(min=0, max=65535, help="TCP port of the dashboard; 0 takes a free one.")
]
NoBrowser: TypeAlias = Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")]
Speed: TypeAlias = Annotated[float, typer.Option(min=0.1, max=1000, help="Times real time.")]
Transport: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="Where the radio is: tcp-client:HOST:PORT for `upright simulate`, usb:0 for a dongle. "
        "Default: this computer's Bluetooth.",
        show_default=False,
    ),
]
Also: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        help="Record another sensor beside it: NAME=WHERE, such as Strap=chest. May be repeated.",
        show_default=False,
    ),
]
Exercise: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--exercise",
        help="Catalogue id, such as back_squat, where a recording does not say.",
        show_default=False,
    ),
]
VelocityLoss: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--velocity-loss",
        help="Say so when the velocity has fallen by this much of the set's fastest rep, %, such as 20.",
        show_default=False,
    ),
]
Target: TypeAlias = Annotated[
    str | None,
    typer.Option("--target", help="Velocity to aim at, m/s: LOW:HIGH, such as 0.5:0.7.", show_default=False),
]
MinVelocity: TypeAlias = Annotated[
    float | None,
    typer.Option("--min-velocity", help="Say so when a rep is slower than this, m/s.", show_default=False),
]
Reps: TypeAlias = Annotated[
    int | None, typer.Option("--reps", help="Say so after this many reps.", show_default=False)
]
VelocityFeedback: TypeAlias = Annotated[
    bool | None,
    typer.Option(
        "--velocity-feedback/--no-velocity-feedback",
        help="Whether the lifter is shown velocities during a set; stored with it.",
        show_default=False,
    ),
]
LoadKg: TypeAlias = Annotated[
    float | None,
    typer.Option(
        "--load-kg", min=0, help="Load, bar included, kg, where a recording does not say.", show_default=False
    ),
]
MountName: TypeAlias = Annotated[
    str | None, typer.Option("--mount", help="shaft, sleeve or wrist.", show_default=False)
]
BarAxis: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--bar-axis",
        help="Unit vector in the sensor frame along the bar to the lifter's LEFT, such as 0,1,0. "
        "Without it the axis is found from the motion, but forward has no sign.",
        show_default=False,
    ),
]
LeverM: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--lever-m", help="From the bar's axis to the sensor, sensor frame, m: x,y,z.", show_default=False
    ),
]


def vector(text: str | None, option: str) -> tuple[float, float, float] | None:
    """Parse ``x,y,z``.

    Raises
    ------
    typer.BadParameter
        If it is not three numbers.
    """
    if text is None:
        return None
    try:
        x, y, z = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not three numbers separated by commas", param_hint=option
        ) from None
    return x, y, z


def mount_of(name: str | None, bar_axis: str | None, lever_m: str | None) -> Mount | None:
    """Put the mount options together; what was not given is a shaft mount without a known bar axis.

    None if nothing was given: the sensor is mounted as it was paired.

    Raises
    ------
    typer.BadParameter
        If the position is unknown or a vector is malformed.
    """
    from analysis import Mount

    if name is None and bar_axis is None and lever_m is None:
        return None
    return change_of(name, bar_axis, lever_m).apply(Mount())


def change_of(name: str | None, bar_axis: str | None, lever_m: str | None) -> MountChange:
    """Say which parts of a recorded mount the options replace.

    Raises
    ------
    typer.BadParameter
        If the position is unknown or a vector is malformed.
    """
    from analysis import MountPosition
    from ingest.replay import MountChange

    try:
        position = None if name is None else MountPosition(name)
    except ValueError:
        known = ", ".join(MountPosition)
        raise typer.BadParameter(f"{name!r} is none of {known}", param_hint="--mount") from None
    return MountChange(position, vector(bar_axis, "--bar-axis"), vector(lever_m, "--lever-m"))


def goal_of(
    velocity_loss: float | None,
    target: str | None,
    min_velocity: float | None,
    reps: int | None,
    velocity_feedback: bool | None,
) -> SetGoal | None:
    """Put the options of a goal together; None if none was given.

    Raises
    ------
    typer.BadParameter
        If the target is not two numbers.
    InvalidGoalError
        If a value is outside its bounds.
    """
    from analysis import SetGoal

    if all(given is None for given in (velocity_loss, target, min_velocity, reps, velocity_feedback)):
        return None
    return SetGoal(
        None if velocity_loss is None else velocity_loss / 100,
        None if target is None else _range(target),
        min_velocity,
        reps,
        velocity_feedback is not False,
    )


def _range(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(":"))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is not LOW:HIGH, such as 0.5:0.7", param_hint="--target"
        ) from None
    return low, high


def label_of(exercise: str | None, load_kg: float | None, goal: SetGoal | None = None) -> SetLabel:
    """Make the label of the first set.

    Raises
    ------
    UnknownExerciseError
        If the exercise is not in the catalogue.
    """
    from analysis import SetLabel, find_exercise

    find_exercise(exercise)
    return SetLabel(exercise, load_kg, goal)


def settings_of(data_dir: Path | None, port: int | None = None, **more: object) -> Settings:
    """Read the settings from the environment, with what the command line says on top.

    Adds the lifts of the user's own, which lie in the data folder, to the catalogue.

    Raises
    ------
    LiftFileError
        If one of them makes no sense.
    """
    from server.cli.own_lifts import add_own_lifts
    from server.settings import Settings

    given: dict[str, object] = {key: value for key, value in more.items() if value is not None}
    if data_dir is not None:
        given["data_dir"] = data_dir
    if port is not None:
        given["port"] = port
    settings = Settings.model_validate(given) if given else Settings()
    add_own_lifts(settings.lifts_dir)
    return settings


def make_data_dir(settings: Settings) -> None:
    """Create the folders for recordings and results.

    Raises
    ------
    StoreError
        If they cannot be created.
    """
    from server.errors import StoreError

    try:
        settings.recordings_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"The data folder {settings.data_dir} cannot be used: {error.strerror}."
        raise StoreError(problem, "Choose another with --data-dir.") from error


def open_results(settings: Settings) -> Store:
    """Open the results of earlier sessions for reading; makes no folder where there is none.

    Raises
    ------
    NotFoundError
        If nothing was ever stored there.
    StoreError
        If the database cannot be opened.
    """
    from server.errors import NotFoundError
    from server.store import Store

    path = settings.data_dir / "results.db"
    if settings.database_url is None and not path.exists():
        raise NotFoundError(
            f"There are no results in {settings.data_dir}.",
            "Say where they are with --data-dir, or make them from recordings with `upright rebuild`.",
        )
    return Store(settings.results_url)
