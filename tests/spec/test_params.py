"""Parameters: defaults, types, what overrides them, and what expressions make of the document."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specc.source import Scalar, Source, compose
from specc.spec.params import only_param
from tests.checks import check_text, codes, right

NET = """
    specc: 1
    params: {{{params}}}
    doc: {doc}
    inputs: {{features: [13]}}
    nodes: {{out: {{op: Dense, units: {units}}}}}
    outputs: out
"""


def net(params: str = "", units: str = "1", doc: str = "none") -> str:
    return NET.format(params=params, units=units, doc=doc)


def value(params: str, overrides: dict[str, str] | None = None) -> Any:
    """The value of the parameter `p`."""
    checked = right(net(params, doc='"v ${p}"'), overrides=overrides)
    assert checked.spec is not None
    return checked.spec.params["p"].value


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ("p: 5", 5),
        ("p: 0.5", 0.5),
        ("p: true", True),
        ("p: relu", "relu"),
        ('p: "5"', "5"),
        ("p: [3, 3]", (3, 3)),
        ("p: [[1, 2.5], relu]", ((1, 2.5), "relu")),
        ("p: {default: 5}", 5),
        ("p: {default: 5, type: int, doc: how many}", 5),
        ("p: {default: 5, type: float}", 5),
        ("p: {default: false, type: bool}", False),
        ("p: {default: a, type: str}", "a"),
        ('w: 4, p: "${2 * w}"', 8),
        ('w: 4, p: "n${w}"', "n4"),
        ('w: 4, p: ["${w}", "${w + 1}"]', (4, 5)),
        ('w: [1, 2], p: "${w}"', (1, 2)),
        ('w: 4, p: {default: "${w}", type: int}', 4),
    ],
)
def test_a_default_has_its_value(params: str, expected: Any) -> None:
    assert value(params) == expected
    assert type(value(params)) is type(expected)


@pytest.mark.parametrize(
    ("params", "given_text", "expected"),
    [
        ("p: 5", "7", 7),
        ("p: 5", "-7", -7),
        ("p: 5", "0x10", 16),
        ("p: 0.5", "2", 2.0),
        ("p: 0.5", "1e-3", 0.001),
        ("p: true", "false", False),
        ("p: relu", "tanh", "tanh"),
        ("p: relu", "5", "5"),
        ("p: relu", "true", "true"),
        ("p: relu", "${x}", "${x}"),
        ("p: relu", "", ""),
        ("p: [3, 3]", "[5,7]", (5, 7)),
        ("p: [3, 3]", "[ 5 , a ]", (5, "a")),
        ("p: [3, 3]", "[]", ()),
        ("p: {default: 5, type: float}", "7", 7.0),
    ],
)
def test_an_override_is_read_as_the_default_is(params: str, given_text: str, expected: Any) -> None:
    found = value(params, {"p": given_text})
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("params", "given_text"),
    [
        ("p: 5", "x"),
        ("p: 5", "0.5"),
        ("p: 5", "5.0"),
        ("p: 5", "true"),
        ("p: 5", ""),
        ("p: 0.5", "x"),
        ("p: 0.5", "true"),
        ("p: true", "yes"),
        ("p: true", "1"),
        ("p: [3, 3]", "3"),
        ("p: [3, 3]", "[null]"),
        ("p: {default: 5, type: int}", "[5]"),
    ],
)
def test_an_override_of_another_type_is_one_error(params: str, given_text: str) -> None:
    checked = check_text(net(params, units='"${p}"'), overrides={"p": given_text})
    assert codes(checked) == ["wrong-type"]
    assert f"--set p={given_text}" in checked.diagnostics[0].message


def test_an_override_is_known_as_one() -> None:
    checked = right(net("p: 5, q: 6", units='"${p + q}"'), overrides={"q": "1"})
    assert checked.spec is not None
    assert checked.spec.overrides == {"q": 1}
    assert [param.overridden for param in checked.spec.params.values()] == [False, True]


def test_an_override_reaches_the_parameters_that_read_it() -> None:
    checked = right(net('w: 4, p: "${2 * w}"', units='"${p}"'), overrides={"w": "10"})
    assert checked.costs is not None
    assert checked.costs.parameters == 14 * 20


def test_an_override_of_nothing_is_an_error_without_a_place() -> None:
    checked = check_text(net(), overrides={"width": "3", "depth": "4"})
    assert codes(checked) == ["unknown-param", "unknown-param"]
    assert all(one.span is None for one in checked.diagnostics)


@pytest.mark.parametrize("units", ['"${p}"', '"${ p }"', "${p}", "'${p}'", '"${p + 0}"', '"${[p][0]}"'])
def test_a_scalar_that_is_one_expression_keeps_its_type(units: str) -> None:
    if units == "${p}":
        text = net("p: 4").replace("units: 1", "units: ${p}}}").replace("}}}}", "}}")
        text = text.replace("{out: {op: Dense, units: ${p}}}", "\n      out:\n        op: Dense\n        units: ${p}")
    else:
        text = net("p: 4", units=units)
    checked = right(text)
    assert checked.graph is not None
    assert checked.graph.by_name["out"].attributes.units == 4


@pytest.mark.parametrize(
    ("params", "doc", "expected"),
    [
        ("p: 4", "a ${p} b", "a 4 b"),
        ("p: 4.0", "a ${p} b", "a 4 b"),
        ("p: 0.25", "${p}${p}", "0.250.25"),
        ("p: true", "it is ${p}", "it is true"),
        ("p: [3, 5]", "kernel ${p}", "kernel [3,5]"),
        ("p: 4", "$${p} ${p}", "${p} 4"),
    ],
)
def test_an_expression_inside_a_text_is_formatted(params: str, doc: str, expected: str) -> None:
    checked = right(net(params, doc=f'"{doc}"'))
    assert checked.spec is not None
    assert checked.spec.doc == expected


@pytest.mark.parametrize(
    "units",
    ['"${a if flag else b}"', '"${b if not flag else a}"', '"${flag and b or a}"', '"${1 if flag or a > b else 2}"'],
)
def test_a_parameter_on_a_branch_not_taken_is_read_all_the_same(units: str) -> None:
    right(net("a: 3, b: 4, flag: true", units=units))


@pytest.mark.parametrize(
    ("params", "units", "found"),
    [
        ("width: 4", '"${widht}"', ["unknown-param"]),  # and not that `width` is unused
        ("width: 4, depth: 2", '"${widht}"', ["unused-param", "unknown-param"]),  # `depth` is
        ("width: 4", '"${xyzzy}"', ["unknown-param"]),  # what it means nobody knows
        ("width: 4", '"${width +}"', ["bad-expression"]),
        ("width: 4, word: a", '"${word * width}"', ["bad-expression"]),
        ('width: "${x}"', '"${width}"', ["unknown-param"]),
        ("width: null", '"${width}"', ["wrong-type"]),
        ("width: {default: x, type: int}", '"${width * 2}"', ["wrong-type"]),
        ("width: {typ: int}", '"${width * 2}"', ["unknown-key", "missing-key"]),
        ("my-width: 4", '"${my-width}"', ["invalid-name"]),
        ("width: {default: {a: 1}}", '"${width}"', ["wrong-type"]),
        ("true: 4", '"${2}"', ["invalid-name"]),
    ],
)
def test_one_mistake_is_one_diagnostic(params: str, units: str, found: list[str]) -> None:
    assert sorted(codes(check_text(net(params, units=units)))) == sorted(found)


def test_a_parameter_that_only_sets_passes_stays_an_argument() -> None:
    text = """
        specc: 1
        params: {{passes: 5}}
        inputs: {{x: [4]}}
        nodes: {{h: {{op: Dense, units: 4, from: s{more}}}}}
        loops: {{l: {{passes: "{passes}", states: {{s: {{init: x, next: h}}}}{collect}}}}}
        outputs: [s{out}]
    """

    def param(passes: str = "${passes}", more: str = "", collect: str = "", out: str = "") -> str | None:
        checked = right(text.format(passes=passes, more=more, collect=collect, out=out))
        assert checked.graph is not None
        return checked.graph.loops[0].passes_param

    assert param() == "passes"
    assert param("${ passes }") == "passes"
    assert param("${passes + 1}") is None
    assert param(more=', doc: "for ${passes}"') is None
    assert param(collect=", collect: {c: h}", out=", c") is None


@pytest.mark.parametrize(
    ("text", "name"),
    [('"${a}"', "a"), ('" ${ a } "', "a"), ('"${a + 1}"', None), ('"x${a}"', None), ("3", None), ('"${3}"', None)],
)
def test_a_scalar_that_is_just_a_parameter_is_recognised(text: str, name: str | None) -> None:
    node, _ = compose(Source("x", text))
    assert isinstance(node, Scalar)
    assert only_param(node) == name


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=40), default=st.sampled_from(["5", "0.5", "true", "relu", "[1, 2]"]))
def test_an_override_may_be_any_text(text: str, default: str) -> None:
    checked = check_text(net(f"p: {default}", doc='"${p}"'), overrides={"p": text})
    assert set(codes(checked)) <= {"wrong-type"}


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=st.data(), count=st.integers(1, 12))
def test_the_order_of_the_section_has_no_meaning(data: st.DataObject, count: int) -> None:
    expected = [1]
    rows = ["p0: 1"]
    for at in range(1, count):
        read = data.draw(st.lists(st.integers(0, at - 1), max_size=3))
        expected.append(at + sum(expected[one] for one in read))
        rows.append(f"p{at}: ${{{' + '.join([str(at), *(f'p{one}' for one in read)])}}}")
    lines = "\n".join(f"  {row}" for row in data.draw(st.permutations(rows)))
    text = f"specc: 1\nparams:\n{lines}\ninputs: {{x: [1]}}\nnodes: {{n: {{op: Dense, units: 1}}}}\noutputs: n\n"
    checked = check_text(text)
    assert set(codes(checked)) <= {"unused-param"}
    assert checked.spec is not None
    assert {name: param.value for name, param in checked.spec.params.items()} == {
        f"p{at}": value for at, value in enumerate(expected)
    }
