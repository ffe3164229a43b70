"""Each constraint of specc's own targets can be met and can fail, whatever the others say: a node shows both.

The witnesses are in `witnesses/<target>.yaml`, and lowering itself judges them. A constraint that no node meets without
another one failing makes what it allows impossible; one that never fails alone says nothing that others do not.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from specc.diagnostics import Diagnostics
from specc.driver import check_source
from specc.lowering import lower
from specc.source import Source
from specc.spec.expressions import evaluate
from specc.targets import Target, Violation, load
from specc.targets._model import Constraint

ROOT = Path(__file__).parents[2]
ALL_OPS = "all ops"


@dataclass(frozen=True)
class Judged(Target):
    """A target that keeps the facts of every node it judges, with the constraints that the node does not meet."""

    log: list[tuple[Mapping[str, Any], list[str]]] = field(default_factory=list[Any], compare=False)

    def violations(self, facts: Mapping[str, Any]) -> list[Violation]:
        found = super().violations(facts)
        self.log.append(({**facts, **self.chosen}, [one.id for one in found]))
        return found


def constraints(target: Target) -> Iterator[tuple[str, Constraint]]:
    yield from ((ALL_OPS, one) for one in target.constraints)
    yield from ((op, one) for op, rows in target.ops.items() for one in rows)


TARGETS = {path.stem: load(path.stem) for path in sorted((ROOT / "specc/targets").glob("*.yaml"))}
EVERY = [(name, op, one.id) for name, target in TARGETS.items() for op, one in constraints(target)]
BY_CONSTRAINT = pytest.mark.parametrize(("name", "op", "id"), EVERY, ids=["-".join(one) for one in EVERY])


def witnesses(name: str) -> dict[str, dict[str, dict[str, Any]]]:
    path = Path(__file__).parent / f"witnesses/{name}.yaml"
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}


def constraint(name: str, op: str, id: str) -> Constraint:
    return next(one for owner, one in constraints(TARGETS[name]) if (owner, one.id) == (op, id))


def listed(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else [value]


def judge(name: str, witness: dict[str, Any]) -> tuple[Judged, Diagnostics]:
    """The target after it judged a network of one node."""
    node = {key: value for key, value in witness.items() if key not in ("inputs", "options")}
    inputs = {f"x{at}": shape for at, shape in enumerate(witness.get("inputs", [[8, 8, 4]]))}
    node["from"] = list(inputs) if len(inputs) > 1 else "x0"
    spec = {"specc": 1, "inputs": inputs, "nodes": {"y": node}, "outputs": "y"}
    checked = check_source(Source("net.yaml", json.dumps(spec)))
    assert checked.graph is not None and checked.ok, [one.message for one in checked.diagnostics]
    target = TARGETS[name]
    chosen = {**target.chosen, **witness.get("options", {})}
    known = {one.name: getattr(target, one.name) for one in fields(target)}
    judged = Judged(**{**known, "chosen": chosen})
    diagnostics = Diagnostics()
    lower(checked.graph, checked.types, judged, diagnostics)
    return judged, diagnostics


@pytest.mark.parametrize("name", TARGETS)
def test_the_witnesses_are_those_of_the_constraints(name: str) -> None:
    found = [(op, id) for op, rows in witnesses(name).items() for id in rows]
    assert found == [(op, one.id) for op, one in constraints(TARGETS[name])]


@BY_CONSTRAINT
def test_a_node_that_meets_the_constraint_is_legal(name: str, op: str, id: str) -> None:
    rule = constraint(name, op, id)
    legal: list[Mapping[str, Any]] = []
    for witness in listed(witnesses(name)[op][id]["legal"]):
        judged, diagnostics = judge(name, witness)
        assert not diagnostics.finish(), witness
        met = [facts for facts, ids in judged.log if not ids and facts["op"] == witness["op"] and applies(rule, facts)]
        assert met, f"{witness} is not legal as it is, or `when` does not hold"
        legal += met
    for fact, value in alternatives(rule.require):
        assert any(facts[fact] == value for facts in legal), f"no witness has {fact} {value}"


@BY_CONSTRAINT
def test_a_node_is_illegal_by_the_constraint_alone(name: str, op: str, id: str) -> None:
    for witness in listed(witnesses(name)[op][id]["illegal"]):
        judged, diagnostics = judge(name, witness)
        assert [id] in [ids for _, ids in judged.log], judged.log
        found = diagnostics.finish()  # none where a lowering makes it legal
        assert not found or [f"constraint `{id}`" in note for one in found for note in one.notes[:1]] == [True]


def applies(rule: Constraint, facts: Mapping[str, Any]) -> bool:
    return not rule.when or bool(evaluate(rule.when, facts))


def alternatives(require: str) -> list[tuple[str, str]]:
    """The words that a condition lists for a fact: `window in ('2x2s2', '3x3s2')`. Each has to be possible."""
    return [
        (node.left.id, item.value)
        for node in ast.walk(ast.parse(require, mode="eval"))
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and isinstance(node.ops[0], ast.In)
        for item in ast.walk(node.comparators[0])
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]
