"""The example package, installed: its op, its target and its lowering are used as specc's own are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ..docs.pages import pages
from .support import EXAMPLE, install_example, run, specc

# One node has the name of the package, which the emitted module imports.
NET = """specc: 1
inputs: {image: [8, 8, 3]}
blocks:
  part:
    inputs: x
    params: {filters: int}
    nodes:
      conv: {op: Conv2D, filters: "${filters}", kernel_size: 3, use_bias: false, from: x}
      scale: {op: Scale}
    outputs: scale
nodes:
  acme_layers: {op: Scale, use_offset: false, factor_initializer: {op: RandomUniform, minval: 0.5, maxval: 1.5}}
  parts: {block: part, filters: 4, repeat: 2}
  last: {op: Scale, trainable: false}
outputs: last
"""
BY_HAND = '''
"""The same network as a user of the layers writes it, and the emitted one with its weights."""

import importlib
import sys

import keras
import numpy as np
from acme_layers.layers import Scale
from keras import layers

image = keras.Input((8, 8, 3))
x = Scale(use_offset=False, factor_initializer=keras.initializers.RandomUniform(0.5, 1.5), name="acme_layers")(image)
for number in (1, 2):
    x = layers.Conv2D(4, 3, use_bias=False, name=f"parts_{number}_conv")(x)
    x = Scale(name=f"parts_{number}_scale")(x)
hand = keras.Model(image, Scale(trainable=False, name="last")(x))

sys.path.insert(0, "build")
random = np.random.default_rng(0)
for weight in hand.weights:
    weight.assign(random.normal(size=weight.shape))
images = random.normal(size=(5, 8, 8, 3)).astype("float32")
expected = hand.predict(images, verbose=0)
hand.save("hand.keras")
for target in ("keras", "pico"):
    module = importlib.import_module(f"net_{target}")
    model = module.build_model()
    module.load_reference_weights(model, "hand.keras")
    found = module.restore_outputs(model.predict(module.adapt_inputs(images), verbose=0))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    classes = {type(layer).__name__ for layer in model.layers}
    assert ("Scale" in classes) == (target == "keras"), classes
    loaded = keras.models.load_model(f"build/net_{target}.keras")
    assert loaded.count_params() == hand.count_params() == 279
    assert len(loaded.trainable_weights) == len(hand.trainable_weights)
assert "specc" not in sys.modules
print("equal")
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("site")
    install_example(found)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.yaml").write_text(NET, "utf-8")
    return tmp_path


def test_a_spec_with_the_op_is_met_with_silence(site: Path, folder: Path) -> None:
    ran = specc(site, "check", "net.yaml", "--target", "keras", "--target", "pico", cwd=folder)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "no findings in 1 file\n"


def test_without_the_package_the_op_and_the_target_are_unknown(folder: Path) -> None:
    ran = specc(folder / "nothing", "check", "net.yaml", "--target", "pico", cwd=folder)
    assert ran.code == 1
    assert ran.out.count("error[unknown-op]: unknown op `Scale`") == 3
    assert "error[unknown-target]: unknown target `pico`" in ran.out


def test_a_target_without_a_lowering_gives_one_error_for_each_node(site: Path, folder: Path) -> None:
    ran = specc(site, "check", "net.yaml", "--target", "tidl", cwd=folder)
    assert ran.code == 1
    assert ran.out.count("error[no-lowering]") == 3
    assert "tidl has no Scale" in ran.out


def test_mistakes_in_the_op_and_its_name_are_found(site: Path, folder: Path) -> None:
    (folder / "net.yaml").write_text(NET.replace("use_offset", "use_ofset").replace("{op: Scale}", "{op: Scal}"))
    ran = specc(site, "check", "net.yaml", cwd=folder)
    assert "unknown attribute `use_ofset` of Scale" in ran.out
    assert "did you mean `use_offset`?" in ran.out
    assert "unknown op `Scal`" in ran.out
    assert "did you mean `Scale`?" in ran.out


def test_sizes_that_the_op_has_to_know_are_asked_for(site: Path, folder: Path) -> None:
    text = "specc: 1\ninputs: {x: [T, C]}\nnodes: {y: {op: Scale}}\noutputs: y\n"
    (folder / "net.yaml").write_text(text, "utf-8")
    assert "[unknown-size]: `y`: Scale has to know the channels" in specc(site, "check", "net.yaml", cwd=folder).out
    assert specc(site, "check", "net.yaml", "--set", "C=3", cwd=folder).code == 0


def test_the_options_of_the_target_are_those_of_its_file(site: Path, folder: Path) -> None:
    wide = NET.replace("filters: 4", "filters: 65") + "targets: {pico: {grade: small}}\n"
    (folder / "net.yaml").write_text(wide, "utf-8")
    ran = specc(site, "check", "net.yaml", "--target", "pico", cwd=folder)
    assert "65 channels are more than 64" in ran.out
    assert "`scale_to_depthwise`" in ran.out


def test_the_lists_name_what_the_package_brings(site: Path, folder: Path) -> None:
    listed = specc(site, "list", "ops", cwd=folder)
    assert "Scale " in listed.out and "Dense " in listed.out and not listed.err
    one = specc(site, "list", "ops", "Scale", cwd=folder).out
    assert one.startswith("Scale (acme_layers.layers.Scale), one operand\n")
    assert "use_offset" in one
    assert "pico " in specc(site, "list", "targets", cwd=folder).out
    assert "A made-up accelerator" in specc(site, "list", "targets", "pico", cwd=folder).out


def test_the_schema_knows_the_op_and_the_options_of_the_target(site: Path, folder: Path) -> None:
    validator = Draft202012Validator(json.loads(specc(site, "schema", cwd=folder).out))

    def is_right(node: object, grade: str = "small") -> bool:
        targets = {"pico": {"grade": grade}}
        return validator.is_valid(
            {"specc": 1, "inputs": {"x": [3]}, "nodes": {"y": node}, "outputs": "y", "targets": targets}
        )

    assert is_right({"op": "Scale", "use_offset": False})
    assert not is_right({"op": "Scale", "use_ofset": False})
    assert not is_right({"op": "Scale"}, "tiny")


def test_a_check_imports_the_op_and_neither_the_layer_nor_keras(site: Path, folder: Path) -> None:
    script = """
