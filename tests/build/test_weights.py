"""`--weights`: the file is checked first, its network is compared with the spec, and its weights go by name."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import specc
from specc.driver import run_build
from specc.emit import runtime
from specc.emit.weight_file import WeightsError, open_weights

BASE = """\
specc: 1
name: net
inputs: {image: [8, 8, 3]}
nodes:
  a: {op: Conv2D, filters: 3, kernel_size: 3, padding: same}
  b: {op: Conv2D, filters: 3, kernel_size: 3, padding: same, from: a}
  act: {op: ReLU, from: b}
  norm: {op: BatchNormalization, from: act}
  drop: {op: Dropout, rate: 0.3, from: norm}
  diff: {op: Subtract, from: [drop, a]}
  both: {op: Concatenate, from: [diff, act]}
  pool: {op: MaxPooling2D, pool_size: 2, from: both}
  flat: {op: Flatten, from: pool}
  y: {op: Dense, units: 4, from: flat}
outputs: y
"""
Edit = tuple[str, str]
DIFFERENT: dict[str, tuple[str, list[Edit]]] = {
    "activation": ("a", [("padding: same}", "padding: same, activation: tanh}")]),
    "slope": ("act", [("{op: ReLU,", "{op: ReLU, negative_slope: 0.01,")]),
    "removed": ("norm", [("  act: {op: ReLU, from: b}\n", ""), ("from: act", "from: b"), ("[diff, act]", "[diff, b]")]),
    "added": (
        "flat",
        [("  flat:", "  more: {op: ReLU, from: pool}\n  flat:"), ("Flatten, from: pool", "Flatten, from: more")],
    ),
    "swapped convolutions": (
        "b",
        [
            ("  a:", "  q:"),
            ("  b:", "  a:"),
            ("  q:", "  b:"),
            ("from: a}", "from: b}"),
            ("from: b}\n  norm", "from: a}\n  norm"),
        ],
    ),
    "epsilon": ("norm", [("BatchNormalization,", "BatchNormalization, epsilon: 0.00101,")]),
    "dilation": ("a", [("kernel_size: 3, padding: same}", "kernel_size: 3, padding: same, dilation_rate: 2}")]),
    "subtract": ("diff", [("[drop, a]", "[a, drop]")]),
    "concatenate": ("both", [("[diff, act]", "[act, diff]")]),
    "pool": ("pool", [("MaxPooling2D", "AveragePooling2D")]),
}
SAME: dict[str, list[Edit]] = {
    "as it is": [],
    "rate": [("rate: 0.3", "rate: 0.6")],
    "no dropout": [("  drop: {op: Dropout, rate: 0.3, from: norm}\n", ""), ("[drop, a]", "[norm, a]")],
    "momentum": [("BatchNormalization,", "BatchNormalization, momentum: 0.5,")],
    "loss": [("outputs: y\n", "outputs: y\ntraining: {optimizer: Adam, loss: mse}\n")],
}


def edited(folder: Path, edits: list[Edit], text: str = BASE) -> Path:
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path = folder / "net.yaml"
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the weights of the network in every form."""
    folder = tmp_path_factory.mktemp("trained")
    model = specc.load_model(edited(folder, []))
    runtime.randomize(model, 3)
    model.save(folder / "net.keras")
    model.save_weights(folder / "net.weights.h5")
    model.save(folder / "net.h5")
    arrays = {f"{layer.name}/{one.name}": one.numpy() for layer in model.layers for one in layer.weights}
    np.savez(folder / "net.npz", **arrays)
    tidl = specc.load_model(edited(folder, []), target="tidl", weights=folder / "net.keras")
    tidl.save(folder / "tidl.keras")
    tidl.save_weights(folder / "tidl.weights.h5")
    return folder


def outputs(model: Any, seed: int = 0) -> Any:
    random = np.random.default_rng(seed)
    return runtime.predict(model, random.normal(size=(4, 8, 8, 3)).astype("float32"))


@pytest.mark.keras
@pytest.mark.parametrize("name", DIFFERENT)
def test_another_network_is_refused_at_its_first_node(name: str, trained: Path, tmp_path: Path) -> None:
    node, edits = DIFFERENT[name]
    spec = edited(tmp_path, edits)
    result = run_build(spec, out=tmp_path / "out", weights=trained / "net.keras", artifacts=["keras"])
    (found,) = result.diagnostics
    assert found.code == "different-network" and f"`{node}` is the first node" in found.message
    assert found.span is not None and found.span.source.line(found.span.line).strip().startswith(f"{node}:")
    assert not (tmp_path / "out").exists()


