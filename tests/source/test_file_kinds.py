"""Kinds of model files are told apart by content, whatever they are called; text is never taken for one."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from specc.source.file_kinds import HEAD, KINDS, recognize, recognize_path


def zipped(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for name in names:
            file.writestr(name, b"content")
    return data.getvalue()


def npz() -> bytes:
    data = io.BytesIO()
    np.savez(data, **{"a/kernel": np.zeros(3)})
    return data.getvalue()


FILES = {
    "keras": zipped("metadata.json", "config.json", "model.weights.h5"),
    "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "npz": npz(),
    "npy": b"\x93NUMPY\x01\x00" + bytes(100),
    "tflite": b"\x1c\x00\x00\x00TFL3" + bytes(100),
    "onnx": b"\x08\x08\x12\x07pytorch" + bytes(100),
    "torch": zipped("model/data.pkl", "model/data/0"),
    "pickle": pickle.dumps({"a": 1}),
    "safetensors": (64).to_bytes(8, "little") + b'{"a":{"dtype":"F32"}}',
    "zip": zipped("readme.txt"),
    "gzip": b"\x1f\x8b\x08" + bytes(100),
}


@pytest.mark.parametrize("name", ["model", "net.yaml", "weights.keras"])
@pytest.mark.parametrize("slug", FILES)
def test_content_decides(slug: str, name: str) -> None:
    assert recognize(name, FILES[slug][:HEAD]) == KINDS[slug]


@pytest.mark.parametrize("text", ["specc: 1\n", "# é\nspecc: 1\n", '{"specc": 1}', "a: b\n" * 1000, "\ufeffspecc: 1"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_text_is_no_model_file(text: str, encoding: str) -> None:
    assert recognize("net.onnx", text.encode(encoding)[:HEAD]) is None


def test_a_suffix_tells_what_content_does_not() -> None:
    assert recognize("model.PT", b"\x00\x01\x02") == KINDS["torch"]
    assert recognize("frozen.pb", b"\x0a\x0f\x00") == KINDS["graph"]
    assert recognize("x.bin", b"\x00\x01\x02") is None


def test_folders(tmp_path: Path) -> None:
    assert recognize_path(tmp_path) is None
    (tmp_path / "saved_model.pb").write_bytes(b"\x08\x01\x12\x00")
    assert recognize_path(tmp_path) == KINDS["savedmodel"]
    assert recognize_path(tmp_path / "nowhere") is None
