"""Syntax nodes into a Spec: every section decoded, every mistake reported, names not yet resolved."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from pathlib import PurePath
from typing import Any

from specc.diagnostics import Diagnostics
from specc.ops import _registry as registry
from specc.ops._attributes import Enum, Int, ListOf, Str, describe
from specc.source import Entry, Mapping, Node, Scalar, Sequence, Source, Span
from specc.spec.document import (
    Budget,
    CollectDecl,
    InputDecl,
    Limit,
    LoopDecl,
    Move,
    NodeDecl,
    OutputDecl,
    Reference,
    Spec,
    StateDecl,
)
from specc.spec.fields import IDENTIFIER, Broken, Fields, check_name, decode_value
from specc.spec.nodes import decode_attributes, decode_node, reference
from specc.spec.params import Params, only_param
from specc.spec.training import decode_training

VERSION = 1
SECTIONS = ("specc", "name", "doc", "params", "inputs", "nodes", "loops", "outputs", "training", "budget", "targets", "moved")
LIMITS = ("params_max", "macs_max", "activation_bytes_max")
SCHEDULES = Enum("sweep", "synchronous")


def decode(root: Node | None, source: Source, diagnostics: Diagnostics, overrides: MappingABC[str, str]) -> Spec | None:
    """The document of a source's root node; None where nothing can be made of it."""
    if not isinstance(root, Mapping):
        whole = source.span(0, min(len(source.text), 1))
        if root is None or (isinstance(root, Scalar) and root.value is None):
            diagnostics.report("empty-spec", "the file holds no spec", (whole, ""), help="`specc init` writes one to start from")
        else:
            diagnostics.report("empty-spec", f"a spec is a mapping, found {describe(root)}", (root.span, ""))
        return None
    return _Decoder(root, source, diagnostics, overrides).run()


