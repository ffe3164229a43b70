"""Files of other tools: by name, their first bytes as those tools write them, and what specc calls them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

SECRET = b"s3cr3t"  # part of every file: no command may print it


def zipped(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, SECRET)
    return file.getvalue()


def _h5() -> bytes:
    return b"\x89HDF\r\n\x1a\n" + bytes(40) + SECRET


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "model.keras": (lambda: zipped("metadata.json", "config.json", "model.weights.h5"), "a Keras model"),
    "model.h5": (_h5, "an HDF5 file"),
    "model.weights.h5": (_h5, "an HDF5 file"),
    "arrays.npz": (lambda: zipped("hidden/kernel.npy"), "a NumPy archive"),
    "array.npy": (lambda: b"\x93NUMPY\x01\x00v\x00{'descr': '<f4'}" + SECRET, "a single NumPy array"),
    "model.tflite": (lambda: b"\x1c\0\0\0TFL3" + SECRET, "a TFLite model"),
    "model.onnx": (lambda: b"\x08\x08\x12\x07pytorch" + SECRET, "an ONNX model"),
    "model.pt": (lambda: zipped("model/data.pkl", "model/version"), "a PyTorch file"),
    "old.pth": (lambda: b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + SECRET, "a PyTorch file"),
    "data.pkl": (lambda: b"\x80\x04\x95\x10\0\0\0" + SECRET, "a Python pickle"),
    "model.safetensors": (lambda: b"\x40\0\0\0\0\0\0\0" + b'{"w":{"dtype":"F32"' + SECRET, "a safetensors file"),
    "model.gguf": (lambda: b"GGUF\x03\0\0\0" + SECRET, "a GGUF model"),
    "saved_model.pb": (lambda: b"\x08\x01\x12\xff\x01" + SECRET, "a TensorFlow SavedModel"),
    "frozen.pb": (lambda: b"\x0a\x1f\x0a\x05input\x12\x0bPlaceholder" + SECRET, "a TensorFlow graph"),
    "picture.png": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + SECRET, "an image"),
    "picture.jpg": (lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + SECRET, "an image"),
    "paper.pdf": (lambda: b"%PDF-1.7\n" + SECRET, "a PDF document"),
    "things.zip": (lambda: zipped("readme.txt"), "a zip archive"),
    "net.yaml.gz": (lambda: b"\x1f\x8b\x08\0" + SECRET, "a gzip archive"),
    "net.tar": (lambda: b"net.yaml".ljust(257, b"\0") + b"ustar\x0000" + SECRET, "an archive"),
    "net_keras.py": (lambda: b'"""The network net."""\nimport keras  # ' + SECRET, "a Python module"),
    "net_keras.manifest.json": (lambda: b'{"manifest": 1, "name": "s3cr3t"}', "the manifest of a build"),
    "program": (lambda: b"\x7fELF\x02\x01\x01" + SECRET, "a program"),
    "unknown": (lambda: b"\x01\x02\xfe\x00\x80" + SECRET, "a binary file"),
    "noise.yaml": (lambda: bytes(range(128, 256)) + bytes(range(32)) + SECRET, "a binary file"),
    "zeros.yaml": (lambda: b"specc: 1\n" + bytes(4000) + SECRET, "a binary file"),
}
BY_CONTENT_ALONE = [  # known by their content under any name
    name for name in FILES if not name.endswith((".py", ".json", ".pth", ".gz")) and name != "frozen.pb"
]
