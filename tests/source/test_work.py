"""What a check may cost grows with the text: a long network is checked, and one that multiplies is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import yaml

from specc.driver import Checked, check_source
from specc.source import Source, work
from specc.source.compose import LOADER
from tests.benchmarks.generator import generate

_MANY = 2_000
_EVENTS = (yaml.ScalarEvent, yaml.AliasEvent, yaml.CollectionStartEvent)


def _nodes(node: Callable[[int], str], params: str = "{}") -> str:
    rows = "".join(f"  n{at}: {node(at)}\n" for at in range(_MANY))
    return f"specc: 1\ninputs: {{x: [4]}}\nparams: {params}\nnodes:\n{rows}outputs: n{_MANY - 1}\n"


def _params(count: int) -> str:
    rows = "".join(f'  p{at}: "${{p{at - 1} + 1}}"\n' for at in range(1, count))
    last = f'"${{p{count - 1}}}"'
    nodes = f"nodes: {{n: {{op: Dense, units: {last}}}}}\noutputs: n\n"
    return f"specc: 1\ninputs: {{x: [4]}}\nparams:\n  p0: 1\n{rows}{nodes}"


WRITTEN_OUT = {
    "a mixed network": generate(_MANY),
    "short nodes": _nodes(lambda _: "{op: ReLU}"),
    "calls": _nodes(lambda at: "{call: n0}" if at else "{op: Dense, units: 4}"),
    "conditions": _nodes(lambda at: f'{{op: ReLU, when: "${{depth > {at % 7}}}"}}', "{depth: 9}"),
    "expressions": _nodes(lambda at: f'{{op: Dense, units: "${{width + {at % 7} - 3 * (2 - 1)}}"}}', "{width: 9}"),
    "lists": _nodes(lambda at: f"{{op: Add, from: [x, {', '.join(['x'] * (at % 9 + 1))}]}}"),
    "parameters": _params(_MANY),
}


def _checked(text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Checked, int]:
    """The check of a text, and the work that it took."""
    charged = 0
    charge = work.charge

    def counting(units: int) -> None:
        nonlocal charged
        charged += units
        charge(units)

    monkeypatch.setattr(work, "charge", counting)
    return check_source(Source("net.yaml", text)), charged


@pytest.mark.parametrize("name", WRITTEN_OUT)
def test_what_is_written_out_is_below_the_limit_at_any_length(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = WRITTEN_OUT[name]
    checked, charged = _checked(text, monkeypatch)
    assert "work-limit" not in {one.code for one in checked.diagnostics}
    values = sum(isinstance(event, _EVENTS) for event in yaml.parse(text, Loader=LOADER))
    assert 0 < charged < work.PER_VALUE * values


def test_what_multiplies_does_not_get_more_for_the_values_of_its_aliases(monkeypatch: pytest.MonkeyPatch) -> None:
    aliases = "".join(f"  a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 10)}]\n" for at in range(1, 5))
    text = f"specc: 1\nparams:\n  a0: &a0 [1, 1]\n{aliases}"
    _, charged = _checked(text, monkeypatch)
    assert charged > 20_000
    allowed: list[int] = []
    monkeypatch.setattr(work, "allow", allowed.append)
    check_source(Source("net.yaml", text))
    assert allowed[0] < 100


@pytest.mark.slow
def test_twenty_thousand_nodes_are_checked() -> None:
    assert check_source(Source("net.yaml", generate(20_000))).diagnostics == ()
