"""Source into syntax nodes, from the events of PyYAML (libyaml where present).

Events rather than `yaml.compose`: depth and alias limits then hold before the memory is spent, and nothing
recurses. Every problem of a text is reported, up to the first place the scanner cannot get past.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import yaml

from specc.source import work
from specc.source.nodes import Entry, Mapping, Node, Problem, Scalar, Sequence
from specc.source.scalars import resolve
from specc.source.slips import advice, repaired, too_deep
from specc.source.text import Source, Span

MAX_DEPTH = 100
MAX_NODES = 300_000  # with every alias counted as what it stands for
_LONG = 100  # characters of a scalar that count as much as a node

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BOM = "\ufeff"
# What YAML allows, without what would be read in two ways: a byte order mark inside the text, and the line breaks of
# YAML 1.1 that are none in 1.2 and in no editor.
_REFUSED = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PROPERTIES = re.compile(r"(?:(?:&[\w-]+|!\S*)(?:\s+(?:#[^\n\r]*\s+)*)?){1,2}")  # of a scalar: anchor and tag
_TAB_HINT = "YAML indents with spaces; replace the tab"
_TOO_DEEP = "exceeded maximum nesting depth"  # libyaml 0.2.6 scans ahead and has a limit of its own, above MAX_DEPTH
_HINTS = {  # by part of libyaml's message, or of PyYAML's own
    "mapping values are not allowed": "a `: ` inside a plain value has to be quoted; or the indentation is off",
    "could not find expected ':'": "a key needs a `:` and a space after it",
    "',' or '}'": "close the `{` or add the missing comma",
    "',' or ']'": "close the `[` or add the missing comma",
    "did not find expected key": "this line's indentation fits no mapping above it",
    "expected <block end>": "this line's indentation fits no mapping above it",
    "document start>": "the value before this is complete; put both into one mapping or list",
    "unexpected end of stream": "close the quote",
    "unknown escape character": "in double quotes a backslash is written `\\\\`; or use single quotes",
}


_NO_COLON = re.compile(r"([A-Za-z_]\w*)\s*\{\s*(\w+)")
_ODD_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_ODD_INDENT = re.compile(r"^([ \u00a0\u2000-\u200a\u202f\u205f\u3000]+)(- |[\w\"'-]+\s*:)", re.MULTILINE)


class _Mark(Protocol):
    """What the marks of both loaders have in common."""

    @property
    def index(self) -> int: ...


@dataclass(slots=True)
class _Open:
    """A collection whose end event has not come yet."""

    start: int
    is_mapping: bool
    is_flow: bool
    anchor: str | None
    items: list[Node] = field(default_factory=list[Node])
    size: int = 1


def compose(source: Source) -> tuple[Node | None, list[Problem]]:
    """The root node of the text's only document (None when it is empty or broken), and its problems."""
    return _Composer(source).run()


