"""The order in which the defaults of parameters are evaluated: each after those that it reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as MappingABC
from itertools import pairwise

from specc.diagnostics import Diagnostics
from specc.source import Entry, Mapping, Node, Scalar, Sequence, work
from specc.spec.expressions import OPENING, ExpressionError, names_in, pieces

_MOST_LABELS = 6
_LONGEST = 12  # more parameters of a circle are not printed


def default_of(node: Node) -> Node | None:
    """The default in what declares a parameter: `5`, or `{default: 5, type: int}`."""
    return node.get("default") if isinstance(node, Mapping) else node


def names_read(node: Node | None) -> Iterator[str]:
    """The names that the expressions of a tree read, on every branch, each as often as it is written."""
    work.charge(1)
    if node is None:
        return
    if isinstance(node, Scalar):
        if isinstance(node.value, str) and OPENING.search(node.text):
            yield from _names_in_scalar(node)
        return
    for one in node.items if isinstance(node, Sequence) else [entry.value for entry in node]:
        yield from names_read(one)


def _names_in_scalar(node: Scalar) -> Iterator[str]:
    work.charge_expression(len(node.text))
    try:
        parts = pieces(node.text)
    except ExpressionError:
        return  # reported where the scalar is evaluated
    for is_expression, text, _ in parts:
        if is_expression:
            yield from names_in(text)


def in_order(reads: MappingABC[str, Collection[str]]) -> tuple[list[str], list[list[str]]]:
    """The names, each after those that it reads, and the circles among them."""
    order: list[str] = []
    done: set[str] = set()
    circular: set[str] = set()
    circles: list[list[str]] = []
    for start in reads:
        path: dict[str, Iterator[str]] = {} if start in done else {start: iter(reads[start])}
        while path:
            name = next(reversed(path))
            other = next(path[name], None)
            if other is None:
                del path[name]
                done.add(name)
                order.append(name)
            elif other in path:
                names = list(path)
                circle = names[names.index(other) :]
                if not circular.issuperset(circle):
                    circles.append(circle)
                    circular.update(circle)
            elif other in reads and other not in done:
                path[other] = iter(reads[other])
    return order, circles


def report_circle(circle: list[str], entries: MappingABC[str, Entry], diagnostics: Diagnostics) -> None:
    """Reports parameters whose defaults read each other, at the first of them in the text."""
    first = min(circle, key=lambda name: entries[name].key.span.start)
    at = circle.index(first)
    circle = [*circle[at:], *circle[:at], first]
    shown = [f"`{name}`" for name in circle]
    if len(shown) > _LONGEST:
        shown[_LONGEST // 2 : -2] = [f"… {len(circle) - 1} parameters in all …"]
    message = f"the defaults of parameters read each other: {' → '.join(shown)}"
    if len(circle) == 2:
        message = f"the default of parameter `{first}` reads the parameter itself"
    labels = [(entries[name].value.span, f"reads `{other}`") for name, other in pairwise(circle[: _MOST_LABELS + 1])]
    diagnostics.report("recursive-param", message, *labels, help="write a value for one of them")
