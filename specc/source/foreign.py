"""Files that are given where YAML is expected and are something else: what they are, and what to do instead.

Models are recognized by `file_kinds`; here are the other files that people have beside their specs, and any binary one.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from specc.source import file_kinds

FOLDER = "a folder"
HEAD = 4096  # bytes that are looked at


@dataclass(frozen=True, slots=True)
class Foreign:
    """A file that is not YAML text. `noun` completes "`x` is …"; `help` says what to do where a spec is expected."""

    noun: str
    help: str


_SPEC = "give a spec, which is a YAML file; `specc init net.yaml` writes one to start from"
_WRITE = "specc compiles specs and does not read models: write the network as a spec (`specc init net.yaml`)"
_WEIGHTS = f"{_WRITE}; the weights in this file can be given with `--weights`"
_EXPORT = f"{_WRITE}; save the weights as an `.npz` file of `layer/weight` arrays for `--weights`"
_BUILT = "give the spec that it was built from"
_HELP = {
    "keras": _WEIGHTS,
    "hdf5": _WEIGHTS,
    "npz": "give a spec; the arrays in this file can be given with `--weights`",
    "npy": _SPEC,
    "tflite": f"specc writes such files and does not read them: {_BUILT}",
    "zip": "unpack it and give the spec in it",
    "gzip": "unpack it and give the spec in it",
}
_ARCHIVE = Foreign("an archive", _HELP["zip"])
_IMAGE = Foreign("an image", _SPEC)
_MAGIC = (
    (b"\x89PNG\r\n", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"%PDF-", Foreign("a PDF document", _SPEC)),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ\x00", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"\x7fELF", Foreign("a program", _SPEC)),
    (b"MZ\x90\x00", Foreign("a program", _SPEC)),
    (b"GGUF", Foreign("a GGUF model", _EXPORT)),
)
_SUFFIXES = {
    ".py": Foreign("a Python module", f"{_BUILT}, or write the network as a spec"),
    ".ipynb": Foreign("a notebook", _SPEC),
    ".manifest.json": Foreign("the manifest of a build", _BUILT),
}
_BINARY = Foreign("a binary file", _SPEC)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_SHARE = 10  # text has fewer than one control character in so many bytes


def foreign(name: str, head: bytes) -> Foreign | None:
    """What a file is by its first bytes and its name; None for what may be YAML text."""
    head = head[:HEAD]
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head[257:262] == b"ustar":
        return _ARCHIVE
    kind = file_kinds.recognize(name, head) or file_kinds.KINDS.get(file_kinds.by_suffix(name) or "")
    if kind is not None:
        return Foreign(kind.title, _HELP.get(kind.slug, _EXPORT))
    named = next((found for suffix, found in _SUFFIXES.items() if name.lower().endswith(suffix)), None)
    return named or (_BINARY if _is_binary(head) else None)


def foreign_folder(path: str | Path) -> Foreign | None:
    """What a folder is: a SavedModel or any other; None where there is no folder of that name."""
    try:
        if not Path(path).is_dir():
            return None
        kind = file_kinds.recognize_path(path)
    except (OSError, ValueError):  # the name itself is impossible
        return None
    if kind is not None:
        return Foreign(kind.title, _EXPORT)
    return Foreign(FOLDER, "give a file; `specc check` accepts folders too")


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text: not UTF-8 and with control characters, or with many of them."""
    if head.startswith(_UTF16):
        return False
    found = len(_CONTROL.findall(head))
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return found > 0
    return found * _SHARE > len(head)