import sys
from specc import check
assert check("net.yaml", targets=["keras", "pico"]).ok
assert "acme_layers.ops" in sys.modules
assert not {"acme_layers.layers", "keras", "tensorflow"} & set(sys.modules)
"""
    ran = run(site, "-c", script, cwd=folder)
    assert ran.code == 0, ran.err


def test_what_is_installed_is_not_looked_through_for_specc_s_own_ops(site: Path, folder: Path) -> None:
    text = NET.replace("op: Scale, use_offset: false, factor_initializer", "op: Dense, units: 3, kernel_initializer")
    (folder / "net.yaml").write_text(text.replace("op: Scale", "op: BatchNormalization"), "utf-8")
    script = """
import importlib.metadata

look = importlib.metadata.entry_points

def entry_points(**given):
    assert not given["group"].startswith("specc."), "looked through what is installed"
    return look(**given)

importlib.metadata.entry_points = entry_points
from specc import check
found = check("net.yaml", targets=["keras", "tidl"])
assert found.ok, found.diagnostics
"""
    ran = run(site, "-c", script, cwd=folder)
    assert ran.code == 0, ran.err


def test_the_documentation_shows_this_package() -> None:
    page = next(one for one in pages() if one.path.name == "package.md")
    shown = {block.marks["file"]: block.text for block in page.blocks if "file" in block.marks}
    files = [one for one in EXAMPLE.rglob("*") if one.suffix in (".py", ".toml", ".yaml")]
    inside = {one.relative_to(EXAMPLE).as_posix(): one.read_text("utf-8") for one in files}
    assert inside.pop("acme_layers/__init__.py")
    assert shown == inside


@pytest.mark.keras
def test_the_builds_equal_the_network_written_by_hand(site: Path, folder: Path) -> None:
    built = specc(site, "build", "net.yaml", "--target", "keras", "--target", "pico", cwd=folder)
    assert built.code == 0, built.err
    assert "pico .tflite against the spec: equal" in built.out
    text = (folder / "build" / "net_keras.py").read_text("utf-8")
    assert "\nimport acme_layers.layers\nimport keras\n" in text
    assert 'acme_layers.layers.Scale(name=f"{name}_scale")' in text
    assert "acme_layers.layers" not in (folder / "build" / "net_pico.py").read_text("utf-8")
    compared = run(site, "-c", BY_HAND, cwd=folder)
    assert compared.out == "equal\n", compared.err
    # the layers of the package in a file of weights, which is compared with the spec
    weights = ("--weights", "hand.keras", "--artifacts", "py,keras", "--out", "trained")
    assert specc(site, "build", "net.yaml", "--target", "pico", *weights, cwd=folder).code == 0
    (folder / "net.yaml").write_text(NET.replace("{op: Conv2D,", "{op: Conv2D, activation: relu,"), "utf-8")
    other = specc(site, "build", "net.yaml", "--target", "pico", *weights, cwd=folder)
    assert other.code == 1 and "[different-network]" in other.out and "`parts/1/conv` is the first node" in other.out
