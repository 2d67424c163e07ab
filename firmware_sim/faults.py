"""What can be wrong with a simulated sensor; consulted where its bytes leave it and where it is asked.

Faults of the way belong to the radio: `RadioModel`, and `SimulatedPeripheral.out_of_range`; a small MTU is
the peripheral's ``max_mtu``, a dying battery its `Battery`.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Faults:
    """Faults of one sensor, each off by default; they may be changed while it runs.

    Attributes
    ----------
    mute : bool
        Connected, answering, and no notification leaves: the commonest fault of real sensors.
    refuse_start : int or None
        A start command is refused with this error: an ATT application error, or the code of the protocol's
        own answer where it has one. Where it has none, the command is ignored.
    stream_unasked : bool
        Data flow as soon as somebody listens, without a start command.
    duplicate_every : int
        Every so manieth notification leaves twice; 0: none.
    swap_every : int
        Every so manieth notification leaves after the one that follows it; 0: none.
    lose_every : int
        Every so manieth notification never leaves; 0: none.
    gap_s : float
        The radio takes one notification per this time at most, s: a slow link, which fills the queue.
    needs_bond : bool
        Everything but discovery is answered with Insufficient Authentication until the link is encrypted.
    replaced_reads : dict of str to bytes
        Value read instead of the true one, by UUID in small letters, as ``"2a26"`` or with all 32 digits:
        another firmware version, a broken INFO.
    """

    mute: bool = False
    refuse_start: int | None = None
    stream_unasked: bool = False
    duplicate_every: int = 0
    swap_every: int = 0
    lose_every: int = 0
    gap_s: float = 0.0
    needs_bond: bool = False
    replaced_reads: dict[str, bytes] = field(default_factory=dict[str, bytes])


class FaultyExit:
    """Where the notifications of one characteristic leave, in the order and number that the faults make.

    Parameters
    ----------
    faults : Faults
        Consulted at every notification.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._count = 0
        self._held: list[bytes] = []

    def leaving(self, payload: bytes) -> list[bytes]:
        """Tell what leaves now that this notification is due: nothing, itself, or several."""
        faults = self._faults
        if faults.mute:
            return []
        self._count += 1
        if self._hits(faults.lose_every):
            return []
        if self._hits(faults.swap_every):
            self._held.append(payload)
            return []
        copies = 2 if self._hits(faults.duplicate_every) else 1
        out = [payload] * copies + self._held
        self._held = []
        return out

    def _hits(self, every: int) -> bool:
        return every > 0 and self._count % every == 0
