"""Recognises files that are not YAML text, by their first bytes and their name, so that none is parsed or printed.

Content decides first, then the suffix. Only the first `HEAD` bytes are looked at.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

HEAD = 4096


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that is not a spec. `noun` completes "`x` is …"; `help` says what to do where a spec is expected.

    `key` names the kind in code: `keras`, `h5`, `npz`, `tflite`, `onnx`, `torch`, `saved-model`, `frozen-graph`, …
    """

    key: str
    noun: str
    help: str


_WEIGHTS = "its weights can be given with `--weights`"
_WRITE = "specc compiles specs and does not read models: write the network as a spec (`specc init net.yaml`)"
_NPZ = "save its weights as an `.npz` file of `layer/weight` arrays for `--weights`"
_BUILT = "specc writes such files and does not read them: give the spec that it was built from"
_SPEC = "give a spec, which is a YAML file; `specc init net.yaml` writes one to start from"

_KINDS = {
    kind.key: kind
    for kind in (
        FileKind("keras", "a Keras model", f"{_WRITE}; {_WEIGHTS}"),
        FileKind("h5", "an HDF5 file, as Keras writes models and weights", f"{_WRITE}; {_WEIGHTS}"),
        FileKind("npz", "an archive of NumPy arrays", f"give a spec; {_WEIGHTS}"),
        FileKind("npy", "a NumPy array", _SPEC),
        FileKind("tflite", "a TFLite model", _BUILT),
        FileKind("onnx", "an ONNX model", f"{_WRITE}; {_NPZ}"),
        FileKind("torch", "a PyTorch model", f"{_WRITE}; {_NPZ}"),
        FileKind("pickle", "a Python pickle", f"{_WRITE}; {_NPZ}"),
        FileKind("safetensors", "a safetensors file", f"{_WRITE}; {_NPZ}"),
        FileKind("gguf", "a GGUF model", _WRITE),
        FileKind("saved-model", "a TensorFlow SavedModel", f"{_WRITE}; {_NPZ}"),
        FileKind("frozen-graph", "a TensorFlow graph", f"{_WRITE}; {_NPZ}"),
        FileKind("checkpoint", "a TensorFlow checkpoint", f"{_WRITE}; {_NPZ}"),
        FileKind("python", "a Python module", "give the spec that it was built from, or write the network as a spec"),
        FileKind("notebook", "a notebook", _SPEC),
        FileKind("manifest", "the manifest of a build", "give the spec that it was built from"),
        FileKind("image", "an image", _SPEC),
        FileKind("pdf", "a PDF document", _SPEC),
        FileKind("archive", "an archive", "unpack it and give the spec in it"),
        FileKind("program", "a program", _SPEC),
        FileKind("binary", "a binary file", _SPEC),
        FileKind("folder", "a folder", "give a file; `specc check` accepts folders too"),
    )
}
_MAGIC = (
    (b"\x89HDF\r\n\x1a\n", "h5"),
    (b"\x93NUMPY", "npy"),
    (b"GGUF", "gguf"),
    (b"\x89PNG\r\n", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"%PDF-", "pdf"),
    (b"\x1f\x8b", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ\x00", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"PK\x05\x06", "archive"),
    (b"\x7fELF", "program"),
    (b"MZ\x90\x00", "program"),
)
_SUFFIXES = {
    ".keras": "keras", ".h5": "h5", ".hdf5": "h5", ".npz": "npz", ".npy": "npy", ".tflite": "tflite", ".lite": "tflite",
    ".onnx": "onnx", ".pt": "torch", ".pth": "torch", ".ckpt": "checkpoint", ".index": "checkpoint", ".pkl": "pickle",
    ".pickle": "pickle", ".safetensors": "safetensors", ".gguf": "gguf", ".pb": "frozen-graph",
    ".pbtxt": "frozen-graph", ".py": "python", ".pyc": "binary", ".ipynb": "notebook", ".png": "image",
    ".jpg": "image", ".jpeg": "image", ".gif": "image", ".svg": "image", ".pdf": "pdf", ".zip": "archive",
    ".gz": "archive", ".tgz": "archive", ".tar": "archive", ".xz": "archive", ".bz2": "archive", ".7z": "archive",
    ".bin": "binary", ".so": "program", ".exe": "program",
}  # fmt: skip
_GENERIC = ("archive", "pickle")  # what other kinds of files are made of
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_SHARE = 10  # text has fewer than one control character in so many bytes


def file_kind(name: str, head: bytes) -> FileKind | None:
    """The kind of a file by its first bytes and its name; None for what may be YAML text."""
    key, named = _by_content(head[:HEAD]), _by_name(name)
    if key is None or (key in _GENERIC and named):
        key = named
    if key is None and _is_binary(head[:HEAD]):
        key = "binary"
    return _KINDS[key] if key else None


def folder_kind(path: str | Path) -> FileKind | None:
    """The kind of a folder: a SavedModel or any other; None where there is no folder of that name."""
    folder = Path(path)
    try:
        if not folder.is_dir():
            return None
        is_model = (folder / "saved_model.pb").is_file() or (folder / "saved_model.pbtxt").is_file()
    except (OSError, ValueError):
        return None
    return _KINDS["saved-model" if is_model else "folder"]


def _by_content(head: bytes) -> str | None:
    for magic, key in _MAGIC:
        if head.startswith(magic):
            return key
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head)
    if head[4:8] == b"TFL3":
        return "tflite"
    if head[257:262] == b"ustar":
        return "archive"
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "pickle"
    if head[8:10] == b'{"' and head[5:8] == b"\0\0\0":  # the length of the JSON header comes first
        return "safetensors"
    if head[:3] == b"\x08\x01\x12":  # schema version 1, then a graph
        return "saved-model"
    if head[:1] == b"\x08" and head[1:2] < b"\x20" and head[2:3] in (b"\x12", b"\x1a", b"\x22", b"\x3a", b"\x42"):
        return "onnx"  # a small version number, then a producer or a graph
    return None


def _zipped(head: bytes) -> str:
    """The kind of a zip archive by the name of its first file."""
    length = int.from_bytes(head[26:28], "little")
    first = head[30 : 30 + length]
    if first in (b"metadata.json", b"config.json", b"model.weights.h5"):
        return "keras"
    if first.endswith(b".npy"):
        return "npz"
    return "torch" if first.endswith((b"/data.pkl", b"/.format_version", b"/version")) else "archive"


def _by_name(name: str) -> str | None:
    if name.lower().endswith(".manifest.json"):
        return "manifest"
    return _SUFFIXES.get(Path(name).suffix.lower())


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
