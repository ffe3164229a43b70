"""A spec run by the oracle, and its keras build run with the same weights on the same inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from specc.analysis.trials import trials
from specc.driver import Checked, check
from specc.emit import module_text, node_values, runtime, verify
from specc.emit.expected import Expected, Subject, expect
from specc.emit.facts import contradictions
from specc.emit.node_values import NodeValues
from specc.emit.runtime import Array


@dataclass(frozen=True)
class Pair:
    """Both sides: what is expected, and what the keras build gives."""

    expected: Expected
    facts: list[str]
    values: NodeValues
    outputs: dict[str, Array]


def subject(checked: Checked) -> Subject:
    assert checked.spec is not None and checked.graph is not None
    return Subject(checked.source, checked.spec.overrides, checked.graph)


def pair(path: Path, overrides: Mapping[str, str] | None = None) -> Pair:
    checked = check(path, targets=["keras"], overrides=overrides)
    assert checked.spec is not None and checked.graph is not None, checked.diagnostics
    expected = expect(subject(checked), trials(checked.graph)[0])
    module = runtime.load_module(module_text(checked.spec, checked.lowered["keras"], checked.targets["keras"]), "pair")
    model = runtime.build(module)
    facts = [one.message for one in contradictions(expected, module, model)]
    expected.give_weights(model)
    values = node_values.of_graph(module, model, checked.graph, expected.inputs)
    return Pair(expected, facts, values, verify.run(module, model, expected.inputs))
