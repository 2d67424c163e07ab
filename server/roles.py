"""Who may do what: three roles, and one table that says the least role for a request.

``view`` looks on, ``lift`` says what is lifted and mends what was measured, ``admin`` does everything. What
the table does not name is for everybody if it changes nothing, and for ``admin`` alone if it does.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

READS = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""

ROLE_KEY = "upright.role"
"""Under this name the gate leaves the role in the ASGI scope."""


class Role(StrEnum):
    """What somebody may do; each role may do all that the ones before it may."""

    VIEW = "view"
    LIFT = "lift"
    ADMIN = "admin"

    def may(self, least: Role) -> bool:
        """Tell whether this role is enough for what asks for ``least``."""
        return _RANK[self] >= _RANK[least]

    @property
    def doing(self) -> str:
        """What one does in this role, as in "this needs the token for lifting"."""
        return _DOING[self]


_RANK = {role: rank for rank, role in enumerate(Role)}
_DOING = {Role.VIEW: "viewing", Role.LIFT: "lifting", Role.ADMIN: "administering"}


class Rule(NamedTuple):
    """A line of the table.

    Attributes
    ----------
    methods : str
        HTTP methods, separated by spaces.
    path : str
        With ``*`` for one part of the path and a last ``**`` for any number of parts, also none.
    role : Role
        The least role.
    """

    methods: str
    path: str
    role: Role


_CHANGES = "POST PUT PATCH DELETE"

RULES = (
    Rule("POST", "/api/v1/me/sign-out", Role.VIEW),
    # What tells who else may come in, and what describes this computer.
    Rule("GET", "/api/v1/access/**", Role.ADMIN),
    Rule("GET", "/api/v1/health/diagnostics/**", Role.ADMIN),
    # A sensor is connected by whoever looks after the rack.
    Rule(_CHANGES, "/api/v1/live/stream/**", Role.ADMIN),
    # At the rack: what is lifted next, start and stop of a set, exclude and undo, rest.
    Rule(_CHANGES, "/api/v1/live/**", Role.LIFT),
    Rule(_CHANGES, "/api/v1/push/**", Role.LIFT),
    # Afterwards: everything said of a session or a set can be undone; deleting a session cannot.
    Rule("POST PUT PATCH", "/api/v1/sessions/**", Role.LIFT),
    Rule("DELETE", "/api/v1/sessions/*/sets/**", Role.LIFT),
    # A file to take along changes nothing that was measured; an import does, and is for administrators.
    Rule("POST", "/api/v1/files/exports/**", Role.LIFT),
    Rule("DELETE", "/api/v1/files/jobs/*", Role.LIFT),
)
"""The first line that fits counts."""


def least_role(method: str, path: str) -> Role:
    """Say the least role that a request needs.

    Parameters
    ----------
    method : str
        HTTP method; of a WebSocket ``GET``, which is how it begins.
    path : str
        As the server routes it, decoded.
    """
    asked = "GET" if method == "HEAD" else method
    # Routes are matched by regular expressions whose "$" also matches before a last line break.
    parts = path.removesuffix("\n").split("/")
    for rule in RULES:
        if asked in rule.methods.split() and _fits(rule.path.split("/"), parts):
            return rule.role
    return Role.VIEW if asked in READS else Role.ADMIN


def _fits(pattern: list[str], parts: list[str]) -> bool:
    if pattern[-1] == "**":
        pattern = pattern[:-1]
        parts = parts[: len(pattern)]
    return len(pattern) == len(parts) and all(
        wanted in {"*", part} for wanted, part in zip(pattern, parts, strict=True)
    )
