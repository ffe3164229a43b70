"""Writes the reference pages and every shown output: `python docs/generate.py`; `--quick` leaves TensorFlow out."""

from __future__ import annotations

import sys

from .pages import Page, pages
from .reference import reference
from .session import comparable, session


def outdated(page: Page, quick: bool) -> dict[int, str]:
    """What the page's blocks should show where that is not what they show, by line."""
    with session(quick) as reader:
        found = reader.follow(page)
    return {
        block.line: found[block.line]
        for block in page.blocks
        if block.line in found and comparable(found[block.line]) != comparable(block.text)
    }


def main(arguments: list[str]) -> int:
    quick = "--quick" in arguments
    wanted = [one for one in arguments if not one.startswith("-")]
    for path, text in reference().items():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {path.name}")
    for page in pages():
        if wanted and page.name not in wanted:
            continue
        texts = outdated(page, quick)
        if texts:
            page.path.write_text(page.replaced(texts), "utf-8")
            print(f"updated {page.name}: the blocks at lines {', '.join(map(str, texts))}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
