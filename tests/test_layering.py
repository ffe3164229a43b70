"""The one-way flow: a layer imports itself and what stands below it. Read from the imports, wherever they stand."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "specc"
LAYERS = (
    "source", "proof", "diagnostics", "ir", "ops", "spec", "analysis", "passes", "targets", "lowering", "emit",
    "driver", "cli",
)  # fmt: skip
EVERYWHERE = ("specc._version",)
PUBLIC = ("__init__.py", "_version.py", "__main__.py")  # the API above all layers, and what all may know
ONE_FILE = {"tensorflow": "TensorFlow", "keras": "TensorFlow", "networkx": "networkx"}


def imports(path: Path, package: str) -> Iterator[tuple[int, str]]:
    """Each (line, module) that a file imports, relative names resolved; `importlib` with a written name counts."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*parents, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            name = node.args[0].values[0] if isinstance(node.args[0], ast.JoinedStr) else node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield node.lineno, name.value


def violations(package: Path) -> list[str]:
    """Everything in a tree of modules that breaks the rules, as sentences."""
    found: list[str] = []
    importers: dict[str, set[str]] = {}
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package)
        if not ast.get_docstring(ast.parse(path.read_text("utf-8"))):
            found.append(f"{place} opens without a docstring")
        layer = place.parts[0].removesuffix(".py")
        public = place.as_posix() in PUBLIC
        if not public and layer not in LAYERS:
            found.append(f"{place} stands in no layer")
            continue
        for line, name in imports(path, ".".join(["specc", *place.parts[:-1]])):
            root, _, rest = name.partition(".")
            if root in ONE_FILE:
                importers.setdefault(ONE_FILE[root], set()).add(place.as_posix())
            if root != "specc" or public or name.startswith(EVERYWHERE):
                continue
            other = rest.split(".")[0]
            if other not in LAYERS:
                found.append(f"{place}:{line} imports the public API (`{name}`)")
            elif LAYERS.index(other) > LAYERS.index(layer):
                found.append(f"{place}:{line} imports upwards: {layer} -> {other}")
    if len(importers.get("TensorFlow", ())) > 1:
        found.append(f"TensorFlow is imported in several files: {', '.join(sorted(importers['TensorFlow']))}")
    if others := importers.get("networkx", set()) - {"ir/topology.py"}:
        found.append(f"networkx is imported outside of ir/topology.py: {', '.join(sorted(others))}")
    return found


def test_the_oracle_shares_no_code_with_the_compiler() -> None:
    """It imports the reading of YAML and nothing else; and only what compares builds with it imports the oracle."""
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        place = path.relative_to(PACKAGE)
        for _, name in imports(path, ".".join(["specc", *place.parts[:-1]])):
            if name.startswith("specc."):
                found.setdefault(place.parts[0], set()).add(name.split(".")[1])
    assert found["proof"] <= {"proof", "source"}
    assert [layer for layer, others in found.items() if "proof" in others and layer != "proof"] == ["emit"]


def test_every_layer_imports_downwards() -> None:
    assert violations(PACKAGE) == []


def plant(root: Path, **files: str) -> Path:
    """A package with the given modules; `__` in a name is a folder."""
    for name, text in files.items():
        path = root / "specc" / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root / "specc"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"""."""\nfrom specc.ops import _registry', "ir/x.py:2 imports upwards: ir -> ops"),
        ('"""."""\nimport specc.driver', "ir/x.py:2 imports upwards: ir -> driver"),
        ('"""."""\nfrom specc import cli', "ir/x.py:2 imports upwards: ir -> cli"),
        ('"""."""\nfrom ..spec.decode import decode', "ir/x.py:2 imports upwards: ir -> spec"),
        ('"""."""\nfrom .. import emit', "ir/x.py:2 imports upwards: ir -> emit"),
        ('"""."""\ndef f():\n    import specc.passes.prune', "ir/x.py:3 imports upwards: ir -> passes"),
        ('"""."""\nimportlib.import_module(f"specc.ops.{name}")', "ir/x.py:2 imports upwards: ir -> ops"),
        ('"""."""\nfrom specc import check', "ir/x.py:2 imports the public API (`specc.check`)"),
        ('"""."""\nimport networkx as nx', "networkx is imported outside of ir/topology.py: ir/x.py"),
        ("import re", "ir/x.py opens without a docstring"),
    ],
)
def test_a_planted_violation_is_caught(tmp_path: Path, text: str, found: str) -> None:
    assert violations(plant(tmp_path, ir__x=text)) == [found]


def test_a_module_outside_of_the_layers_is_caught(tmp_path: Path) -> None:
    planted = plant(tmp_path, helpers='"""."""', utils__text='"""."""')
    assert violations(planted) == ["helpers.py stands in no layer", "utils/text.py stands in no layer"]


def test_a_second_file_with_tensorflow_is_caught(tmp_path: Path) -> None:
    first, second = '"""."""\ndef f():\n    import keras', '"""."""\nfrom tensorflow.lite import Interpreter'
    assert violations(plant(tmp_path, emit__runtime=first)) == []
    assert violations(plant(tmp_path, emit__runtime=first, ops__dense=second)) == [
        "TensorFlow is imported in several files: emit/runtime.py, ops/dense.py"
    ]


def test_what_is_allowed_is_not_reported(tmp_path: Path) -> None:
    text = (
        '"""."""\nimport json\nfrom specc._version import __version__\nfrom specc.ir.graph import Graph\n'
        "from specc.source import Span\nfrom .graph import Node\nfrom . import types\n"
    )
    api = '"""."""\nfrom specc.driver import check'
    assert violations(plant(tmp_path, ir__x=text, __init__=api, ir__topology='"""."""\nimport networkx')) == []


def test_no_module_loads_tensorflow_when_it_is_imported() -> None:
    files = (path.relative_to(PACKAGE.parent).with_suffix("") for path in PACKAGE.rglob("*.py"))
    modules = sorted(".".join(file.parts).removesuffix(".__init__") for file in files if file.name != "__main__")
    lines = [f"import {module}" for module in modules]
    script = "\n".join([*lines, "import sys", "print({'tensorflow', 'keras'} & set(sys.modules))"])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("set()", "")
