"""Finds Plotly's JavaScript in the installed package and makes it ready to be served.

The package is never imported: that takes seconds and is for Python programs that make charts.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib import metadata

PACKAGE, FILE = "plotly", "plotly/package_data/plotly.min.js"
_MAKES_STYLE = re.compile(
    rb'getElementById\("([0-9a-f]{40,128})"\)\)\{var \w+=document\.createElement\("style"\)'
)
"""Parts of the bundle look for a style element of theirs before they make one."""
GLOBAL_STYLE = "plotly.js-style-global"
"""Id of the element that Plotly looks for; with the class ``no-inline-styles`` it makes no styles."""


@dataclass(frozen=True, slots=True)
class PlotlyFile:
    """The file as it is served.

    Attributes
    ----------
    version : str
        Of the package.
    digest : str
        Of the content, for caches.
    plain, packed : bytes
        As it is, and gzipped.
    style_ids : tuple of str
        Elements with these ids must be in the page before it is loaded, or it makes style elements, which
        our policy forbids.
    """

    version: str
    digest: str
    plain: bytes
    packed: bytes
    style_ids: tuple[str, ...]


@cache
def plotly_file() -> PlotlyFile | None:
    """Read and pack the file, once; None if the package is not installed. Call it outside the event loop."""
    try:
        files = metadata.files(PACKAGE) or []
        found = next((one for one in files if one.as_posix() == FILE), None)
        plain = None if found is None else found.read_binary()
        version = metadata.version(PACKAGE)
    except (metadata.PackageNotFoundError, OSError):
        return None
    if plain is None:
        return None
    ids = dict.fromkeys(match.decode() for match in _MAKES_STYLE.findall(plain))
    digest = hashlib.sha256(plain).hexdigest()[:16]
    return PlotlyFile(version, digest, plain, gzip.compress(plain, 6, mtime=0), (GLOBAL_STYLE, *ids))
