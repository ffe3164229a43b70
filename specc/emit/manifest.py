"""The manifest of a build: contract, weights with their transforms, costs, evidence of legality, hashes of the files.

Nothing in it depends on when or where the build ran.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from specc._version import __version__
from specc.analysis.costs import Costs
from specc.emit.naming import weight_name
from specc.emit.runtime import TFLiteFile, digest
from specc.emit.verify import TOLERANCE
from specc.ir.sizes import is_known
from specc.lowering import Lowered, Pad, Reshape, Slice, Value
from specc.spec import Spec
from specc.targets import Constraint, Target

VERSION = 1


def manifest(
    spec: Spec,
    file: str | None,
    target: Target,
    lowered: Lowered,
    costs: Costs,
    lowered_costs: Costs,
    files: Mapping[str, bytes],
    tflite: TFLiteFile | None,
    versions: Mapping[str, str],
    verified: bool,
) -> bytes:
    """The manifest as JSON text; `file` is the name of the spec's file, without its folder."""
    content: dict[str, Any] = {
        "manifest": VERSION,
        "specc": __version__,
        "spec": {"name": spec.name, "file": file, "sha256": spec.source.sha256, "set": spec.overrides},
        "target": {"name": target.name, "options": dict(target.chosen)},
        "inputs": [_tensor(name, value) for name, value in lowered.inputs.items()],
        "outputs": [_tensor(name, value) for name, value in lowered.outputs.items()],
        "weights": [
            {
                "weight": weight_name(one),
                "shape": list(one.shape),
                "from": weight_name(one.source),
                "steps": [_step(step) for step in one.source.steps],
            }
            for one in lowered.weights
        ],
        "costs": {"spec": _costs(costs), "target": _costs(lowered_costs)},
        "legality": _legality(lowered, target),
        "file_operators": dict(tflite.operators) if tflite else None,
        "verified": {"against": "keras", "tolerance": TOLERANCE} if verified else None,
        "versions": dict(sorted(versions.items())),
        "files": {name: {"sha256": digest(data), "bytes": len(data)} for name, data in sorted(files.items())},
    }
    return (json.dumps(content, indent=2) + "\n").encode()


def _tensor(name: str, value: Value) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "logical": [_size(one) for one in value.logical.shape],
        "physical": [_size(one) for one in value.type.shape],
        "dtype": value.type.dtype,
    }
    if value.views:
        found["views"] = [{"reshape": list(one.shape), "transpose": list(one.order)} for one in value.views]
    return found | ({"activation": value.host} if value.host else {})


def _size(size: int) -> int | str:
    """A number, or the text of a size that only the data will tell."""
    return size if is_known(size) else str(size)


def _step(step: Reshape | Slice | Pad) -> dict[str, Any]:
    match step:
        case Reshape(shape):
            return {"reshape": list(shape)}
        case Slice(axis, start, stop):
            return {"slice": {"axis": axis, "start": start, "stop": stop}}
        case Pad(amounts):
            return {"pad": [list(one) for one in amounts]}


def _costs(costs: Costs) -> dict[str, int | str]:
    return {
        "parameters": costs.parameters,
        "trainable": costs.trainable,
        "macs": _size(costs.macs),
        "macs_unrolled": _size(costs.macs_unrolled),
        "activation_bytes": _size(costs.activation_bytes),
        "activation_bytes_unrolled": _size(costs.activation_bytes_unrolled),
    }


def _legality(lowered: Lowered, target: Target) -> list[dict[str, Any]]:
    """For each op of the lowered graph, the constraints that all of its nodes met, and where each comes from."""
    ops = sorted({node.op for node in (*lowered.graph.inputs, *lowered.graph.nodes)})
    return [
        {
            "op": op,
            "nodes": [node.name for node in (*lowered.graph.inputs, *lowered.graph.nodes) if node.op == op],
            "constraints": [_constraint(one, target) for one in (*target.constraints, *target.ops.get(op, ()))],
        }
        for op in ops
    ]


def _constraint(one: Constraint, target: Target) -> dict[str, str]:
    return {"id": one.id, "source": target.cite(one.source)}
