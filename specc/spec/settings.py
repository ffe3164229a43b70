"""The sections beside the network into typed data: `budget`, `targets`, `moved`."""

from __future__ import annotations

from specc.diagnostics import Diagnostics
from specc.ops._attributes import Int, ListOf, Str, describe
from specc.source import Entry, Mapping, Scalar, Sequence, Span
from specc.spec.document import Budget, Limit, Move
from specc.spec.fields import Broken, Fields, decode_value, is_null

LIMITS = ("params_max", "macs_max", "activation_bytes_max")


def decode_budget(fields: Fields, diagnostics: Diagnostics) -> Budget:
    """`budget`: limits and targets that every build is held against."""
    mapping = fields.mapping("budget")
    if mapping is None:
        return Budget()
    inner = Fields(mapping, "`budget`", diagnostics)
    inner.only([*LIMITS, "targets"])
    limits: dict[str, Limit] = {}
    for key in LIMITS:
        node = inner.node_of(key)
        value = inner.get(key, Int(0))
        if node is not None and value is not None:
            limits[key] = Limit(value, node.span)
    node = inner.node_of("targets")
    targets: list[tuple[str, Span]] = []
    if node is not None and decode_value(node, ListOf(Str()), diagnostics, key="targets") is not None:
        assert isinstance(node, Sequence)
        targets = [(item.text, item.span) for item in node.items if isinstance(item, Scalar)]
    return Budget(limits, tuple(targets))


def decode_target_options(entries: tuple[Entry, ...], diagnostics: Diagnostics) -> dict[str, Entry]:
    """`targets`: the options by target, checked once the target is known."""
    found = {entry.key.text: entry for entry in entries}
    for entry in found.values():
        if not isinstance(entry.value, (Mapping, Broken)) and not is_null(entry.value):
            diagnostics.report(
                "wrong-type",
                f"the options of target `{entry.key.text}` have to be a mapping, found {describe(entry.value)}",
                (entry.value.span, "not a mapping"),
                help="write `{option: value}`",
            )
    return found


def decode_moved(fields: Fields, diagnostics: Diagnostics) -> tuple[Move, ...]:
    """`moved`: the renames."""
    node = fields.node_of("moved")
    if node is None or is_null(node):
        return ()
    found: list[Move] = []
    for item in node.items if isinstance(node, Sequence) else (node,):
        if isinstance(item, Mapping) and item.entries and not {"from", "to"} & {entry.key.text for entry in item}:
            pairs = ", ".join(f"{{from: {one.key.text}, to: {getattr(one.value, 'text', '…')}}}" for one in item)
            message = "an entry of `moved` needs `from` and `to`"
            diagnostics.report("missing-key", message, (item.span, "says neither"), help=f"write `moved: [{pairs}]`")
            continue
        inner = Fields(item, "an entry of `moved`", diagnostics, "write `{from: old, to: new}`")
        inner.only(("from", "to"))
        old, new = inner.get("from", Str()), inner.get("to", Str())
        for key in ("from", "to"):
            if key not in inner.entries and isinstance(item, Mapping):
                inner.missing(key, item.span, "write `{from: old, to: new}`")
        old_node, new_node = inner.node_of("from"), inner.node_of("to")
        if old and new and old_node and new_node:
            found.append(Move(old, new, old_node.span, new_node.span))
    return tuple(found)