class _Decoder:
    def __init__(
        self, root: Mapping, source: Source, diagnostics: Diagnostics, overrides: MappingABC[str, str]
    ) -> None:
        self.root, self.source, self.diagnostics = root, source, diagnostics
        self.overrides = overrides
        self.params = Params(diagnostics)
        self.names: dict[str, Span] = {}

    def run(self) -> Spec:
        fields = Fields(self.root, "the spec", self.diagnostics)
        fields.only(SECTIONS)
        self.version(fields)
        name = self.model_name(fields)
        self.params.declare(fields.node_of("params"), self.overrides)
        fields.entries = {key: self.substituted(entry) for key, entry in fields.entries.items()}
        doc = fields.get("doc", Str(), "")
        inputs = self.inputs(fields)
        nodes = self.nodes(fields)
        loops = self.loops(fields)
        outputs, inline = self.outputs(fields)
        training = None
        entry = fields.entry("training")
        if entry is not None and not _is_null(entry.value):
            names = [output.name for output in outputs]
            training = decode_training(entry.value, entry.key.span, names, self.diagnostics)
        targets = self.target_options(fields)
        spec = Spec(
            source=self.source,
            name=name,
            doc=doc,
            params=self.params.declared,
            inputs=inputs,
            nodes=(*nodes, *inline),
            loops=loops,
            outputs=outputs,
            training=training,
            budget=self.budget(fields),
            targets={key: one.value for key, one in targets.items() if isinstance(one.value, Mapping)},
            target_spans={key: one.key.span for key, one in targets.items()},
            moved=self.moved(fields),
            passes_only=self.passes_only(loops),
        )
        self.params.report_unused()
        return spec

    def substituted(self, entry: Entry) -> Entry:
        """The entry with expressions evaluated; the loops keep theirs until their passes have been read."""
        if entry.key.text in ("params", "specc", "name", "loops"):
            return entry
        return Entry(entry.key, self.params.substitute(entry.value))

    def version(self, fields: Fields) -> None:
        node = fields.node_of("specc")
        if node is None:
            first = self.root.entries[0].key.span if self.root.entries else self.root.span
            self.diagnostics.report(
                "missing-version", "the spec does not say its language version", (first, "before this"), help=f"add the line `specc: {VERSION}`"
            )
        elif not (isinstance(node, Scalar) and node.value == VERSION and not isinstance(node.value, bool)):
            self.diagnostics.report(
                "missing-version", f"this specc reads language version {VERSION}, found {describe(node)}", (node.span, ""), help=f"write `specc: {VERSION}`"
            )

    def model_name(self, fields: Fields) -> str:
        stem = PurePath(self.source.name).name.split(".")[0]
        fallback = stem if IDENTIFIER.fullmatch(stem) else "net"
        node = fields.node_of("name")
        if node is None:
            return fallback
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.text if check_name(node, "a model", self.diagnostics) else fallback
        self.diagnostics.report("wrong-type", f"`name`: expected a string, found {describe(node)}", (node.span, ""))
        return fallback

    def claim(self, key: Scalar, what: str) -> bool:
        """Takes a name of the shared namespace; whether it was free and good."""
        if not check_name(key, what, self.diagnostics):
            return False
        if key.text in self.names:
            self.diagnostics.report(
                "duplicate-name",
                f"`{key.text}` already names something else",
                (key.span, f"named again, as {what}"),
                (self.names[key.text], "first named here"),
                help="inputs, nodes, states and collected values share one namespace: rename one of the two",
            )
            return False
        self.names[key.text] = key.span
        return True

    def section(self, fields: Fields, key: str) -> tuple[Entry, ...]:
        mapping = fields.mapping(key)
        return mapping.entries if mapping else ()

    def inputs(self, fields: Fields) -> tuple[InputDecl, ...]:
        if "inputs" not in fields.entries:
            fields.missing("inputs", self.first_key(), "name what goes in: `inputs: {features: [13]}`")
        found: list[InputDecl] = []
        entry = fields.entry("inputs")
        if entry is not None and not self.section(fields, "inputs") and (isinstance(entry.value, Mapping) or _is_null(entry.value)):
            fields.missing("inputs", entry.key.span, "name what goes in: `inputs: {features: [13]}`")
        for one in self.section(fields, "inputs"):
            self.claim(one.key, "an input")
            shape = one.value
            op = registry.get("Input")
            mapping = shape if isinstance(shape, Mapping) else Mapping(shape.span, (Entry(_as_key("shape", one.key), shape),))
            inner = Fields(mapping, f"input `{one.key.text}`", self.diagnostics)
            doc = inner.get("doc", Str(), "")
            if "shape" not in inner.entries:
                inner.missing("shape", one.key.span, "write it without the batch dimension: `[28, 28, 1]`")
            attributes = decode_attributes(op, mapping, ("doc",), one.key.span, self.diagnostics, missing=False)
            found.append(InputDecl(one.key.text, one.key.span, attributes, doc))
        return tuple(found)

    def nodes(self, fields: Fields) -> tuple[NodeDecl, ...]:
        if "nodes" not in fields.entries and "outputs" not in fields.entries:
            fields.missing("nodes", self.first_key(), "name the first node: `nodes: {hidden: {op: Dense, units: 20}}`")
        found: list[NodeDecl] = []
        for entry in self.section(fields, "nodes"):
            self.claim(entry.key, "a node")
            found.append(decode_node(entry.key, entry.value, self.diagnostics))
        return tuple(found)

    def loops(self, fields: Fields) -> tuple[LoopDecl, ...]:
        found: list[LoopDecl] = []
        for entry in self.section(fields, "loops"):
            check_name(entry.key, "a loop", self.diagnostics)
            found.append(self.loop(entry))
        return tuple(found)

    def loop(self, entry: Entry) -> LoopDecl:
        param = only_param(entry.value.get("passes")) if isinstance(entry.value, Mapping) else None
        fields = Fields(self.params.substitute(entry.value), f"loop `{entry.key.text}`", self.diagnostics)
        fields.only(("passes", "schedule", "states", "collect"))
        if "passes" not in fields.entries:
            fields.missing("passes", entry.key.span, "say how often the body runs: `passes: 5`")
        if "states" not in fields.entries:
            fields.missing("states", entry.key.span, "name what is carried: `states: {a: {init: A, next: sum}}`")
        states: list[StateDecl] = []
        for one in self.section(fields, "states"):
            self.claim(one.key, "a state")
            inner = Fields(one.value, f"state `{one.key.text}`", self.diagnostics)
            inner.only(("init", "next"))
            refs: dict[str, Reference | None] = {}
            for key, hint in (("init", "an input, a node, `zeros` or `ones`"), ("next", "the node that gives its next value")):
                node = inner.node_of(key)
                if node is None and inner.node is not None and isinstance(inner.node, Mapping):
                    inner.missing(key, one.key.span, f"name {hint}")
                refs[key] = reference(node, self.diagnostics) if node is not None else None
            init, after = refs["init"], refs["next"]
            if init and after:
                states.append(StateDecl(one.key.text, one.key.span, init, after))
        collects: list[CollectDecl] = []
        for one in self.section(fields, "collect"):
            self.claim(one.key, "a collected value")
            value = reference(one.value, self.diagnostics)
            if value:
                collects.append(CollectDecl(one.key.text, one.key.span, value))
        passes = fields.get("passes", Int(1, 1_000_000), 1)
        schedule = fields.get("schedule", SCHEDULES, "sweep")
        return LoopDecl(
            entry.key.text, entry.key.span, passes, param, schedule, tuple(states), tuple(collects)
        )

    def passes_only(self, loops: tuple[LoopDecl, ...]) -> frozenset[str]:
        """The parameters that are read as often as loops take their passes from them, and so nowhere else."""
        as_passes = [loop.passes_param for loop in loops if loop.passes_param]
        return frozenset(name for name in as_passes if self.params.used.get(name) == as_passes.count(name))

    def outputs(self, fields: Fields) -> tuple[tuple[OutputDecl, ...], tuple[NodeDecl, ...]]:
        """The outputs, and the nodes that are defined among them."""
        node = fields.node_of("outputs")
        if node is None:
            fields.missing("outputs", self.first_key(), "name what comes out: `outputs: result`")
            return (), ()
        inline: list[NodeDecl] = []
        refs: list[tuple[str, Reference]] = []
        if isinstance(node, Mapping):
            for entry in node:
                if isinstance(entry.value, Mapping):
                    self.claim(entry.key, "a node")
                    inline.append(decode_node(entry.key, entry.value, self.diagnostics))
                    refs.append((entry.key.text, Reference(entry.key.text, None, entry.key.span)))
                elif check_name(entry.key, "an output", self.diagnostics) and (ref := reference(entry.value, self.diagnostics)):
                    refs.append((entry.key.text, ref))
        else:
            items = node.items if isinstance(node, Sequence) else (node,)
            found = [reference(item, self.diagnostics) for item in items]
            refs = [(ref.name if ref.port is None else f"{ref.name}_{ref.port}", ref) for ref in found if ref]
            if not items:
                self.diagnostics.report("bad-value", "`outputs` is empty", (node.span, ""), help="name at least one node")
        seen: dict[str, Span] = {}
        for name, ref in refs:
            if name in seen:
                self.diagnostics.report(
                    "duplicate-name", f"output `{name}` is listed twice", (ref.span, "again"), (seen[name], "first listed here"), help="remove one"
                )
            seen.setdefault(name, ref.span)
        return tuple(OutputDecl(name, ref) for name, ref in refs), tuple(inline)

    def budget(self, fields: Fields) -> Budget:
        mapping = fields.mapping("budget")
        if mapping is None:
            return Budget()
        inner = Fields(mapping, "`budget`", self.diagnostics)
        inner.only([*LIMITS, "targets"])
        limits: dict[str, Limit] = {}
        for key in LIMITS:
            node = inner.node_of(key)
            value = inner.get(key, Int(0))
            if node is not None and value is not None:
                limits[key] = Limit(value, node.span)
        node = inner.node_of("targets")
        targets: list[tuple[str, Span]] = []
        if node is not None and decode_value(node, ListOf(Str()), self.diagnostics, key="targets") is not None:
            assert isinstance(node, Sequence)
            targets = [(item.text, item.span) for item in node.items if isinstance(item, Scalar)]
        return Budget(limits, tuple(targets))

    def target_options(self, fields: Fields) -> dict[str, Entry]:
        found = {entry.key.text: entry for entry in self.section(fields, "targets")}
        for entry in found.values():
            if not isinstance(entry.value, (Mapping, Broken)) and not _is_null(entry.value):
                self.diagnostics.report(
                    "wrong-type",
                    f"the options of target `{entry.key.text}` are a mapping, found {describe(entry.value)}",
                    (entry.value.span, ""),
                )
        return found

    def moved(self, fields: Fields) -> tuple[Move, ...]:
        node = fields.node_of("moved")
        if node is None or _is_null(node):
            return ()
        found: list[Move] = []
        for item in node.items if isinstance(node, Sequence) else (node,):
            inner = Fields(item, "an entry of `moved`", self.diagnostics)
            inner.only(("from", "to"))
            old, new = inner.get("from", Str()), inner.get("to", Str())
            for key in ("from", "to"):
                if key not in inner.entries and isinstance(item, Mapping):
                    inner.missing(key, item.span, "write `{from: old, to: new}`")
            old_node, new_node = inner.node_of("from"), inner.node_of("to")
            if old and new and old_node and new_node:
                found.append(Move(old, new, old_node.span, new_node.span))
        return tuple(found)

    def first_key(self) -> Span:
        return self.root.entries[0].key.span if self.root.entries else self.root.span


def _as_key(name: str, key: Scalar) -> Scalar:
    """A key that the user left out because it goes without saying; mistakes point at the key above."""
    return Scalar(key.span, name, name, True)


def _is_null(node: Any) -> bool:
    return isinstance(node, Scalar) and node.value is None and not isinstance(node, Broken)
