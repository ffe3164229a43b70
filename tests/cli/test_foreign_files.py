"""Files of other tools, given to every verb that reads a spec: each says what the file is, and prints none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import specc
from tests.foreign_files import FILES, SECRET

VERBS = (
    ("check",),
    ("check", "--format", "json"),
    ("check", "--format", "sarif"),
    ("check", "--format", "github"),
    ("show",),
    ("show", "--graph", "svg"),
    ("expand",),
    ("build",),
    ("build", "--format", "json"),
)


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
@pytest.mark.parametrize("name", FILES)
def test_every_verb_says_what_a_file_is(tmp_path: Path, name: str, verb: tuple[str, ...]) -> None:
    write, noun = FILES[name]
    path = tmp_path / name
    path.write_bytes(write())
    ran = specc(*verb, str(path))
    assert ran.code == 1
    assert noun in ran.out + ran.err
    assert SECRET.decode() not in ran.out + ran.err
    assert all(char.isprintable() or char == "\n" for char in ran.out + ran.err)


def test_standard_input_is_recognised(tmp_path: Path) -> None:
    ran = specc("check", "-", input=FILES["model.keras"][0]())
    assert "`<stdin>` is a Keras model, not a spec" in ran.out
    assert ran.code == 1


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_folders_of_models(tmp_path: Path, verb: tuple[str, ...]) -> None:
    (tmp_path / "saved_model.pb").write_bytes(FILES["saved_model.pb"][0]())
    ran = specc(*verb, str(tmp_path))
    assert "is a TensorFlow SavedModel" in ran.out + ran.err
    assert ran.code == 1


@pytest.mark.parametrize("verb", [("show",), ("expand",), ("build",)], ids=" ".join)
def test_a_folder_is_no_spec(tmp_path: Path, verb: tuple[str, ...]) -> None:
    ran = specc(*verb, str(tmp_path))
    assert "is a folder, not a spec" in ran.out + ran.err
    assert ran.code == 1


@pytest.mark.keras
def test_what_keras_and_numpy_write_is_known(tmp_path: Path) -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    model.save(tmp_path / "model.keras")
    model.save(tmp_path / "model.h5")
    model.save_weights(tmp_path / "model.weights.h5")
    model.export(tmp_path / "saved", verbose=False)
    np.savez(tmp_path / "arrays.npz", **{"dense/kernel": np.ones(3)})
    (tmp_path / "model.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(model).convert())
    expected = {
        "model.keras": "a Keras model",
        "model.h5": "an HDF5 file",
        "model.weights.h5": "an HDF5 file",
        "saved": "a TensorFlow SavedModel",
        "saved/saved_model.pb": "a TensorFlow SavedModel",
        "arrays.npz": "a NumPy archive",
        "model.tflite": "a TFLite model",
    }
    for name, noun in expected.items():
        path = tmp_path / name
        if path.is_file():
            path = path.rename(path.with_name(f"{path.name.replace('.', '_')}.yaml"))  # the content alone tells
        ran = specc("show", str(path))
        assert f"is {noun}" in ran.err
