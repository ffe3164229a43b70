"""The emitted modules as they stand in git: byte for byte, readable, typed, and of use where there is no specc.

`python -m tests.regenerate` writes them anew.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from specc.driver import check
from specc.emit import module_text
from specc.emit.naming import RESERVED
from tests.emit.goldens import FOLDER, nets, sources
from tests.nets import ROOT, SPECS, Net

SOURCES = sources()
NAMES = sorted(SOURCES)
BY_NAME = pytest.mark.parametrize("name", NAMES)


def test_no_golden_is_missing_or_stale() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.py")) == NAMES
    assert len(NAMES) == sum(len(net.targets) for net in nets())


@BY_NAME
def test_the_module_is_what_it_was(name: str) -> None:
    """If the change is meant: `python -m tests.regenerate`, and read the difference."""
    net, target = SOURCES[name]
    assert net.module_text(target) == (FOLDER / name).read_text(encoding="utf-8")


def test_goldens_pass_the_linter() -> None:
    rules = "E,F,W,I,UP,B,C4,SIM,PIE,RET,D100,PLC,PLE,PLW,RUF"
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "120", "--target-version", "py311"]
    ignored = "RUF001,RUF002,RUF003"  # typographic characters in what the user wrote
    found = subprocess.run(
        [*command, "--select", rules, "--ignore", ignored, str(FOLDER)], capture_output=True, check=False, text=True
    )
    assert found.returncode == 0, found.stdout


@pytest.mark.slow
def test_goldens_pass_the_type_checker(tmp_path: Path) -> None:
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed")
    settings = {
        "typeCheckingMode": "basic",
        "pythonVersion": "3.11",
        # Keras states no types. What pyright infers from its source is wrong: `Input` gives None or a list,
        # and an argument whose default is a name takes only `str`.
        "reportArgumentType": "none",
        "reportCallIssue": "none",
        "reportOptionalSubscript": "none",
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    for name in NAMES:
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "pyright", "--project", str(tmp_path), "--pythonpath", sys.executable]
    found = subprocess.run(command, capture_output=True, check=False, text=True)
    assert found.returncode == 0, found.stdout


@BY_NAME
def test_every_function_says_its_types_and_what_it_does(name: str) -> None:
    tree = ast.parse((FOLDER / name).read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    public = 0
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.kwarg, node.args.vararg]
        untyped = [one.arg for one in given if one is not None and one.annotation is None and one.arg != "self"]
        assert not untyped, f"{node.name}: {untyped}"
        assert node.returns is not None, node.name
        if node in tree.body and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name
            public += 1
    assert public >= 5


@BY_NAME
def test_no_variable_can_take_a_name_of_the_module(name: str) -> None:
    """Else a node of that name would stand in the way of the function."""
    own: set[str] = set()
    for node in ast.parse((FOLDER / name).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            if not (ast.get_docstring(node) or "").startswith("The block "):  # those are told to the names one by one
                own.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            own |= {alias.asname or alias.name for alias in node.names}
        else:
            own |= {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    assert "build_model" in own and own <= RESERVED


@BY_NAME
def test_a_module_knows_nothing_of_specc_nor_of_when_and_where(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    imported = {
        (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.Import, ast.ImportFrom))
    }
    assert imported <= {"__future__", "collections.abc", "math", "pathlib", "sys", "typing", "keras", "numpy"}
    for word in (str(ROOT), str(Path.home()), ".yaml", "/tmp"):
        assert word not in text, word
    assert not re.search(r"\b20\d\d-\d\d|\d\d:\d\d", text)


CLEAN = """
import importlib.abc, importlib.util, json, sys
from pathlib import Path

class Forbidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "specc":
            raise ImportError("specc is not here")

sys.meta_path.insert(0, Forbidden())
try:
    import specc
except ImportError:
    pass
else:
    raise SystemExit("specc can be imported")

import keras
import numpy as np

def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module

def drawn(random, weight):
    # values that keep a signal alive through many convolutions
    if len(weight.shape) == 4:
        terms = np.prod(weight.shape[:3] if weight.shape[3] > 1 else weight.shape[:2])
        return random.normal(0.0, 1.4 / np.sqrt(terms), weight.shape)
    shift = {"gamma": 0.5, "moving_variance": 0.0}.get(weight.name, -0.45)
    return random.uniform(0.1, 0.9, weight.shape) + shift

def outputs(module, model, inputs):
    found = module.restore_outputs(model(module.adapt_inputs(inputs), training=False))
    return found if isinstance(found, dict) else {module.OUTPUTS[0].name: found}

