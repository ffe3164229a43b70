"""A checked and lowered spec into the text of its module: readable, formatted, typed, without an import of specc."""

from __future__ import annotations

from specc._version import __version__
from specc.analysis.keras_version import needed_version
from specc.emit import contract, fills, training, weights
from specc.emit._literals import literal
from specc.emit._modules import modules
from specc.emit.code import LINE_LENGTH, Code
from specc.emit.model import ModelWriter, uses_ops
from specc.lowering import Lowered
from specc.source import escape
from specc.spec import Spec
from specc.targets import Target


def module_text(spec: Spec, lowered: Lowered, target: Target) -> str:
    """The module of a spec for a target. The same input gives the same bytes."""
    import black  # slow to import, and `check` never formats

    return black.format_str(plain_text(spec, lowered, target), mode=black.Mode(line_length=LINE_LENGTH))


def plain_text(spec: Spec, lowered: Lowered, target: Target) -> str:
    """The module before it is formatted, which takes longer than all the rest."""
    code = Code()
    _header(spec, lowered, target, code)
    _imports(lowered, code)
    code.add(f"SPEC = {escape.quoted(spec.name)}")
    code.add(f"SPEC_SHA256 = {escape.quoted(spec.source.sha256)}")
    code.add(f"TARGET = {escape.quoted(target.name)}")
    code.add(contract.tensor_class(lowered))
    contract.write_contract(spec, lowered, code)
    code.comment("the keras build's weights and their shapes, and layers that were renamed since")
    code.add(f"REFERENCE: dict[str, tuple[int, ...]] = {weights.reference(lowered)}")
    code.add(f"RENAMED: dict[str, str] = {weights.renamed(spec)}")
    parts = weights.parts(lowered)
    if parts:
        code.comment("the weights of layers that have layers inside them, in the order of Keras")
        code.add(f"PARTS: dict[str, tuple[str, ...]] = {literal(parts)}")
    code.add()
    ModelWriter(lowered.graph, lowered.types, code).write()
    code.add(contract.helpers(spec, lowered))
    weights.write_weights(spec, lowered, code)
    code.add()
    training.write_training(spec, lowered, code)
    code.add(weights.helpers(lowered))
    if fills.uses_fill(lowered.graph):
        code.add(fills.helpers(lowered.graph, lowered.types))
    return str(code)


def _header(spec: Spec, lowered: Lowered, target: Target, code: Code) -> None:
    doc = spec.doc.strip() or f"The network {spec.name}."
    lines = [doc, "", f"Built by specc {__version__} for the target {target.name} from the spec {spec.name}."]
    lines.append(f"Needs Keras {needed_version(lowered.graph, spec.training)} or newer.")
    if spec.overrides:
        lines.append("Parameters set: " + ", ".join(f"{name}={value}" for name, value in spec.overrides.items()) + ".")
    if target.chosen:
        lines.append("Options: " + ", ".join(f"{name} {value}" for name, value in target.chosen.items()) + ".")
    code.docstring(*lines, f"Spec SHA-256: {spec.source.sha256}")


def _imports(lowered: Lowered, code: Code) -> None:
    graph = lowered.graph
    code.add("from __future__ import annotations")
    code.add()
    if fills.needs_math(graph, lowered.types):
        code.add("import math")
    code.add("import sys")
    code.add("from collections.abc import Mapping")
    code.add("from pathlib import Path")
    code.add("from typing import Any, NamedTuple")
    code.add()
    for name in sorted(["keras", "numpy", *modules(node.op for node in graph.nodes)]):
        code.add("import numpy as np" if name == "numpy" else f"import {escape.dotted(name)}")
    code.add("from keras import layers, ops" if uses_ops(graph) else "from keras import layers")
    code.add()
