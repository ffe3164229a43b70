"""Syntax nodes into a Spec: every section decoded, every mistake reported, names not yet resolved."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from dataclasses import replace

from specc.diagnostics import Diagnostics
from specc.ops import _registry as registry
from specc.ops._attributes import Bool, Enum, Int, Str, describe
from specc.ops._layers import attribute_meant
from specc.source import Entry, Mapping, Node, Scalar, Sequence, Source, Span
from specc.spec import early_shapes
from specc.spec._hints import NAMING, SECTION_HINTS, TAKEN_FOR_NODES, TOP_LEVEL
from specc.spec.blocks import BlockDecl, decode_blocks, within
from specc.spec.copies import base_name, names_all, of_number, output_name
from specc.spec.document import (
    CollectDecl,
    InputDecl,
    LoopDecl,
    OutputDecl,
    Reference,
    ScanDecl,
    Spec,
    StateDecl,
)
from specc.spec.elaborate import Elaborator
from specc.spec.fields import IDENTIFIER, Broken, Fields, check_name, is_null, present
from specc.spec.names import name_of_file
from specc.spec.nodes import INIT, decode_attributes, reference
from specc.spec.params import Params, only_param
from specc.spec.settings import decode_budget, decode_moved, decode_target_options
from specc.spec.sizes import Sizes
from specc.spec.training import decode_training

VERSION = 1
SECTIONS = (
    "specc",
    "name",
    "doc",
    "params",
    "inputs",
    "blocks",
    "nodes",
    "loops",
    "outputs",
    "training",
    "budget",
    "targets",
    "moved",
)
_BESIDE = ("training", "budget", "targets", "moved")
_TAKEN_FOR_PARAMS = {"constants", "variables", "vars"}
_MAY_HIDE_A_PARAMETER = ("duplicate-key", "invalid-key", "missing-key", "missing-attribute", "node-kind", "yaml-tag")
SCHEDULES = Enum("sweep", "synchronous")


def decode(root: Node | None, source: Source, diagnostics: Diagnostics, overrides: MappingABC[str, str]) -> Spec | None:
    """The document of a source's root node; None where nothing can be made of it."""
    tags = diagnostics.spans("yaml-tag")
    if root is not None and tags:
        root = _without_tagged(root, {at for tag in tags for at in (tag.start, tag.end)})
    if isinstance(root, Mapping) and root.entries:
        root = _unnested(root, diagnostics)
        return _Decoder(root, source, diagnostics, overrides).run()
    example = "write `specc: 1`, then `inputs`, `nodes` and `outputs`"
    if (
        root is None
        or isinstance(root, Mapping)
        or (isinstance(root, Scalar) and root.value is None and not isinstance(root, Broken))
    ):
        whole = source.span(0, min(len(source.text), 1))
        diagnostics.report("empty-spec", "the file holds no spec", (whole, "nothing here"), help=example)
    elif not isinstance(root, Broken):
        message = f"a spec has to be a mapping, found {describe(root)}"
        diagnostics.report("empty-spec", message, (root.span, "not a mapping"), help=example)
    return None


def _unnested(root: Mapping, diagnostics: Diagnostics) -> Mapping:
    """The spec in a mapping whose only key holds it, which is reported."""
    (key, inner), *others = ((entry.key, entry.value) for entry in root)
    if others or key.text in SECTIONS or not isinstance(inner, Mapping):
        return root
    if sum(entry.key.text in SECTIONS for entry in inner) < 2:
        return root
    message = f"the spec is nested under `{key.text}`"
    help = f"remove `{key.text}:` and the indentation of what follows"
    diagnostics.report("unknown-key", message, (key.span, "not known here"), help=help)
    return inner


def _without_tagged(node: Node, places: set[int]) -> Node:
    """The tree with the scalars that carry a tag, ending or starting at one of the places, marked as reported."""
    if isinstance(node, Scalar):
        tagged = node.span.start in places or _follows_tag(node.span, places)
        return Broken(node.span, node.text, None, True) if tagged else node
    if isinstance(node, Sequence):
        return Sequence(node.span, tuple(_without_tagged(item, places) for item in node.items))
    if node.span.start in places or _follows_tag(node.span, places):
        return Broken(node.span, "", None, True)
    return Mapping(node.span, tuple(Entry(entry.key, _without_tagged(entry.value, places)) for entry in node))


def _follows_tag(span: Span, places: set[int]) -> bool:
    before = span.source.text[max(span.start - 200, 0) : span.start]
    gap = re.search(r"\s*(&\S+\s+)?\Z", before)
    return gap is not None and span.start - len(gap[0]) in places


