"""A Markdown page into its code blocks, with the comments before each that say what it is, and its links.

What a block is, its comments and its language say:

    <!-- file: net.yaml -->       any block: the reader saves it under that name
    ```yaml                       a whole spec, which has to compile in silence
    <!-- fragment: {outputs: y}   a part of a spec; the comment holds the sections that are missing
    <!-- fails: unknown-op        a spec that gives exactly these diagnostics
    <!-- targets: tidl            a spec that is checked for these targets too
    <!-- other                    YAML that is no spec
    ```console                    lines `$ command`, which are run, each with what it prints
    <!-- run: command             a block of any language: what the command prints
    <!-- python                   a block that is run, in the order of the page
    <!-- output                   what the Python block before it prints
    ```sh                         commands that are not run: they install, commit or take a terminal
    <!-- step                     of CONTRIBUTING.md: commands that are run in a copy of the repository
    ```diff                       what a step changes in a file
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_COMMENT = re.compile(r"\s*<!--\s*(?P<key>[a-z]+)(?::\s*(?P<value>.*?))?\s*-->\s*")
_FENCE = re.compile(r"(?P<indent> *)(?P<ticks>`{3,})(?P<language>[a-z]*)\s*")
_LINK = re.compile(r"\[[^\]\[]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"#{1,6} +(.*?)\s*#*\s*$")


@dataclass(frozen=True)
class Block:
    """A fenced block. `first` and `end` are indices of the page's lines: its content, fences left out."""

    language: str
    text: str
    marks: dict[str, str]
    first: int
    end: int
    indent: str

    @property
    def line(self) -> int:
        return self.first + 1

    @property
    def is_spec(self) -> bool:
        return self.language == "yaml" and not {"other", "run"} & self.marks.keys()

    @property
    def is_python(self) -> bool:
        return "python" in self.marks

    @property
    def is_shown(self) -> bool:
        """Whether the content is what something printed."""
        return self.language == "console" or bool({"run", "output"} & self.marks.keys())


@dataclass(frozen=True)
class Page:
    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Page:
        return cls(path, path.read_text("utf-8"))

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def blocks(self) -> list[Block]:
        lines = self.text.split("\n")
        found: list[Block] = []
        marks: dict[str, str] = {}
        at = 0
        while at < len(lines):
            comment, fence = _COMMENT.fullmatch(lines[at]), _FENCE.fullmatch(lines[at])
            if comment:
                marks[comment["key"]] = comment["value"] or ""
            elif fence:
                end = next(i for i in range(at + 1, len(lines)) if lines[i].strip() == fence["ticks"])
                indent = fence["indent"]
                content = [line.removeprefix(indent) for line in lines[at + 1 : end]]
                text = "".join(f"{line}\n" for line in content)
                found.append(Block(fence["language"], text, marks, at + 1, end, indent))
                marks, at = {}, end
            elif lines[at].strip():
                marks = {}
            at += 1
        return found

    @cached_property
    def prose(self) -> str:
        """The text without its blocks."""
        lines = self.text.split("\n")
        for block in self.blocks:
            lines[block.first : block.end] = [""] * (block.end - block.first)
        return "\n".join(lines)

    @property
    def links(self) -> list[str]:
        return _LINK.findall(re.sub(r"`[^`\n]*`", "", self.prose))

    @property
    def anchors(self) -> set[str]:
        """The anchors of the headings, as GitHub makes them."""
        found: set[str] = set()
        for line in self.prose.split("\n"):
            if heading := _HEADING.match(line):
                text = re.sub(r"[^\w\- ]", "", heading[1].lower().replace("`", ""))
                anchor = base = text.replace(" ", "-")
                count = 0
                while anchor in found:
                    count += 1
                    anchor = f"{base}-{count}"
                found.add(anchor)
        return found

    def replaced(self, texts: dict[int, str]) -> str:
        """The page's text with other contents for the blocks at these lines."""
        lines = self.text.split("\n")
        for block in reversed(self.blocks):
            if block.line in texts:
                content = texts[block.line].removesuffix("\n").split("\n") if texts[block.line] else []
                lines[block.first : block.end] = [f"{block.indent}{one}".rstrip() for one in content]
        return "\n".join(lines)


def pages() -> list[Page]:
    """Every page, those of `docs/decisions/` left out: they record what was thought, and are not kept up to date."""
    paths = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [Page.read(path) for path in paths if "decisions" not in path.parts]
