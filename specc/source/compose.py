"""Source into syntax nodes, from the events of PyYAML (libyaml where present).

Events rather than `yaml.compose`: depth and alias limits then hold before the memory is spent, and nothing
recurses. Every problem of a text is reported, up to the first place the scanner cannot get past.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from specc.source.nodes import Entry, Mapping, Node, Problem, Scalar, Sequence
from specc.source.scalars import resolve
from specc.source.text import Source, Span

MAX_DEPTH = 100
MAX_NODES = 1_000_000  # with every alias counted as what it stands for

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HINTS = {
    "found character '\\t'": "YAML indents with spaces; replace the tab",
    "mapping values are not allowed": "a `: ` inside a plain value has to be quoted; or the indentation is off",
    "could not find expected ':'": "a key needs a `:` and a space after it",
    "did not find expected ',' or '}'": "close the `{` or add the missing comma",
    "did not find expected ',' or ']'": "close the `[` or add the missing comma",
    "did not find expected key": "this line's indentation fits no mapping above it",
}


@dataclass(slots=True)
class _Open:
    """A collection whose end event has not come yet."""

    start: int
    is_mapping: bool
    anchor: str | None
    items: list[Node] = field(default_factory=list[Node])
    size: int = 1


def compose(source: Source) -> tuple[Node | None, list[Problem]]:
    """The root node of the text's only document (None when it is empty or broken), and its problems."""
    return _Composer(source).run()


class _Composer:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.root: Node | None = None
        self.documents = 0

    def run(self) -> tuple[Node | None, list[Problem]]:
        try:
            for event in yaml.parse(self.source.text, Loader=_Loader):
                if not self.take(event):
                    break
        except yaml.MarkedYAMLError as error:
            self.problems.append(self.syntax_problem(error))
            return None, self.problems
        except yaml.reader.ReaderError as error:
            at = max(0, min(int(error.position), len(self.source.text) - 1))
            span = Span(self.source, at, at + 1)
            message = f"character U+{ord(self.source.text[at]):04X} is not allowed in YAML"
            self.problems.append(Problem("yaml-syntax", message, span, "here", help="remove it"))
            return None, self.problems
        if self.stack:
            return None, self.problems
        return self.root, self.problems

    def take(self, event: yaml.Event) -> bool:
        """Works one event in; False where going on makes no sense."""
        if isinstance(event, yaml.ScalarEvent):
            span = self.span(event)
            self.refuse_tag(event.tag, span)
            plain = event.style is None or event.style == ""
            value = resolve(event.value) if plain else event.value
            return self.add(Scalar(span, event.value, value, plain), 1, event.anchor)
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self.refuse_tag(event.tag, self.span(event))
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            self.stack.append(_Open(event.start_mark.index, is_mapping, event.anchor))
            if len(self.stack) > MAX_DEPTH:
                message = f"the file nests more than {MAX_DEPTH} levels deep"
                self.report("yaml-limit", message, self.span(event), "the level that is too deep")
                return False
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            return self.close(event.end_mark.index)
        elif isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                message = "a spec is one document; a second one starts here"
                span = Span(self.source, event.start_mark.index, event.start_mark.index + 3)
                self.report("multiple-documents", message, span, "second document", help="move it into a file of its own")
                return False
        return True

    def alias(self, event: yaml.AliasEvent) -> bool:
        span = self.span(event)
        if any(opened.anchor == event.anchor for opened in self.stack):
            message = f"alias `*{event.anchor}` stands inside the node it names"
            self.report("recursive-alias", message, span, "refers to what contains it", help="write the value out")
            return self.add(Scalar(span, "", None, True), 1, None)
        if event.anchor not in self.anchors:
            message = f"alias `*{event.anchor}` names no anchor above it"
            self.report("undefined-alias", message, span, "no such anchor", help=f"mark the value with `&{event.anchor}` first")
            return self.add(Scalar(span, "", None, True), 1, None)
        node, size = self.anchors[event.anchor]
        return self.add(node, size, None)

    def add(self, node: Node, size: int, anchor: str | None) -> bool:
        if anchor is not None:
            self.anchors[anchor] = (node, size)
        if not self.stack:
            self.root = node
            return True
        top = self.stack[-1]
        top.items.append(node)
        top.size += size
        if top.size > MAX_NODES:
            message = f"with its aliases written out the file has more than {MAX_NODES:,} nodes"
            self.report("yaml-limit", message, node.span, "the limit is passed here")
            self.stack.append(top)  # an open collection: the document counts as broken
            return False
        return True

    def close(self, end: int) -> bool:
        opened = self.stack.pop()
        span = Span(self.source, opened.start, self.trim(opened.start, end))
        if not opened.is_mapping:
            return self.add(Sequence(span, tuple(opened.items)), opened.size, opened.anchor)
        entries: dict[str, Entry] = {}
        for key, value in zip(opened.items[::2], opened.items[1::2], strict=True):
            if not isinstance(key, Scalar):
                self.report("invalid-key", "a key has to be a name", key.span, "this key is a collection")
            elif key.text in entries:
                first = entries[key.text].key.span
                self.problems.append(
                    Problem(
                        "duplicate-key",
                        f"key `{key.text}` is given twice",
                        key.span,
                        "given again",
                        ((first, "first given here"),),
                        "remove one of the two or rename it",
                    )
                )
            else:
                entries[key.text] = Entry(key, value)
        return self.add(Mapping(span, tuple(entries.values())), opened.size, opened.anchor)

    def trim(self, start: int, end: int) -> int:
        """A block collection's end mark lies past the blank lines after it; a span ends at its last character."""
        text = self.source.text
        while end > start + 1 and text[end - 1] in " \r\n\t":
            end -= 1
        return end

    def refuse_tag(self, tag: str | None, span: Span) -> None:
        if tag not in (None, "!"):
            name = tag.replace("tag:yaml.org,2002:", "!!") if tag else ""
            self.report("yaml-tag", f"tag `{name}`: a spec is data and takes no tags", span, "tagged value", help="remove the tag; quote the value to make it a string")

    def span(self, event: yaml.Event) -> Span:
        start = event.start_mark.index
        return Span(self.source, start, max(self.trim(start, event.end_mark.index), start))

    def report(self, code: str, message: str, span: Span, label: str, help: str = "") -> None:
        self.problems.append(Problem(code, message, span, label, help=help))

    def syntax_problem(self, error: yaml.MarkedYAMLError) -> Problem:
        mark = error.problem_mark or error.context_mark
        length = len(self.source.text)
        at = min(mark.index if mark else 0, max(length - 1, 0))
        if self.source.text[at : at + 1] in ("\n", "\r") and at > 0 and mark and mark.index >= length - 1:
            at -= 1
        message = (error.problem or "not valid YAML").strip()
        related: tuple[tuple[Span, str], ...] = ()
        if error.context_mark and error.context and error.context_mark.index < at:
            start = error.context_mark.index
            related = ((Span(self.source, start, start + 1), error.context.strip()),)
        hint = next((text for start, text in _HINTS.items() if start in message), "")
        if self.source.text[at : at + 1] == "\t":
            hint = _HINTS["found character '\\t'"]
        return Problem("yaml-syntax", message, Span(self.source, at, at + 1), "the parser stopped here", related, hint)