@pytest.mark.keras
@pytest.mark.parametrize("name", SAME)
def test_what_only_training_sees_is_no_difference(name: str, trained: Path, tmp_path: Path) -> None:
    model = specc.load_model(edited(tmp_path, SAME[name]), weights=trained / "net.keras")
    np.testing.assert_array_equal(outputs(model), outputs(runtime.load_keras(trained / "net.keras")))


@pytest.mark.keras
def test_a_model_that_was_trained(tmp_path: Path) -> None:
    """With an optimizer's state and a loss of the user's own, none of which is read."""
    spec = edited(tmp_path, [])
    model = specc.load_model(spec)
    model.compile("adam", lambda y, p: (y - p) ** 2, metrics=["mae"])
    random = np.random.default_rng(0)
    model.fit(random.normal(size=(8, 8, 8, 3)), random.normal(size=(8, 4)), verbose=0)
    model.save(tmp_path / "fitted.keras")
    model.save_weights(tmp_path / "fitted.weights.h5")
    for file in ("fitted.keras", "fitted.weights.h5"):
        found = specc.load_model(spec, weights=tmp_path / file)
        np.testing.assert_array_equal(outputs(found), outputs(model))


@pytest.mark.keras
def test_an_option_carries_weights_to_another_network(trained: Path, tmp_path: Path) -> None:
    spec = edited(tmp_path, DIFFERENT["activation"][1])
    with pytest.raises(specc.SpeccError, match="another network"):
        specc.load_model(spec, weights=trained / "net.keras")
    model = specc.load_model(spec, weights=trained / "net.keras", allow_different_network=True)
    expected = runtime.load_keras(trained / "net.keras").get_layer("a").get_weights()
    np.testing.assert_array_equal(model.get_layer("a").get_weights()[0], expected[0])


@pytest.mark.keras
@pytest.mark.parametrize("text", ["passes: 4", "passes: 9"])
def test_another_number_of_passes_is_no_difference(text: str, tmp_path: Path) -> None:
    spec = Path(__file__).parents[2] / "specs" / "n1n2n3.yaml"
    model = specc.load_model(spec)
    runtime.randomize(model, 7)
    model.save(tmp_path / "five.keras")
    other = tmp_path / "n1n2n3.yaml"
    other.write_text(spec.read_text().replace("passes: ${passes}", text).replace("params: {passes: 5}\n", ""))
    found = specc.load_model(other, weights=tmp_path / "five.keras")
    np.testing.assert_array_equal(found.get_layer("N1").get_weights()[0], model.get_layer("N1").get_weights()[0])
    other.write_text(other.read_text().replace("{op: Dense, units: 1}  ", "{op: Dense, units: 1, activation: tanh}  "))
    with pytest.raises(specc.SpeccError, match="N1"):
        specc.load_model(other, weights=tmp_path / "five.keras")


@pytest.mark.keras
@pytest.mark.parametrize("target", ["keras", "tidl"])
@pytest.mark.parametrize("file", ["net.keras", "net.weights.h5", "net.npz", "tidl.keras", "tidl.weights.h5"])
def test_every_form_carries_the_same_weights(file: str, target: str, trained: Path, tmp_path: Path) -> None:
    model = specc.load_model(edited(tmp_path, []), target=target, weights=trained / file)
    expected = outputs(runtime.load_keras(trained / "net.keras"))
    np.testing.assert_allclose(outputs(model).reshape(expected.shape), expected, rtol=1e-4, atol=1e-4)


FREE = """\
specc: 1
inputs: {x: [T, 4], ids: {shape: [T], dtype: int32}}
nodes:
  table: {op: Embedding, input_dim: 5, output_dim: 4, from: ids}
  sum: {op: Add, from: [x, table]}
  conv: {op: Conv1D, filters: 3, kernel_size: 4}
  state: {op: GRU, units: 3}
outputs: {last: state, all: conv}
"""
HEADS = """\
specc: 1
inputs: {a: [8, 8, 2], b: [5]}
nodes:
  conv: {op: Conv2D, filters: 3, kernel_size: 9, padding: same, activation: relu, from: a}
  flat: {op: Flatten}
  wide: {op: Dense, units: 6, from: b}
  both: {op: Concatenate, from: [flat, wide]}
  kind: {op: Dense, units: 4, activation: softmax, from: both}
  size: {op: Dense, units: 1, from: both}
outputs: {kind: kind, size: size}
"""


def saved(model: Any, path: Path) -> Path:
    """The weights of a model in the form that the name of the file tells."""
    if path.name.endswith(".weights.h5"):
        model.save_weights(path)
    elif path.suffix == ".npz":
        np.savez(path, **{f"{layer.name}/{one.name}": one.numpy() for layer in model.layers for one in layer.weights})
    else:
        model.save(path)
    return path


