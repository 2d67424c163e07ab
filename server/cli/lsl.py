"""What ``--lsl`` adds to a session: listeners that publish it on the Lab Streaming Layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.live_session import Listeners

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis import Event, Mount


def lsl_listeners(
    mount: Mount | None, sensor: str | None, *, wanted: bool, also: Callable[[Event], None] | None = None
) -> Listeners:
    """Open the outlet if it is wanted.

    Parameters
    ----------
    mount : Mount or None
        How the sensor is fixed; None: as it was paired.
    sensor : str or None
        Name or address that was asked for; tells streams apart.
    wanted : bool
        Whether ``--lsl`` was given.
    also : callable, optional
        Hears events as well, first.

    Raises
    ------
    LslUnavailableError
        If the Lab Streaming Layer is not installed.
    """
    if not wanted:
        return Listeners(None, also)
    from server.lsl_outlet import LslOutlet, guarded

    outlet = LslOutlet(mount, f"upright-{sensor or 'sensor'}")
    publish = guarded(outlet.take_event)

    def on_event(event: Event) -> None:
        if also is not None:
            also(event)
        publish(event)

    return Listeners(guarded(outlet.take_items), on_event)