class _Composer:
    def __init__(self, source: Source) -> None:
        self.source = source
        text = source.text
        self.text = text  # what is parsed, of the same length
        self.base = int(text.startswith(_BOM))  # loaders skip the mark, and not all of them count it
        self.end = len(text)
        self.visible_end = len(text.rstrip())
        self.problems: list[Problem] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.root: Node | None = None
        self.reached = self.base  # the end of what was read last
        self.documents = 0
        self.written = 0  # values, an alias being one
        self.broken = False

    def run(self) -> tuple[Node | None, list[Problem]]:
        refused = _REFUSED.search(self.source.text, self.base)
        if refused:
            self.refuse_character(refused)
            return None, self.problems
        self.replace_odd_indentation()
        for event in self.events():
            if not self.take(event):
                break
        work.allow(self.written)
        return (None if self.broken or self.stack else self.root), self.problems

    def replace_odd_indentation(self) -> None:
        """Reads spaces that look like a plain one, and are none for YAML, as indentation; each line is reported."""
        if not _ODD_SPACE.search(self.text):
            return
        for line in _ODD_INDENT.finditer(self.text):
            found = _ODD_SPACE.search(self.text, *line.span(1))
            if found is not None:
                message = f"the line is indented with the character U+{ord(found[0]):04X}, which is not a plain space"
                span = Span(self.source, *found.span())
                self.report("yaml-syntax", message, span, "looks like a space", "replace it by a plain space")
        self.text = _ODD_INDENT.sub(lambda line: _ODD_SPACE.sub(" ", line[1]) + line[2], self.text)

    def events(self) -> Iterator[yaml.Event]:
        """The loader's events up to the first place it cannot get past, which is reported."""
        try:
            yield from yaml.parse(self.text[self.base :], Loader=LOADER)
        except yaml.MarkedYAMLError as error:
            self.problems.append(self.syntax_problem(error))
            self.broken = True
        except (ValueError, OverflowError):  # PyYAML's own loader, on an escape beyond Unicode
            span = Span(self.source, self.reached, min(self.reached + 1, len(self.source.text)))
            self.report("yaml-syntax", "a number in what follows is out of range", span, "after this")
            self.broken = True

    def take(self, event: yaml.Event) -> bool:
        """Works one event in; False where going on makes no sense."""
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            return self.open(event)
        if isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            return self.close(event)
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                message = "a spec is one document; a second one starts here"
                help = "move it into a file of its own"
                self.report("multiple-documents", message, self.span(event), "second document", help)
                return False
        return True

    def scalar(self, event: yaml.ScalarEvent) -> bool:
        span = self.span(event)
        if event.anchor is not None or event.tag is not None:
            self.refuse_tag(event.tag, span)
            skipped = _PROPERTIES.match(self.source.text, span.start, span.end)
            if skipped and skipped.end() < span.end:  # an empty value keeps the place of its anchor
                span = Span(self.source, skipped.end(), span.end)
        if event.style == '"' and _SURROGATE.search(event.value):  # raw ones have been refused
            self.report("yaml-syntax", "an escape names half a character (a surrogate)", span, "in this value")
            self.broken = True
        plain = not event.style
        self.reached = span.end
        value = resolve(event.value) if plain else event.value
        return self.add(Scalar(span, event.value, value, plain), 1 + len(event.value) // _LONG, event.anchor)

    def open(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> bool:
        span = self.span(event)
        self.refuse_tag(event.tag, span)
        start = span.start
        if event.anchor is not None or event.tag is not None:  # the content begins where the start event ends
            end = self.at(event.end_mark)
            start = end - 1 if self.source.text[end - 1] in "{[-" else end
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        self.stack.append(_Open(start, is_mapping, bool(event.flow_style), event.anchor))
        if len(self.stack) > MAX_DEPTH:
            self.problems.append(self.depth_problem(start))
            return False
        return True

    def depth_problem(self, at: int) -> Problem:
        message = f"the file nests more than {MAX_DEPTH} levels deep"
        span = Span(self.source, at, at + 1)
        return Problem("yaml-limit", message, span, "this level is too deep", help="nest fewer collections")

    def alias(self, event: yaml.AliasEvent) -> bool:
        span = self.span(event)
        self.reached = span.end
        if any(opened.anchor == event.anchor for opened in self.stack):
            message = f"alias `*{event.anchor}` stands inside the node it names"
            self.report("recursive-alias", message, span, "refers to what contains it", "write the value out")
        elif event.anchor not in self.anchors:
            message = f"alias `*{event.anchor}` names no anchor above it"
            help = f"mark the value with `&{event.anchor}` first"
            self.report("undefined-alias", message, span, "no such anchor", help)
        else:
            node, size = self.anchors[event.anchor]
            return self.add(node, size, None)
        self.broken = True  # whatever stood in its place would be called wrong as well
        return self.add(Scalar(span, "", None, True), 1, None)

    def add(self, node: Node, size: int, anchor: str | None) -> bool:
        self.written += 1
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
            self.report("yaml-limit", message, node.span, "the limit is passed here", "use fewer aliases of aliases")
            return False  # with a collection open: the document counts as broken
        return True

    def close(self, event: yaml.Event) -> bool:
        """Ends a collection: at its bracket, or at the end of its last item, without the comments that follow."""
        opened = self.stack.pop()
        if opened.is_flow:
            self.reached = self.at(event.end_mark)
        span = Span(self.source, opened.start, self.trim(opened.start, self.reached))
        if not opened.is_mapping:
            return self.add(Sequence(span, tuple(opened.items)), opened.size, opened.anchor)
        entries: dict[str, Entry] = {}
        for key, value in zip(opened.items[::2], opened.items[1::2], strict=True):
            if isinstance(key, Mapping) and len(key.entries) == 1:
                name = key.entries[0].key.text
                message = "a key has to be a name, and `{{` makes a mapping of it"
                self.report("invalid-key", message, key.span, "a mapping", f'a parameter is written `"${{{name}}}"`')
                self.broken = True  # what it stands for is no mistake of its own
            elif isinstance(key, Scalar) and (opening := _NO_COLON.fullmatch(key.text)) and key.plain:
                message = f"`{key.text}` is read as one key"
                help = f"put a colon after the name: `{opening[1]}: {{{opening[2]}: …}}`"
                self.report("yaml-syntax", message, key.span, "no colon after the name", help)
                self.broken = True
            elif not isinstance(key, Scalar):
                self.report(
                    "invalid-key", "a key has to be a name", key.span, "this key is a collection", "write a plain name"
                )
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
        values = tuple(entries.values())
        kept = repaired(values, self.source, self.problems) if opened.is_flow else values
        return self.add(Mapping(span, kept), opened.size, opened.anchor)

    def trim(self, start: int, end: int) -> int:
        """A block scalar's end mark lies past the blank lines after it; a span ends at its last character."""
        text = self.source.text
        while end > start + 1 and text[end - 1] in " \r\n\t":
            end -= 1
        return end

    def at(self, mark: _Mark | None) -> int:
        """A loader's mark as an offset into the source."""
        if mark is None:
            return self.base
        offset = self.base + mark.index
        return offset if offset < self.end else self.end

    def span(self, event: yaml.Event) -> Span:
        start = self.at(event.start_mark)
        return Span(self.source, start, self.trim(start, self.at(event.end_mark)))

    def report(self, code: str, message: str, span: Span, label: str, help: str = "") -> None:
        self.problems.append(Problem(code, message, span, label, help=help))

    def refuse_tag(self, tag: str | None, span: Span) -> None:
        if tag is None:
            return
        found = re.compile(r"!\S*").search(self.source.text, span.start, span.end)
        place = Span(self.source, *found.span()) if found else span
        message = f"tag `{place.text}`: a spec is data and takes no tags"
        help = "remove the tag; quote the value to make it a string"
        if re.fullmatch(r"![A-Z]\w*", place.text):  # a class, as other tools write it
            help = f"write the class as a value: `{{op: {place.text[1:]}, …}}`"
        self.report("yaml-tag", message, place, "a tag", help)

    def refuse_character(self, found: re.Match[str]) -> None:
        message = f"character U+{ord(found[0]):04X} is not allowed in a spec"
        help = "remove it, or write it as an escape in double quotes"
        self.report("yaml-syntax", message, Span(self.source, *found.span()), "here", help)

    def syntax_problem(self, error: yaml.MarkedYAMLError) -> Problem:
        text = self.source.text
        mark = error.problem_mark or error.context_mark
        at = max(min(self.at(mark), self.visible_end - 1), 0)  # rather the last character than the end
        message = (error.problem or "not valid YAML").strip()
        if message == _TOO_DEEP:
            return self.depth_problem(at)
        related: tuple[tuple[Span, str], ...] = ()
        if error.context_mark and error.context and self.at(error.context_mark) < at:
            start = self.at(error.context_mark)
            related = ((Span(self.source, start, start + 1), error.context.strip()),)
        hint = next((hint for part, hint in _HINTS.items() if part in message), "")
        if text[at : at + 1] == "\t":
            hint = _TAB_HINT
        start = self.at(error.context_mark) if error.context_mark else at
        hint = advice(text, at, start) or too_deep(text, at) or hint
        here = Span(self.source, at, min(at + 1, len(text)))
        return Problem("yaml-syntax", message, here, "the parser stopped here", related, hint)
