"""A file's first bytes and its name into what kind of model file it is: a spec or weights are expected, not these.

Content decides; the suffix only where content says nothing. What to do about a file is up to whoever was given it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

HEAD = 512  # bytes that are enough to recognize every kind


@dataclass(frozen=True, slots=True)
class FileKind:
    """A format of model files. `title` completes "`x` is …"."""

    slug: str
    title: str


_KINDS = (
    FileKind("keras", "a Keras model"),
    FileKind("hdf5", "an HDF5 file, in which Keras stores models (`.h5`) and weights (`.weights.h5`)"),
    FileKind("npz", "a NumPy archive of arrays"),
    FileKind("npy", "a single NumPy array"),
    FileKind("tflite", "a TFLite model"),
    FileKind("onnx", "an ONNX model"),
    FileKind("torch", "a PyTorch file"),
    FileKind("pickle", "a Python pickle"),
    FileKind("safetensors", "a safetensors file"),
    FileKind("savedmodel", "a TensorFlow SavedModel"),
    FileKind("graph", "a TensorFlow graph"),
    FileKind("checkpoint", "a TensorFlow checkpoint"),
    FileKind("zip", "a zip archive"),
    FileKind("gzip", "a gzip archive"),
)
KINDS = {kind.slug: kind for kind in _KINDS}

_SUFFIXES = {
    ".keras": "keras", ".h5": "hdf5", ".hdf5": "hdf5", ".npz": "npz", ".npy": "npy", ".tflite": "tflite",
    ".lite": "tflite", ".onnx": "onnx", ".pt": "torch", ".pth": "torch", ".pkl": "pickle", ".pickle": "pickle",
    ".safetensors": "safetensors", ".pb": "graph", ".ckpt": "checkpoint", ".index": "checkpoint",
}  # fmt: skip
_MAGIC = (
    (0, b"\x89HDF\r\n\x1a\n", "hdf5"),
    (4, b"TFL3", "tflite"),
    (0, b"\x93NUMPY", "npy"),
    (8, b'{"', "safetensors"),  # after the length of its header
    (0, b"\x1f\x8b", "gzip"),
)
_ONNX_FIELDS = b"\x12\x1a\x22\x28\x32\x3a\x42"  # what follows the version that an ONNX file starts with


def recognize(name: str, head: bytes) -> FileKind | None:
    """The kind of model file that these are the first bytes of; None for anything else, such as text."""
    slug = _by_content(head)
    if slug is None and (not head or not _is_text(head)):
        slug = by_suffix(name)
    if slug == "graph" and Path(name).name == "saved_model.pb":
        slug = "savedmodel"
    return KINDS[slug] if slug else None


def recognize_path(path: str | Path) -> FileKind | None:
    """As `recognize`, for a file or a folder. Only the start of a regular file is read; raises OSError."""
    if os.path.isdir(path):
        return KINDS["savedmodel"] if os.path.isfile(Path(path) / "saved_model.pb") else None
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as file:
        return recognize(str(path), file.read(HEAD))


def by_suffix(name: str) -> str | None:
    """The kind that a file's name promises."""
    return _SUFFIXES.get(Path(name).suffix.lower())


def _by_content(head: bytes) -> str | None:
    for offset, magic, slug in _MAGIC:
        if head[offset : offset + len(magic)] == magic and not (slug == "safetensors" and _is_text(head[:8])):
            return slug
    if head[:4] == b"PK\x03\x04":
        return _zip_kind(head[30 : 30 + int.from_bytes(head[26:28], "little")].decode("utf-8", "replace"))
    if len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5:
        return "torch" if b"torch" in head or head[2:12] == b"\x8a\x0al\xfc\x9cF\xf9 j\xa8" else "pickle"
    if head[:3] == b"\x08\x01\x12":  # version 1 of SavedModel, then a graph
        return "savedmodel"
    if len(head) > 2 and head[0] == 0x08 and 0 < head[1] < 0x20 and head[2] in _ONNX_FIELDS:
        return "onnx"
    return None


def _zip_kind(first: str) -> str:
    """The kind of a zip archive, by the name of its first entry."""
    if first in ("config.json", "metadata.json", "model.weights.h5") or first.startswith("assets/"):
        return "keras"
    if first.endswith(".npy"):
        return "npz"
    return "torch" if first.endswith(("/data.pkl", "/byteorder", "/.format_version")) or "/data/" in first else "zip"


def _is_text(data: bytes) -> bool:
    """Whether bytes look like text: no control characters but white space and a byte order mark."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    return not any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in data)