@pytest.mark.keras
@pytest.mark.parametrize(("text", "targets"), [(HEADS, ["keras", "tidl"]), (FREE, ["keras"])], ids=["heads", "free"])
def test_several_inputs_and_outputs_and_free_sizes(text: str, targets: list[str], tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(text)
    model = specc.load_model(spec)
    runtime.randomize(model, 3)
    wanted = {f"{layer.name}/{one.path}": one.numpy() for layer in model.layers for one in layer.weights}
    builds = [
        model,
        *(specc.load_model(spec, target=one, weights=saved(model, tmp_path / "net.keras")) for one in targets[1:]),
    ]
    for at, build in enumerate(builds):
        for name in (f"{at}.keras", f"{at}.weights.h5", *([f"{at}.npz"] if build is model and text is HEADS else [])):
            found = specc.load_model(spec, weights=saved(build, tmp_path / name))
            for layer in found.layers:
                for one in layer.weights:
                    np.testing.assert_array_equal(one.numpy(), wanted[f"{layer.name}/{one.path}"])


NESTED = """\
specc: 1
name: nested
inputs: {x: [6, 4]}
nodes:
  z_bi: {op: Bidirectional, layer: {op: LSTM, units: 3, return_sequences: true}}
  stack: {op: RNN, cell: [{op: LSTMCell, units: 2}, {op: GRUCell, units: 3}], return_sequences: true}
  mha: {op: MultiHeadAttention, num_heads: 2, key_dim: 3, from: [stack, stack]}
  each: {op: TimeDistributed, layer: {op: Dense, units: 3}, from: mha}
  one: {op: Dense, units: 3, from: each}
  another: {op: Dense, units: 3, from: one}
outputs: another
"""


@pytest.mark.keras
def test_layers_inside_layers_are_read_from_weights_files(tmp_path: Path) -> None:
    spec = tmp_path / "nested.yaml"
    spec.write_text(NESTED)
    model = specc.load_model(spec)
    runtime.randomize(model, 5)
    model.save_weights(tmp_path / "nested.weights.h5")
    found = specc.load_model(spec, weights=tmp_path / "nested.weights.h5")
    for layer in model.layers:
        for a, b in zip(layer.get_weights(), found.get_layer(layer.name).get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.keras
@pytest.mark.parametrize("file", ["net.keras", "net.weights.h5", "net.npz"])
def test_renamed_nodes_are_suggested(file: str, trained: Path, tmp_path: Path) -> None:
    spec = edited(tmp_path, [("  y:", "  z:"), ("outputs: y", "outputs: z")])
    (found,) = run_build(spec, weights=trained / file, artifacts=["py"], verify=False).diagnostics
    assert found.code == "bad-weights" and "2 of 10 weights are missing" in found.message
    assert "`moved: [{from: y, to: z}]`" in found.help
    moved = spec.read_text() + found.help.split("`")[1] + "\n"
    spec.write_text(moved)
    specc.load_model(spec, weights=trained / file)


@pytest.mark.keras
def test_weights_that_nothing_uses_are_reported(trained: Path, tmp_path: Path) -> None:
    edits = [("  y: {op: Dense, units: 4, from: flat}\n", ""), ("outputs: y", "outputs: flat")]
    result = run_build(
        edited(tmp_path, edits), out=tmp_path / "out", weights=trained / "net.weights.h5", artifacts=["keras"]
    )
    assert result.ok and [one.code for one in result.diagnostics] == ["unused-weights"]
    assert "`y`" in result.diagnostics[0].message and "only names and shapes" in result.notes[0]


# without TensorFlow


def test_files_are_checked_before_tensorflow_starts(tmp_path: Path) -> None:
    edited(tmp_path, [])
    script = (
        "import sys\nfrom specc.driver import run_build\n"
        "found = run_build('net.yaml', weights='nope.keras', artifacts=['py'])\n"
        "print([one.code for one in found.diagnostics], 'tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['bad-weights'] False"
    assert not (tmp_path / "build").exists()


def zipped(path: Path, **entries: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name.replace("__", "."), data)


def bomb(path: Path) -> None:
    zipped(path, metadata__json=b"{}", config__json=b"{}", **{"model.weights.h5": bytes(300_000_000)})


def hdf5(fill: Callable[[Any], None]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with h5py.File(path, "w") as file:
            group = file.create_group("layers/dense/vars")
            group.attrs["name"] = "y"
            fill(group)

    return write


def external(group: Any) -> None:
    group.create_dataset("0", (4,), "f4", external=[("/etc/hostname", 0, 16)])


def linked(group: Any) -> None:
    group["0"] = h5py.ExternalLink("/etc/other.h5", "/x")


def soft(group: Any) -> None:
    group["0"] = h5py.SoftLink("/layers")


def circle(group: Any) -> None:
    group["again"] = group.file["layers"]


def deep(group: Any) -> None:
    group.create_group("/".join("g" * 40))


def many_paths(group: Any) -> None:
    """Few groups, each in many places: there are 12 ** 12 ways through them."""
    for at in range(12):
        inner = group.file.create_group(f"g{at}")
        for key in range(12):
            group[f"l{key}"] = inner
        group = inner


def many_values(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        file.writestr("config.json", b"[" + b"[]," * 1_000_000 + b"[]]")


def long_directory(large: bool) -> Callable[[Path], None]:
    """An archive that says that the names in it take a gigabyte, in one of the two places for that."""

    def write(path: Path) -> None:
        zipped(path, **{"a/b.npy": b"x"})
        data, size = path.read_bytes(), 2**30
        at = data.rfind(b"PK\x05\x06")
        records = b"PK\x06\x06" + bytes(36) + size.to_bytes(8, "little") + bytes(8) + b"PK\x06\x07" + bytes(16)
        end = data[at:] if large else data[at : at + 12] + size.to_bytes(4, "little") + data[at + 16 :]
        path.write_bytes(data[:at] + (records if large else b"") + end)

    return write


HOSTILE: dict[str, tuple[Callable[[Path], Any], str]] = {
    "w.keras": (bomb, "would unpack to"),
    "cut.keras": (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)), ""),
    "empty.keras": (lambda path: path.write_bytes(b""), "damaged"),
    "text.keras": (lambda path: path.write_bytes(b"specc: 1\n"), ""),
    "external.weights.h5": (hdf5(external), "stored in another file"),
    "linked.weights.h5": (hdf5(linked), "a link"),
    "soft.weights.h5": (hdf5(soft), "a link"),
    "circle.weights.h5": (hdf5(circle), "in several places"),
    "deep.weights.h5": (hdf5(deep), "too deep"),
    "paths.weights.h5": (hdf5(many_paths), "in several places"),
    "values.keras": (many_values, "more than 1,000,000 values"),
    "directory.npz": (long_directory(False), "its directory has 1,073,741,824 bytes"),
    "large.npz": (long_directory(True), "its directory has 1,073,741,824 bytes"),
    "cut.weights.h5": (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(50)), "damaged"),
    "pickled.npz": (lambda path: np.savez(path, **{"a/b": np.array([{}], object)}), "not numbers"),
    "model.tflite": (lambda path: path.write_bytes(b"\x1c\0\0\0TFL3" + bytes(50)), "TFLite"),
    "model.onnx": (lambda path: path.write_bytes(b"\x08\x08\x12\x07pytorch"), "ONNX"),
    "model.pt": (lambda path: zipped(path, **{"m/data.pkl": b"x"}), "PyTorch"),
    "model.pkl": (lambda path: path.write_bytes(pickle.dumps({})), "pickle"),
    "folder": (lambda path: path.mkdir(), "folder"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_weights_file_is_said(name: str, tmp_path: Path) -> None:
    make, text = HOSTILE[name]
    make(tmp_path / name)
    with pytest.raises(WeightsError) as caught:
        open_weights(tmp_path / name)
    assert text in caught.value.message and caught.value.help
    (found,) = run_build(edited(tmp_path, []), weights=tmp_path / name, artifacts=["py"]).diagnostics
    assert found.code == "bad-weights"


@pytest.mark.keras
def test_a_whole_model_in_the_old_format(trained: Path) -> None:
    with pytest.raises(WeightsError, match="old HDF5 format"):
        open_weights(trained / "net.h5")


@pytest.mark.keras
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"class_name": "Lambda"}, "Lambda"),
        ({"module": "os", "class_name": "system"}, "neither a layer of Keras"),
        ({"module": "keras.utils", "class_name": "get_file"}, "neither a layer of Keras"),
        ({"units": 10**9}, "unlike the weights"),
    ],
)
def test_models_of_unknown_parts_are_never_built(
    change: dict[str, Any], text: str, trained: Path, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.keras"
    with zipfile.ZipFile(trained / "net.keras") as file, zipfile.ZipFile(path, "w") as copy:
        for name in file.namelist():
            data = file.read(name)
            if name == "config.json":
                config = json.loads(data)
                layer = next(one for one in config["config"]["layers"] if one["config"]["name"] == "y")
                (layer["config"] if "units" in change else layer).update(change)
                data = json.dumps(config).encode()
            copy.writestr(name, data)
    (found,) = run_build(edited(tmp_path, []), weights=path, artifacts=["keras"]).diagnostics
    assert found.code == "different-network" and text in found.notes[0]
