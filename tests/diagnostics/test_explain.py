"""Every code has a page; the page's example gives that diagnostic and no other, and its corrected form gives none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pytest

from specc.diagnostics import CODES
from specc.driver import check

PAGES = resources.files("specc.diagnostics") / "explain"
IN_PROSE = {
    "more-findings",
    "unreadable-file",
    "no-spec",
    "too-large",
    "internal-error",
    "not-equivalent",
    "file-operator",
    "file-weights",
    "build-failed",
    "bad-weights",
    "different-network",
    "unused-weights",
    "bad-op",
    "keras-version",
}
RUN = sorted(CODES.keys() - IN_PROSE)

_BLOCK = re.compile(
    r"(?:^<!-- (?P<kind>targets|file): (?P<value>.+?) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S
)


@dataclass(frozen=True)
class Example:
    """A spec of a page, with the files beside it and the targets it is checked for."""

    text: str
    files: dict[str, str]
    targets: tuple[str, ...]


def page(code: str) -> str:
    return (PAGES / f"{code}.md").read_text("utf-8")


def parts(code: str) -> dict[str, str]:
    """The page cut at its headings; what stands before them is under the empty name."""
    cut = re.split(r"^## (.+)\n", page(code), flags=re.M)
    return {"": cut[0], **dict(zip(cut[1::2], cut[2::2], strict=True))}


def example(part: str) -> Example:
    files: dict[str, str] = {}
    targets: tuple[str, ...] = ()
    text = ""
    for block in _BLOCK.finditer(part):
        assert block["language"] == "yaml"
        if block["kind"] == "file":
            files[block["value"]] = block["text"]
            continue
        assert not text, "one spec for each part"
        text = block["text"]
        targets = tuple((block["value"] or "").split())
    assert text
    return Example(text, files, targets)


def codes_of(given: Example, folder: Path) -> list[str]:
    for name, text in given.files.items():
        (folder / name).write_text(text, "utf-8")
    path = folder / "net.yaml"
    path.write_text(given.text, "utf-8")
    return [one.code for one in check(path, targets=given.targets).diagnostics]


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    pages = {file.name.removesuffix(".md") for file in PAGES.iterdir() if file.name.endswith(".md")}
    assert pages == CODES.keys()


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_page_has_its_parts_in_order(code: str) -> None:
    found = parts(code)
    assert list(found) == ["", "Example", "Fix"]
    title, _, prose = found[""].partition("\n")
    assert title == f"# {code}"
    assert 80 < len(prose.strip()) < 800
    assert "\n\n" not in prose.strip(), "one paragraph"
    assert all(len(line) <= 120 for line in page(code).split("\n"))


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_page_links_to_pages_that_exist(code: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page(code)):
        assert (PAGES / target).is_file()


@pytest.mark.parametrize("code", sorted(IN_PROSE))
def test_what_only_a_build_gives_is_shown_as_text(code: str) -> None:
    found = parts(code)
    assert f"[{code}]" in found["Example"]
    assert "```text" in found["Example"]
    assert "```yaml" not in page(code)


@pytest.mark.parametrize("code", RUN)
def test_the_example_gives_this_diagnostic_and_no_other(code: str, tmp_path: Path) -> None:
    assert codes_of(example(parts(code)["Example"]), tmp_path) == [code]


@pytest.mark.parametrize("code", RUN)
def test_the_corrected_example_is_met_with_silence(code: str, tmp_path: Path) -> None:
    assert codes_of(example(parts(code)["Fix"]), tmp_path) == []
