"""Slips in YAML's punctuation: what was meant is recognised, said, and read as meant, so that nothing follows from it.

In a flow mapping, `op:Dense`, `op=Dense` and `b` are keys without a value, which no spec has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from specc.source.nodes import Entry, Node, Problem, Scalar, Sequence
from specc.source.scalars import resolve
from specc.source.text import Source, Span

_SPACES = "[\\s\u00a0\u200b\u2009\u202f\u3000]"
_PAIR = re.compile(rf"(\w+){_SPACES}*[:=\uff1a]{_SPACES}*(\S.*)")
_TWO_WORDS = re.compile(r"(\w+)\s+(\S+)")
_LONE = re.compile(r"[A-Za-z_][\w.]*")

_PLAIN = "[^\\s,{}\\[\\]\"']"  # a character of text without quotes
_PLAIN_TEXT = "[^,{}\\[\\]\"']*"
# What stands on the line where the parser stopped, and what to write instead; the first that fits.
_ON_LINE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![\"'\w])(\$\{[^}\"']*\})"), 'quote it: `"{0}"`'),
    (re.compile(r"(?:^|\s)(//.*)"), "a comment starts with `#`"),
    (re.compile(r"[{\[,]\s*(\w+):?\s*[^,{}]*;"), "separate the values with `,` instead of `;`"),
    (re.compile(r"[}\])\w];\s*$"), "remove the `;`: a line needs no sign at its end"),
    (re.compile(r"[}\]],\s*$"), "remove the `,` at the end of the line"),
    (re.compile(r"\}\}\s*$|\]\]\s*$"), "remove the bracket that has no partner"),
    (re.compile(r"[\s{,](@\w+)"), 'quote what starts with `@`: `"{0}"`'),
    (re.compile(r"`(\w+)`"), "remove the backticks: write `{0}`"),
    (re.compile(r"^\s*([A-Za-z_]\w*)\s*(\{\s*\w+)\s*:"), "put a colon after the name: `{0}: {1}: …}}`"),
    (re.compile(rf"[{{,]\s*\w+:\s+({_PLAIN}{_PLAIN_TEXT}:\s{_PLAIN_TEXT}{_PLAIN})"), 'quote the text: `"{0}"`'),
    (re.compile(r"^\s*([A-Za-z_]\w*):([^\s:/]\S*)\s*$"), "put a space after the colon: `{0}: {1}`"),
    (re.compile(r"^\s*([A-Za-z_]\w*)(?:\s*=)?\s+([0-9][\w.]*)\s*$"), "put a colon after the key: `{0}: {1}`"),
)  # fmt: skip


def advice(text: str, at: int, start: int) -> str:
    """What to write where the parser stopped at `at`, in something that began at `start`; empty if nothing is known."""
    first = text.rfind("\n", 0, min(start, at)) + 1
    lines = text[first : (text + "\n").index("\n", at)].split("\n")
    previous = text[:first].rstrip("\n").rpartition("\n")[2]
    for line in (*reversed(lines[-20:]), previous):
        code = re.sub(r"(?:^|\s)#.*", "", line)
        for pattern, help in _ON_LINE:
            found = pattern.search(code)
            if found:
                return help.format(*found.groups())
    return ""


def too_deep(text: str, at: int) -> str:
    """What to do where the line at `at` is indented deeper than the one above, which has a value already."""
    start = text.rfind("\n", 0, at) + 1
    before, line = text[max(start - 2000, 0) : start], text[start:].split("\n", 1)[0]
    above = next((one for one in reversed(before.split("\n")) if one.strip() and not one.lstrip().startswith("#")), "")
    has_value = re.match(r"\s*([\w-]+):\s+[^\s#|>&]", above)
    if has_value is None or _indent(line) <= _indent(above) or not re.match(r"\s*[\w-]+:(\s|$)", line):
        return ""
    return f"indent this line like the one above: `{has_value[1]}` has its value already"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def repaired(entries: Iterable[Entry], source: Source, problems: list[Problem]) -> tuple[Entry, ...]:
    """The entries of a flow mapping as they were meant; every slip is reported."""
    result: list[Entry] = []
    for entry in entries:
        if not _is_alone(entry, source.text):
            result.append(entry)
            continue
        before = result[-1] if result else None
        if before is not None and (joined := _joined(before, entry, problems)):
            result[-1] = joined
            continue
        pair = _PAIR.fullmatch(entry.key.text)
        words = pair or _TWO_WORDS.fullmatch(entry.key.text)
        if words is None:
            result.append(entry)
            continue
        name, value = words[1], words[2].strip("\u200b\u00a0")
        help = f"write `{name}: {value}`, with a colon and a space"
        message = f"`{' '.join(entry.key.text.split())}` is read as one word"
        problems.append(Problem("yaml-syntax", message, entry.key.span, "a key without a value", help=help))
        key = replace(entry.key, text=name, value=name)
        result.append(Entry(key, Scalar(entry.key.span, value, resolve(value), True)))
    return tuple(result)


def _is_alone(entry: Entry, text: str) -> bool:
    """Whether a plain key has no colon, and so no value."""
    value = entry.value
    lacks_value = isinstance(value, Scalar) and value.plain and not value.text
    return lacks_value and entry.key.plain and text[entry.key.span.end : entry.key.span.end + 200].lstrip()[:1] in ",}"


def _joined(before: Entry, entry: Entry, problems: list[Problem]) -> Entry | None:
    """The entry before, with a key that was meant to belong to its value; None where it was not."""
    value, word = before.value, entry.key
    if isinstance(value, Sequence) and value.span.text.startswith("["):
        return None  # a list that was written as one
    if isinstance(value, Sequence) and isinstance(last := value.items[-1], Scalar):
        texts, is_open = [one.text for one in value.items if isinstance(one, Scalar)], value.span.text.startswith("(")
    elif isinstance(value, Scalar) and value.plain:
        texts, is_open, last = [value.text], value.text.startswith("("), value
    else:
        return None
    span = Span(word.span.source, value.span.start, word.span.end)
    if is_open and not last.text.endswith(")"):
        items = _items(value, word)
        if word.text.endswith(")"):
            shown = ", ".join(one.text.strip("()") for one in items)
            message = f"`{span.text}` is not a list"
            problems.append(Problem("yaml-syntax", message, span, "in parentheses", help=f"write `[{shown}]`"))
            items = tuple(_bare(one) for one in items if one.text.strip("()"))
        return Entry(before.key, Sequence(span, items))
    if before.key.text == "from" and _LONE.fullmatch(word.text) and all(map(_LONE.fullmatch, texts)):
        listed = ", ".join((*texts, word.text))
        if isinstance(value, Sequence):  # one mistake, however many names there are
            problems.pop()
        message, help = f"`{listed}` is several values, not a list", f"write `from: [{listed}]`"
        problems.append(Problem("yaml-syntax", message, span, "without brackets", help=help))
        return Entry(before.key, Sequence(span, _items(value, word)))
    if isinstance(value, Scalar) and value.text.isdigit() and word.text.isdigit():
        number = f"{value.text}.{word.text}"
        message = f"`{span.text}` is two values"
        problems.append(Problem("yaml-syntax", message, span, "a comma", help=f"write `{number}`"))
        return Entry(before.key, Scalar(span, number, float(number), True))
    return None


def _items(value: Node, word: Scalar) -> tuple[Scalar, ...]:
    items = value.items if isinstance(value, Sequence) else (value,)
    return (*(one for one in items if isinstance(one, Scalar)), word)


def _bare(one: Scalar) -> Scalar:
    text = one.text.strip("()")
    return Scalar(one.span, text, resolve(text), True)
