"""Names of the copies of a repeated node: `deep/3` is one, `deep.*` all of them."""

from __future__ import annotations

import re
from dataclasses import replace

from specc.diagnostics import Diagnostics
from specc.source import Node, Scalar, Sequence
from specc.spec.document import Reference

ALL = "*"
_COPY = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)/(\d+|\*)")


def base_name(text: str) -> str:
    """The node that a reference is to: `deep` of `deep/3.state`."""
    return re.split("[./]", text, maxsplit=1)[0]


def copy_of(name: str) -> tuple[str, str] | None:
    """The node and the copy of it that a name means, `("deep", "3")` or `("deep", ALL)`."""
    found = _COPY.fullmatch(name)
    return (found[1], found[2]) if found else None


def names_all(reference: Reference) -> bool:
    return reference.name.endswith(f"/{ALL}")


def lists_copies(node: Node | None) -> bool:
    """Whether a `from` names all copies of some node."""
    items = node.items if isinstance(node, Sequence) else (node,)
    return any(isinstance(item, Scalar) and f".{ALL}" in item.text for item in items)


def output_name(reference: Reference) -> str:
    """What an output is called that is listed by what it reads: `deep_3_state` of `deep/3.state`."""
    return re.sub("[./]", "_", str(reference))


def of_number(reference: Reference, number: int) -> Reference:
    return replace(reference, name=f"{base_name(reference.name)}/{number}")


def report_several(reference: Reference, diagnostics: Diagnostics) -> None:
    """Reports `deep.*` where one value is expected."""
    name = base_name(reference.name)
    message = f"`{reference}` names several values, and one is expected here"
    help = f"name one copy, `{name}/1`, or the last, `{name}`; a node that joins them reads `from: {reference}`"
    diagnostics.report("wrong-type", message, (reference.span, "several values"), help=help)


def report_no_copy(reference: Reference, count: int | None, diagnostics: Diagnostics) -> None:
    """Reports a copy that is not there. `count` is how many there are, None where the node has no `repeat`."""
    name = base_name(reference.name)
    if count is None:
        message = f"`{name}` has no `repeat`, and so no copies"
        help = f"read it as `{name}`"
    else:
        message = f"`{name}` has {count} {'copy' if count == 1 else 'copies'}, there is no `{reference.name}`"
        help = f"they are `{name}/1` to `{name}/{count}`; `{name}` is the last" if count > 1 else f"read it as `{name}`"
    diagnostics.report("unknown-reference", message, (reference.span, "no such copy"), help=help)
