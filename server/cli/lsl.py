"""What ``--lsl`` adds to a session: listeners that publish it on the Lab Streaming Layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis import Event, Mount
    from ingest.collector import ItemListener

    Listeners: TypeAlias = tuple[ItemListener | None, Callable[[Event], None] | None]
    """For the samples and for the events of a session."""


def lsl_listeners(
    mount: Mount, sensor: str | None, *, wanted: bool, also: Callable[[Event], None] | None = None
) -> Listeners:
    """Open the outlet if it is wanted.

    Parameters
    ----------
    mount : Mount
        How the sensor is fixed.
    sensor : str or None
        Name or address that was asked for; tells streams apart.
    wanted : bool
        Whether ``--lsl`` was given.
    also : callable, optional
        Hears events as well, first.

    Returns
    -------
    on_items, on_event : callable or None
        Listeners for `server.live_session`.

    Raises
    ------
    LslUnavailableError
        If the Lab Streaming Layer is not installed.
    """
    if not wanted:
        return None, also
    from server.lsl_outlet import LslOutlet, guarded

    outlet = LslOutlet(mount, f"upright-{sensor or 'sensor'}")
    publish = guarded(outlet.take_event)

    def on_event(event: Event) -> None:
        if also is not None:
            also(event)
        publish(event)

    return guarded(outlet.take_items), on_event
