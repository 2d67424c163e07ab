"""Takes secrets and names out of texts that people send to others."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from server.settings import Settings

_Document = TypeVar("_Document")
LEAST_NAME_CHARS = 2
_PATTERNS = (
    (re.compile(r"(?i)\b((?:token|password|secret|key)\s*[=:]\s*)[^\s&\"',;)]+"), r"\1[secret]"),
    (re.compile(r"(?i)\b((?:bearer|basic)\s+)[^\s\"',;)]+"), r"\1[secret]"),
    (re.compile(r"(//)[^/\s@]+@"), r"\1[secret]@"),
    # As long as no word and no UUID is: a token, wherever it comes from.
    (re.compile(r"(?<![\w-])[A-Za-z0-9_-]{40,}(?![\w-])"), "[secret]"),
    (re.compile(r"\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b"), "[address]"),
)


class Redactor:
    """Replaces secrets, names of people and folders of this computer.

    Parameters
    ----------
    settings : Settings
        Whose token and folders they are.
    secrets : iterable of str
        Further secrets.
    names : iterable of str
        Of people; each of their words is taken out, too.
    """

    def __init__(self, settings: Settings, secrets: Iterable[str] = (), names: Iterable[str] = ()) -> None:
        own = [] if settings.token is None else [settings.token.get_secret_value()]
        if settings.mqtt_password is not None:
            own.append(settings.mqtt_password.get_secret_value())
        self._secrets = sorted({one for one in (*own, *secrets) if one}, key=len, reverse=True)
        data_dirs = (settings.data_dir, settings.data_dir.resolve())
        folders = {str(path): "[data folder]" for path in data_dirs}
        with contextlib.suppress(RuntimeError):  # a service may have no home
            folders[str(Path.home())] = "[home]"
        self._folders = [(path, word) for path, word in folders.items() if len(path) > 1]
        words = {word for name in names for word in (name, *name.split()) if len(word) >= LEAST_NAME_CHARS}
        longest_first = sorted(map(re.escape, words), key=len, reverse=True)
        self._names = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(longest_first)})(?!\w)") if words else None

    def text(self, text: str) -> str:
        """Return a text without what it must not tell."""
        for secret in self._secrets:
            text = text.replace(secret, "[secret]")
        for path, word in self._folders:
            text = text.replace(path, word)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text if self._names is None else self._names.sub("[name]", text)

    def document(self, document: _Document) -> _Document:
        """Return a JSON document with every text in it redacted; keys are ours and stay."""
        return cast("_Document", self._redacted(document))

    def _redacted(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self._redacted(item) for key, item in cast("dict[str, object]", value).items()}
        if isinstance(value, list | tuple):
            return [self._redacted(item) for item in cast("list[object]", value)]
        return value
