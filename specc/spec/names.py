"""The name of a network that does not give one: its file's name, made an identifier."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath

_SUFFIX = re.compile(r"\.ya?ml\Z", re.IGNORECASE)
_FALLBACK = "net"  # for text without a file


def name_of_file(path: str) -> str:
    """The name of a spec's file without its ending, other characters than letters, digits and `_` replaced.

    A character outside ASCII becomes its number, so that names in other scripts stay different: `é.yaml` is `u00e9`.
    """
    stem = _SUFFIX.sub("", unicodedata.normalize("NFC", PurePath(path).name))
    if path.startswith("<") or not stem.strip("."):
        return _FALLBACK
    name = re.sub(r"[^\x00-\x7f]", lambda found: f"u{ord(found[0]):04x}", stem)
    name = re.sub(r"\W", "_", name, flags=re.ASCII)
    return f"n{name}" if name[0].isdigit() else name
