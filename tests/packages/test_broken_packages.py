"""Packages whose ops, targets and lowerings cannot be used: a diagnostic each. And specs, which cannot load code."""

from __future__ import annotations

from pathlib import Path

import pytest

from .support import EXAMPLE, install, specc

pytestmark = pytest.mark.slow

NET = "specc: 1\ninputs: {x: [3]}\nnodes: {y: {op: Scale}}\noutputs: y\n"
DENSE = NET.replace("op: Scale", "op: Dense, units: 2")
OPS = (EXAMPLE / "acme_layers" / "ops.py").read_text("utf-8")
TARGET = (EXAMPLE / "acme_layers" / "pico.yaml").read_text("utf-8")
WHERE = "from pathlib import Path\n\ndef pico():\n    return Path(__file__).with_name('pico.yaml')\n"


def offer(site: Path, name: str, value: str, files: dict[str, str], group: str = "specc.ops") -> None:
    install(site, "acme", files, {group: {name: value}})


def check(folder: Path, *arguments: str, net: str = NET) -> tuple[str, str]:
    """What is printed by a check that has to fail for a mistake, and not for a bug: the first line, and all of it."""
    (folder / "net.yaml").write_text(net, "utf-8")
    ran = specc(folder / "site", "check", "net.yaml", *arguments, cwd=folder)
    assert ran.code == 1, ran
    assert "Traceback" not in ran.out + ran.err
    return ran.out.splitlines()[0], ran.out


