"""Names of lifts as sets of words, so that different spellings of one name are equal."""

from __future__ import annotations

import re
import unicodedata


def words_of(name: str) -> frozenset[str]:
    """Reduce a name to its words: no accents, punctuation, capitals or plurals."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = re.findall(r"[^\W_]+", plain.casefold())
    return frozenset(
        word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word
        for word in words
    )