class _Decoder:
    def __init__(
        self, root: Mapping, source: Source, diagnostics: Diagnostics, overrides: MappingABC[str, str]
    ) -> None:
        self.root, self.source, self.diagnostics = root, source, diagnostics
        self.overrides = overrides
        self.params = Params(diagnostics)
        self.names: dict[str, Span] = {}
        self.odd = _odd_names(root)
        self.ambiguous: set[str] = set()
        self.is_complete = True  # False once a part that names values could not be read
        self.has_all_outputs = True

    def run(self) -> Spec:
        fields = Fields(self.root, "the spec", self.diagnostics)
        fields.only(SECTIONS, TOP_LEVEL)
        if NAMING & {*fields.misspelt.values()} or TAKEN_FOR_NODES & fields.entries.keys():
            self.is_complete = False
        self.version(fields)
        name = self.model_name(fields)
        self.params.is_complete = (
            "params" not in fields.misspelt.values() and not _TAKEN_FOR_PARAMS & fields.entries.keys()
        )
        self.sizes = Sizes(self.root.get("inputs"), self.diagnostics)
        self.params.declare(fields.node_of("params"), self.sizes.take(self.overrides))
        self.substitute(fields, "inputs")
        blocks = self.blocks(fields)
        inputs = self.inputs(fields)
        entries = self.nodes(fields)
        self.params.network = early_shapes.of_inputs(inputs, (entry.key.text for entry in entries))
        self.params.is_network_complete = self.is_complete
        loops = self.loops(fields)
        outputs, inline = self.outputs(fields)
        self.params.is_network_complete = self.is_complete
        elaborator = Elaborator(blocks, self.params, inputs, loops, self.diagnostics, self.odd)
        elaborated = elaborator.run((*entries, *inline))
        self.is_complete = self.is_complete and elaborated.is_whole
        outputs = self.with_copies(outputs, elaborated.copies)
        self.substitute(fields, "doc", *_BESIDE)
        doc = fields.get("doc", Str(), "")
        training = None
        entry = fields.entry("training")
        if entry is not None and not is_null(entry.value):
            names = [output.name for output in outputs]
            are_known = all(base_name(one.value.name) in self.names for one in outputs)
            known = self.has_all_outputs and outputs != () and are_known
            training = decode_training(entry.value, entry.key.span, names, self.diagnostics, is_sure=known)
        targets = decode_target_options(self.section(fields, "targets"), self.diagnostics)
        spec = Spec(
            source=self.source,
            name=name,
            doc=doc,
            params=self.params.declared,
            inputs=inputs,
            nodes=elaborated.nodes,
            loops=loops,
            outputs=outputs,
            training=training,
            budget=decode_budget(fields, self.diagnostics),
            targets={key: one.value for key, one in targets.items() if isinstance(one.value, Mapping)},
            target_spans={key: one.key.span for key, one in targets.items()},
            moved=decode_moved(fields, self.diagnostics),
            results=elaborated.results,
            copies=elaborated.copies,
            reads=elaborated.reads,
            instances=elaborated.instances,
            sizes=self.sizes.fixed,
            rest=tuple(one for key, one in fields.entries.items() if key in _BESIDE and not is_null(one.value)),
            ambiguous=frozenset(self.ambiguous),
            is_complete=self.is_complete,
            has_all_outputs=self.has_all_outputs,
            passes_only=self.passes_only(loops),
        )
        self.report_unused_blocks(blocks, elaborator.used, elaborator.left_out)
        if self.is_complete and not self.diagnostics.has(*_MAY_HIDE_A_PARAMETER):
            self.params.report_unused()
        return spec

    def substitute(self, fields: Fields, *keys: str) -> None:
        """Evaluates the expressions of sections; those of nodes and loops are evaluated one by one."""
        for key in keys:
            if entry := fields.entry(key):
                fields.entries[key] = Entry(entry.key, present(self.params.substitute(entry.value)))

    def version(self, fields: Fields) -> None:
        node = fields.node_of("specc")
        if node is None:
            message = "the spec does not say its language version"
            help = f"add the line `specc: {VERSION}`"
            if "specc" not in fields.misspelt.values():
                self.diagnostics.report("missing-version", message, (self.first_key(), "before this"), help=help)
        elif not (isinstance(node, Scalar) and type(node.value) is int and node.value == VERSION):
            if isinstance(node, Broken):
                return
            message = f"this specc reads language version {VERSION}, found {describe(node)}"
            self.diagnostics.report(
                "missing-version", message, (node.span, "not known"), help=f"write `specc: {VERSION}`"
            )

    def model_name(self, fields: Fields) -> str:
        fallback = name_of_file(self.source.name)
        node = fields.node_of("name")
        if node is None or isinstance(node, Broken):
            return fallback
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.text if check_name(node, "a model", self.diagnostics) else fallback
        message = f"`name`: expected a string, found {describe(node)}"
        help = "name the model, or leave `name` out: the file's name is taken"
        self.diagnostics.report("wrong-type", message, (node.span, "not a name"), help=help)
        return fallback

    def claim(self, key: Scalar, what: str) -> None:
        """Takes a name of the shared namespace; one that is taken is reported."""
        check_name(key, what, self.diagnostics)
        if key.text in self.names:
            self.ambiguous.add(key.text)
            self.diagnostics.report(
                "duplicate-name",
                f"`{key.text}` already names something else",
                (key.span, f"named again, as {what}"),
                (self.names[key.text], "first named here"),
                help="inputs, nodes, states, scanned and collected values share one namespace: rename one of the two",
            )
        self.names.setdefault(key.text, key.span)

    def section(self, fields: Fields, key: str) -> tuple[Entry, ...]:
        mapping = fields.mapping(key, SECTION_HINTS.get(key, ""))
        if mapping is None and not is_null(fields.node_of(key)) and key in fields.entries:
            self.is_complete = False
        return mapping.entries if mapping else ()

    def inputs(self, fields: Fields) -> tuple[InputDecl, ...]:
        entry = fields.entry("inputs")
        empty = entry is not None and (
            is_null(entry.value) or (isinstance(entry.value, Mapping) and not entry.value.entries)
        )
        if entry is None or empty:
            place = entry.key.span if entry else self.first_key()
            fields.missing("inputs", place, SECTION_HINTS["inputs"])
            self.is_complete = False
        found: list[InputDecl] = []
        for one in self.section(fields, "inputs"):
            self.claim(one.key, "an input")
            shape = one.value
            op = registry.get("Input")
            mapping = shape
            if not isinstance(shape, Mapping):
                mapping = Mapping(shape.span, (Entry(_as_key("shape", one.key), shape),))
            assert isinstance(mapping, Mapping)
            inner = Fields(mapping, f"input `{one.key.text}`", self.diagnostics)
            doc = inner.get("doc", Str(), "")
            if not any(key == "shape" or attribute_meant(key, ("shape", "dtype")) == "shape" for key in inner.entries):
                inner.missing("shape", one.key.span, "write it without the batch dimension: `[28, 28, 1]`")
            attributes = decode_attributes(op, mapping, ("doc",), one.key.span, self.diagnostics, missing=False)
            if attributes is not None:
                attributes = self.sizes.fixed_in(attributes, mapping, self.params)
            found.append(InputDecl(one.key.text, one.key.span, attributes, doc))
        return tuple(found)

    def blocks(self, fields: Fields) -> dict[str, BlockDecl]:
        entry = fields.entry("blocks")
        if entry is not None:
            self.diagnostics.shared = entry.value.span
        self.section(fields, "blocks")  # reports what is no mapping
        return decode_blocks(fields.mapping("blocks"), self.params, self.diagnostics)

    def report_unused_blocks(self, blocks: dict[str, BlockDecl], used: set[str], left_out: set[str]) -> None:
        """Warns about blocks that no node uses, and about parameters of the others that nothing reads.

        `left_out` are those whose use depends on a `when` that is false here.
        """
        if self.diagnostics.has("unknown-block", "yaml-limit") or not self.is_complete:
            return
        optional = within(blocks, left_out)
        misread = self.params.misread
        for block in blocks.values():
            if block.name not in used and block.name in optional:
                for entry in block.nodes:
                    self.params.read_all(entry.value)
            elif block.name not in used and block.is_whole:
                help = f"use it as `block: {block.name}` or remove it"
                message = f"block `{block.name}` is not used"
                self.diagnostics.report("unused-block", message, (block.span, "no node uses it"), help=help)
                for entry in block.nodes:
                    self.params.read_all(entry.value)
            elif (
                block.name in used
                and block.is_whole
                and self.params.is_sure
                and not self.diagnostics.has(*_MAY_HIDE_A_PARAMETER)
            ):
                for param in block.params.values():
                    if param.name not in block.used and param.name not in misread:
                        message = f"parameter `{param.name}` of block `{block.name}` is not used"
                        help = f"use it as `${{{param.name}}}` or remove it"
                        self.diagnostics.report("unused-param", message, (param.span, "nothing reads it"), help=help)

    def nodes(self, fields: Fields) -> tuple[Entry, ...]:
        entry = fields.entry("nodes")
        if (entry is None or is_null(entry.value)) and not isinstance(fields.node_of("outputs"), Mapping):
            if "outputs" not in fields.misspelt.values() and not TAKEN_FOR_NODES & fields.entries.keys():
                fields.missing("nodes", entry.key.span if entry else self.first_key(), SECTION_HINTS["nodes"])
            self.is_complete = False
        entries = self.section(fields, "nodes")
        for entry in entries:
            self.claim(entry.key, "a node")
        return entries

    def loops(self, fields: Fields) -> tuple[LoopDecl, ...]:
        found: list[LoopDecl] = []
        for entry in self.section(fields, "loops"):
            check_name(entry.key, "a loop", self.diagnostics)
            found.append(self.loop(entry))
        return tuple(found)

    def loop(self, entry: Entry) -> LoopDecl:
        param = only_param(entry.value.get("passes")) if isinstance(entry.value, Mapping) else None
        what = f"loop `{entry.key.text}`"
        hint = "write `{passes: 5, states: {a: {init: A, next: sum}}}`"
        fields = Fields(self.params.substitute(entry.value), what, self.diagnostics, hint)
        fields.only(("passes", "schedule", "scan", "states", "collect"))
        if {"states", "scan", "collect"}.intersection(fields.misspelt.values()):
            self.is_complete = False
        scans = tuple(self.scan(one) for one in self.section(fields, "scan"))
        if not isinstance(fields.node, Mapping):
            self.is_complete = False
        else:
            may_scan = "scan" in fields.entries or "scan" in fields.misspelt.values()
            if "passes" not in fields.entries and not may_scan:
                fields.missing("passes", entry.key.span, "say how often the body runs: `passes: 5`")
            if not _holds(fields.entry("states")) and not (may_scan and _holds(fields.entry("collect"))):
                states = fields.entry("states")
                place = states.key.span if states else entry.key.span
                self.is_complete = False
                help = SECTION_HINTS["states"]
                if may_scan:
                    help += "; or name what to keep of every row: `collect: {results: y}`"
                fields.missing("states", place, help)
        passes = fields.get("passes", Int(1, 1_000_000), 1) if "passes" in fields.entries or not scans else None
        schedule = fields.get("schedule", SCHEDULES) if "schedule" in fields.entries else "sweep"
        states = tuple(self.state(one) for one in self.section(fields, "states"))
        collects: list[CollectDecl] = []
        for one in self.section(fields, "collect"):
            self.claim(one.key, "a collected value")
            collects.append(CollectDecl(one.key.text, one.key.span, reference(one.value, self.diagnostics, self.odd)))
        is_sure = schedule is not None and "schedule" not in fields.misspelt.values()
        return LoopDecl(
            entry.key.text,
            entry.key.span,
            passes,
            param,
            schedule or "sweep",
            states,
            tuple(collects),
            scans,
            passes_span=given.value.span if (given := fields.entry("passes")) else None,
            is_sure=is_sure,
        )

    def scan(self, entry: Entry) -> ScanDecl:
        """`features`, or `{from: features, reverse: true}`."""
        self.claim(entry.key, "a scanned value")
        node, reverse = entry.value, False
        if isinstance(node, Mapping):
            fields = Fields(node, f"scan `{entry.key.text}`", self.diagnostics)
            fields.only(("from", "reverse"))
            reverse = fields.get("reverse", Bool(), False)
            if fields.node_of("from") is None:
                fields.missing("from", entry.key.span, "name the sequence: `{from: features, reverse: true}`")
                return ScanDecl(entry.key.text, entry.key.span, None, reverse)
            node = fields.entries["from"].value
        return ScanDecl(entry.key.text, entry.key.span, reference(node, self.diagnostics, self.odd), reverse)

    def state(self, entry: Entry) -> StateDecl:
        self.claim(entry.key, "a state")
        hint = "write `{init: zeros, next: sum}`"
        fields = Fields(entry.value, f"state `{entry.key.text}`", self.diagnostics, hint)
        fields.only(("init", "next"))
        refs: dict[str, Reference | None] = {"init": None, "next": None}
        hints = {"init": "an input, a node, `zeros` or `ones`", "next": "the node that gives its next value"}
        for key, hint in hints.items():
            node = fields.node_of(key)
            if node is not None:
                refs[key] = reference(node, self.diagnostics, self.odd, INIT if key == "init" else "")
            elif isinstance(fields.node, Mapping):
                fields.missing(key, entry.key.span, f"name {hint}")
        return StateDecl(entry.key.text, entry.key.span, refs["init"], refs["next"])

    def passes_only(self, loops: tuple[LoopDecl, ...]) -> frozenset[str]:
        """The parameters that are read as often as loops take their passes from them, and so nowhere else."""
        as_passes = [loop.passes_param for loop in loops if loop.passes_param]
        return frozenset(name for name in as_passes if self.params.used.get(name) == as_passes.count(name))

    def outputs(self, fields: Fields) -> tuple[tuple[OutputDecl, ...], tuple[Entry, ...]]:
        """The outputs, and the nodes that are defined among them."""
        entry = fields.entry("outputs")
        if entry is None or is_null(entry.value):
            place = entry.key.span if entry else self.first_key()
            fields.missing("outputs", place, "name what comes out: `outputs: result`")
            return (), ()
        node = entry.value if isinstance(entry.value, Mapping) else self.params.substitute(entry.value)
        inline: list[Entry] = []
        refs: list[tuple[str, Reference]] = []
        if isinstance(node, Mapping):
            for one in node:
                if isinstance(one.value, Mapping):
                    self.claim(one.key, "a node")
                    inline.append(one)
                    refs.append((one.key.text, Reference(one.key.text, None, one.key.span)))
                elif ref := reference(self.params.substitute(one.value), self.diagnostics, self.odd):
                    check_name(one.key, "an output", self.diagnostics)
                    refs.append((one.key.text, ref))
                else:
                    self.has_all_outputs = False
        else:
            items = node.items if isinstance(node, Sequence) else (node,)
            several = isinstance(node, Sequence)
            found = [reference(item, self.diagnostics, self.odd, several=several) for item in items]
            refs = [(output_name(ref), ref) for ref in found if ref]
            self.has_all_outputs = all(found)
        if not isinstance(node, Scalar) and not (node.entries if isinstance(node, Mapping) else node.items):
            message = "`outputs` is empty"
            self.diagnostics.report("bad-value", message, (node.span, "nothing"), help="name at least one node")
        return tuple(OutputDecl(name, ref) for name, ref in refs), tuple(inline)

    def with_copies(self, outputs: tuple[OutputDecl, ...], copies: MappingABC[str, int]) -> tuple[OutputDecl, ...]:
        """The outputs with `deep.*` as one for each copy of the node; two of one name are reported."""
        found: list[OutputDecl] = []
        for one in outputs:
            if not names_all(one.value):
                found.append(one)
                continue
            count = copies.get(base_name(one.value.name), 0)
            each = [of_number(one.value, number) for number in range(1, count + 1)]
            if copies.get(base_name(one.value.name)) == 0:  # left out: what is read in its place
                each = [replace(one.value, name=base_name(one.value.name))]
            found += [OutputDecl(output_name(value), value) for value in each] or [one]
        seen: dict[str, Span] = {}
        for one in found:
            if one.name in seen:
                self.diagnostics.report(
                    "duplicate-name",
                    f"output `{one.name}` is listed twice",
                    (one.value.span, "again"),
                    (seen[one.name], "first listed here"),
                    help="remove one, or name them: `outputs: {first: a, second: a}`",
                )
            seen.setdefault(one.name, one.value.span)
        return tuple(found)

    def first_key(self) -> Span:
        return self.root.entries[0].key.span if self.root.entries else self.root.span


def _holds(entry: Entry | None) -> bool:
    """Whether a section is there and says something; one of the wrong kind is reported as such."""
    if entry is None or is_null(entry.value):
        return False
    return not isinstance(entry.value, Mapping) or bool(entry.value.entries)


def _as_key(name: str, key: Scalar) -> Scalar:
    """A key that the user left out because it goes without saying; mistakes point at the key above."""
    return Scalar(key.span, name, name, True)


def _odd_names(root: Mapping) -> frozenset[str]:
    """The keys that name something without being names. They are reported where they stand, once."""
    keys: list[Scalar] = []
    for section in ("inputs", "nodes", "outputs"):
        mapping = root.get(section)
        keys += [entry.key for entry in mapping] if isinstance(mapping, Mapping) else []
    loops = root.get("loops")
    for loop in loops if isinstance(loops, Mapping) else ():
        for part in ("states", "scan", "collect"):
            mapping = loop.value.get(part) if isinstance(loop.value, Mapping) else None
            keys += [entry.key for entry in mapping] if isinstance(mapping, Mapping) else []
    return frozenset(key.text for key in keys if not IDENTIFIER.fullmatch(key.text) or not isinstance(key.value, str))