BROKEN = {
    "a module that imports what is not there": (
        "import acme_core\n",
        "cannot be loaded: ModuleNotFoundError: No module named 'acme_core'",
    ),
    "a module that is not Python": ("SCALE = (\n", "cannot be loaded: SyntaxError: '(' was never closed"),
    "a module that ends the program": ("raise SystemExit(0)\n", "cannot be loaded: SystemExit: 0"),
    "a module without the op": ("", "cannot be loaded: AttributeError: module 'acme_ops' has no attribute 'SCALE'"),
    "something else than an op": (
        "SCALE = 'Scale'\n",
        "is no op: `acme_ops:SCALE` is of the type `str`, expected `OpDef`",
    ),
    "an op of another name": (OPS.replace('name="Scale"', 'name="Scaling"'), "calls itself `Scaling`"),
    "an op without a module": (
        OPS.replace("acme_layers.layers", "acme layers; import os"),
        "has no Keras class that can be imported: `acme layers; import os` is not the name of a module",
    ),
    "attributes of no dataclass": (
        OPS.replace("attributes=ScaleAttributes", "attributes=dict"),
        "has attributes that are no dataclass made from `Attributes`",
    ),
    "a field that is no attribute": (
        OPS.replace('attribute(Bool(), True, "Whether a learned offset is added.")', "True"),
        "has a field `use_offset` that is no `attribute(…)`",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_op_that_cannot_be_used_is_reported(name: str, tmp_path: Path) -> None:
    text, reason = BROKEN[name]
    offer(tmp_path / "site", "Scale", "acme_ops:SCALE", {"acme_ops.py": text})
    first, printed = check(tmp_path)
    assert first.startswith(f"error[bad-op]: the op `Scale` of `acme 1.0` {reason}")
    assert "--> net.yaml:3:17" in printed
    assert "help: fix or update `acme 1.0`" in printed


FAILING = {
    "a shape rule that fails": (
        OPS.replace('"""Keeps the shape."""', "return 1 / 0"),
        "fails: ZeroDivisionError: division by zero",
    ),
    "a shape rule that gives no type": (
        OPS.replace("return TensorType(operands[0].shape, compute_dtype(attributes))", "return None"),
        "fails: TypeError: its shape rule gave None, expected a TensorType",
    ),
    "weights that cannot be found": (
        OPS.replace('names = ("factor"', 'raise KeyError("factor")\n    names = ("factor"'),
        "fails: KeyError: 'factor'",
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_an_op_whose_rules_fail_is_reported_at_the_node(name: str, tmp_path: Path) -> None:
    text, reason = FAILING[name]
    offer(tmp_path / "site", "Scale", "acme_ops:SCALE", {"acme_ops.py": text})
    first, printed = check(tmp_path)
    assert first == f"error[bad-op]: `y`: the op `Scale` of `acme 1.0` {reason}"
    assert "--> net.yaml:3:9" in printed
    assert "help: fix or update `acme 1.0`" in printed


@pytest.mark.keras
@pytest.mark.parametrize(
    ("layers", "reason"),
    [
        ({}, "ModuleNotFoundError: No module named 'acme_layers'"),
        ({"acme_layers/layers.py": ""}, "`y`: AttributeError: module 'acme_layers.layers' has no attribute 'Scale'"),
    ],
)
def test_a_layer_that_is_not_there_stops_the_build(layers: dict[str, str], reason: str, tmp_path: Path) -> None:
    offer(tmp_path / "site", "Scale", "acme_ops:SCALE", {"acme_ops.py": OPS, **layers})
    (tmp_path / "net.yaml").write_text(NET, "utf-8")
    ran = specc(tmp_path / "site", "build", "net.yaml", cwd=tmp_path)
    assert ran.code == 1
    assert ran.out.startswith(f"error[build-failed]: {reason}\n")
    assert not (tmp_path / "build").exists()


def test_a_broken_package_is_in_nobody_else_s_way(tmp_path: Path) -> None:
    reason = "the op `Scale` of `acme 1.0` cannot be loaded: ValueError: no; fix or update `acme 1.0`\n"
    offer(tmp_path / "site", "Scale", "acme_ops:SCALE", {"acme_ops.py": "raise ValueError('no')\n"})
    (tmp_path / "net.yaml").write_text(DENSE, "utf-8")
    assert specc(tmp_path / "site", "check", "net.yaml", cwd=tmp_path).code == 0
    assert '"op_Dense"' in specc(tmp_path / "site", "schema", cwd=tmp_path).out
    listed = specc(tmp_path / "site", "list", "ops", cwd=tmp_path)
    assert (listed.code, "Dense " in listed.out, listed.err) == (0, True, reason)
    one = specc(tmp_path / "site", "list", "ops", "Scale", cwd=tmp_path)
    assert (one.code, one.out, one.err) == (1, "", reason)


def test_an_op_that_two_packages_offer_is_reported(tmp_path: Path) -> None:
    for name in ("acme", "other"):
        install(tmp_path / "site", name, {f"{name}_ops.py": OPS}, {"specc.ops": {"Scale": f"{name}_ops:SCALE"}})
    first, printed = check(tmp_path)
    assert first == "error[bad-op]: the op `Scale` is offered by `acme 1.0` and `other 1.0`"
    assert "help: uninstall one of the packages" in printed


def test_no_package_takes_the_place_of_an_op_of_specc(tmp_path: Path) -> None:
    offer(tmp_path / "site", "Dense", "acme_ops:SCALE", {"acme_ops.py": "raise SystemExit('taken over')\n"})
    (tmp_path / "net.yaml").write_text(DENSE, "utf-8")
    assert specc(tmp_path / "site", "check", "net.yaml", cwd=tmp_path).code == 0
    reason = "the op `Dense` of `acme 1.0` is not used: specc has an op of that name; "
    assert specc(tmp_path / "site", "list", "ops", cwd=tmp_path).err.startswith(reason)
    one = specc(tmp_path / "site", "list", "ops", "Dense", cwd=tmp_path)
    assert one.err.startswith(reason)
    assert one.out.startswith("Dense (keras.layers.Dense)")


BROKEN_TARGETS = {
    "a module that is not there": ({}, "cannot be loaded: ModuleNotFoundError: No module named 'acme'"),
    "a file that is not there": ({"acme.py": WHERE}, "cannot be loaded: FileNotFoundError: "),
    "no function": ({"acme.py": "pico = 3\n"}, "cannot be loaded: TypeError: 'int' object is not callable"),
    "a target of another name": (
        {"acme.py": WHERE, "pico.yaml": TARGET.replace("name: pico", "name: nano")},
        "calls itself `nano`",
    ),
}


@pytest.mark.parametrize("name", BROKEN_TARGETS)
def test_a_target_that_cannot_be_used_is_reported(name: str, tmp_path: Path) -> None:
    files, reason = BROKEN_TARGETS[name]
    offer(tmp_path / "site", "pico", "acme:pico", files, "specc.targets")
    first, _ = check(tmp_path, "--target", "pico", net=DENSE)
    assert first.startswith(f"error[bad-target]: target `pico` of `acme 1.0` {reason}")
    listed = specc(tmp_path / "site", "list", "targets", cwd=tmp_path)
    assert (listed.code, "tidl " in listed.out) == (0, True)
    assert reason in listed.err
    assert '"tidl"' in specc(tmp_path / "site", "schema", cwd=tmp_path).out


def test_a_target_file_of_a_package_is_held_against_the_format(tmp_path: Path) -> None:
    files = {"acme.py": WHERE, "pico.yaml": TARGET.replace("layout: nhwc", "layout: nchw")}
    offer(tmp_path / "site", "pico", "acme:pico", files, "specc.targets")
    first, _ = check(tmp_path, "--target", "pico", net=DENSE)
    assert first == 'error[bad-target]: layout: expected `logical` or `nhwc`, found the string "nchw"'


def test_no_package_takes_the_place_of_a_target_of_specc(tmp_path: Path) -> None:
    offer(tmp_path / "site", "tidl", "acme:pico", {}, "specc.targets")
    (tmp_path / "net.yaml").write_text(DENSE, "utf-8")
    assert specc(tmp_path / "site", "check", "net.yaml", "-t", "tidl", cwd=tmp_path).code == 0
    listed = specc(tmp_path / "site", "list", "targets", cwd=tmp_path)
    assert listed.err.startswith("target `tidl` of `acme 1.0` is not used: specc has a target of that name; ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be loaded: AttributeError: module 'acme_lowerings' has no attribute 'LOWERING'"),
        ("LOWERING = print\n", "is none: expected `Lowering`"),
    ],
)
def test_a_lowering_that_cannot_be_used_is_reported(text: str, reason: str, tmp_path: Path) -> None:
    files = {"acme_lowerings.py": text}
    offer(tmp_path / "site", "scale_to_depthwise", "acme_lowerings:LOWERING", files, "specc.lowerings")
    (tmp_path / "pico.yaml").write_text(TARGET, "utf-8")
    first, _ = check(tmp_path, "--target", "pico.yaml", net=DENSE)
    assert first == f"error[bad-target]: target `pico`: the lowering `scale_to_depthwise` of `acme 1.0` {reason}"


EVIL = "from pathlib import Path\n\nPath(__file__).with_suffix('.ran').touch()\nOP = run = None\n"
LOADERS = {
    "a module as an op": "nodes: {y: {op: evil}}\n",
    "a member of a module as an op": "nodes: {y: {op: evil.OP}}\n",
    "an entry point as an op": "nodes: {y: {op: 'evil:OP'}}\n",
    "an op in Python": "nodes: {y: {op: '__import__(\"evil\")'}}\n",
    "an expression that imports": "nodes: {y: {op: Dense, units: '${__import__(\"evil\")}'}}\n",
    "an expression that calls": "nodes: {y: {op: Dense, units: '${evil.run()}'}}\n",
    "a tag": "nodes: {y: !!python/module:evil {op: Dense, units: 2}}\n",
    "a tag that calls": "nodes: {y: {op: Dense, units: !!python/object/apply:evil.run []}}\n",
    "an initializer from a module": "nodes: {y: {op: Dense, units: 2, kernel_initializer: evil.OP}}\n",
    "an activation from a module": "nodes: {y: {op: Dense, units: 2, activation: evil.run}}\n",
    "a loss from a module": "nodes: {y: {op: Dense, units: 2}}\ntraining: {optimizer: adam, loss: evil.run}\n",
    "a module as a target": "nodes: {y: {op: Dense, units: 2}}\nbudget: {targets: [evil]}\n",
    "an entry point as a target": "nodes: {y: {op: Dense, units: 2}}\nbudget: {targets: ['evil:run']}\n",
    "a file of Python as a target": "nodes: {y: {op: Dense, units: 2}}\nbudget: {targets: [./evil.py]}\n",
    "a lowering of a target file": "nodes: {y: {op: Dense, units: 2}}\nbudget: {targets: [./evil.yaml]}\n",
    "ops of its own": "nodes: {y: {op: Dense, units: 2}}\nops: {Scale: 'evil:OP'}\n",
}


def test_a_spec_cannot_load_code(tmp_path: Path) -> None:
    """The module is on Python's path and beside the specs, and the right entry point would find it."""
    site = tmp_path / "site"
    offer(site, "Evil", "evil:OP", {"evil.py": EVIL})
    (tmp_path / "evil.py").write_text(EVIL, "utf-8")
    (tmp_path / "evil.yaml").write_text(TARGET.replace("scale_to_depthwise", "evil"), "utf-8")
    names = [f"{name.replace(' ', '-')}.yaml" for name in LOADERS]
    for name, text in zip(names, LOADERS.values(), strict=True):
        (tmp_path / name).write_text(f"specc: 1\ninputs: {{x: [3]}}\n{text}outputs: y\n", "utf-8")
    ran = specc(site, "check", *names, cwd=tmp_path)
    assert ran.code == 1
    assert not [name for name in names if f"--> {name}:" not in ran.out]
    assert not list(tmp_path.rglob("*.ran"))


def test_the_module_of_these_tests_would_be_seen_to_run(tmp_path: Path) -> None:
    offer(tmp_path / "site", "Evil", "evil:OP", {"evil.py": EVIL})
    first, _ = check(tmp_path, net=NET.replace("Scale", "Evil"))
    assert first.startswith("error[bad-op]: the op `Evil` of `acme 1.0` is no op")
    assert list(tmp_path.rglob("*.ran"))