report = {}
folder = Path(sys.argv[1])
for path in sorted(folder.glob("*_tidl.py")):
    reference, other = load(path.with_name(path.name.replace("_tidl.py", "_keras.py"))), load(path)
    random = np.random.default_rng(0)
    count = 1 if reference.SPEC == "batchnorm_2d" else 3
    inputs = {one.name: random.normal(size=(count, *one.logical)).astype(one.dtype) for one in reference.INPUTS}
    model, twin = reference.build_model(), other.build_model(batch_size=count)
    for weight in model.weights:
        weight.assign(drawn(random, weight))
    other.load_reference_weights(twin, model)
    one, two = outputs(reference, model, inputs), outputs(other, twin, inputs)
    assert list(one) == list(two) == [tensor.name for tensor in reference.OUTPUTS]
    error = max(float(np.abs(one[key] - two[key]).max() / np.abs(one[key]).max()) for key in one)
    spread = min(float(np.std(one[key])) for key in one)
    moved = None
    if hasattr(reference, "compile_model"):
        moved = []
        for module, network in ((reference, model), (other, twin)):
            labels = {
                one.name: random.integers(0, 2, (count, *one.logical)).astype(one.dtype) for one in module.TARGETS
            }
            before = [np.array(weight.numpy()) for weight in network.trainable_weights]
            module.compile_model(network)
            options = {key: value for key, value in module.fit_options().items() if key == "shuffle"}
            x, y = module.adapt_inputs(inputs), module.adapt_targets(labels)
            network.fit(x, y, batch_size=count, verbose=0, **options)
            after = [weight.numpy() for weight in network.trainable_weights]
            moved.append(any(not np.array_equal(a, b) for a, b in zip(before, after)))
    report[reference.SPEC] = [error, spread, moved]
print(json.dumps(report))
"""


@pytest.mark.keras
def test_goldens_run_where_there_is_no_specc(tmp_path: Path) -> None:
    """In an interpreter of their own, all pairs of builds give equal outputs, and those with training train."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    found = subprocess.run(
        [sys.executable, "-I", "-c", CLEAN, str(FOLDER)],
        capture_output=True,
        check=False,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    report = json.loads(found.stdout.strip().splitlines()[-1])
    assert sorted(report) == sorted(net.name for net in nets() if "tidl" in net.targets)
    for name, (error, spread, moved) in report.items():
        assert error < 1e-5 and spread > 1e-4, (name, error, spread)
        trains = "def compile_model" in (FOLDER / f"{name}_keras.py").read_text(encoding="utf-8")
        assert moved == ([True, True] if trains else None), name


TEXTS = """
import hashlib, json, sys
from specc.driver import check
from specc.emit import module_text

found = {}
for path in sys.argv[1:]:
    checked = check(path)
    if not checked.lowered:  # its budget names no targets
        checked = check(path, targets=["keras", "tidl"])
    for name, lowered in checked.lowered.items():
        text = module_text(checked.spec, lowered, checked.targets[name])
        found[f"{checked.spec.name}_{name}"] = hashlib.sha256(text.encode()).hexdigest()
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
print(json.dumps(found))
"""


def texts(seed: str, folder: Path, paths: list[str]) -> dict[str, str]:
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", TEXTS, *paths]
    found = subprocess.run(command, capture_output=True, check=False, text=True, cwd=folder, env=environment)
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


@pytest.mark.slow
def test_the_same_spec_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    """Two hash seeds, two working directories, the files by relative and by absolute path, and under another name."""
    names = sorted(path.name for path in SPECS.glob("*.yaml"))
    expected = texts("1", ROOT, [f"specs/{name}" for name in names])
    all_nets = [Net(path.stem) for path in SPECS.glob("*.yaml")]
    assert expected.keys() == {f"{net.name}_{target}" for net in all_nets for target in net.targets}
    assert texts("77", tmp_path, [str(SPECS / name) for name in names]) == expected
    (tmp_path / "other.yaml").write_bytes((SPECS / "n1n2n3.yaml").read_bytes())
    assert texts("3", tmp_path, ["other.yaml"]).items() <= expected.items()


def test_another_spec_gives_other_bytes(tmp_path: Path) -> None:
    """Even a comment does: the module says which text it was made from."""
    path = tmp_path / "boston_dense.yaml"
    path.write_bytes((SPECS / "boston_dense.yaml").read_bytes() + b"# a word more\n")
    checked = check(path, targets=["keras"])
    assert checked.spec is not None
    text = module_text(checked.spec, checked.lowered["keras"], checked.targets["keras"])
    golden = (FOLDER / "boston_dense_keras.py").read_text(encoding="utf-8")
    before, after = golden.splitlines(), text.splitlines()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 2  # the digest in the header and in SPEC_SHA256
