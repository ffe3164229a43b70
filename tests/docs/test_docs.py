"""Every page: its specs compile, its commands and Python print what it shows, its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from specc.driver import check_source
from specc.source import Source

from .pages import ROOT, Block, Page, pages
from .reference import reference
from .session import comparable, session, uses_keras

PAGES = pages()
BY_PAGE = pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
WITH_KERAS = [page for page in PAGES if uses_keras(page)]
REFERENCE = reference()

MARKS = {"file", "fragment", "fails", "targets", "other", "run", "python", "output", "step"}
NOT_RUN = ("pip ", "python3 -m venv", "pytest", "ruff ", "pyright", "specc ", "python docs/")


@BY_PAGE
def test_it_is_known_what_every_block_is(page: Page) -> None:
    for block in page.blocks:
        where = f"{page.name}:{block.line}"
        assert block.marks.keys() <= MARKS, where
        is_marked = bool({"file", "other", "step"} & block.marks.keys())
        is_checked = block.is_spec or block.is_python or block.is_shown or is_marked
        if block.language == "sh" and "step" not in block.marks:
            commands = block.text.replace("\\\n", " ").splitlines()
            assert all(line.startswith((*NOT_RUN, "#")) for line in commands), where
        elif block.language == "toml":
            tomllib.loads(block.text)
        else:
            assert is_checked, f"{where}: nothing checks this block"


@BY_PAGE
def test_specs_compile_and_wrong_ones_give_what_is_said(page: Page, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    for block in page.blocks:
        where = f"{page.name}:{block.line}"
        if "file" in block.marks and block.language != "diff":
            path = tmp_path / block.marks["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        if "other" in block.marks and page.path not in REFERENCE:
            yaml.safe_load(block.text)
        if block.is_spec:
            checked = check_source(Source("net.yaml", whole(block)), targets=listed(block, "targets"))
            found = {one.code: f"{one.span}: {one.message}" for one in checked.diagnostics}
            assert set(found) == set(listed(block, "fails")), f"{where}: {found}"


def whole(block: Block) -> str:
    """The block's spec; a fragment with the sections that its comment holds put around it."""
    if "fragment" not in block.marks:
        return block.text
    given = yaml.safe_load(block.text) or {}
    rest = {"specc": 1, **yaml.safe_load(block.marks["fragment"])}
    around = {key: value for key, value in rest.items() if key not in given}
    return yaml.safe_dump(around, sort_keys=False) + block.text


def listed(block: Block, mark: str) -> list[str]:
    return [one.strip() for one in block.marks.get(mark, "").split(",") if one.strip()]


@BY_PAGE
def test_outputs_are_what_is_printed_now(page: Page) -> None:
    assert_shown(page, quick=True)


@pytest.mark.keras
@pytest.mark.parametrize("page", WITH_KERAS, ids=[page.name for page in WITH_KERAS])
def test_outputs_of_builds_and_python_are_what_is_printed_now(page: Page) -> None:
    assert_shown(page, quick=False)


def assert_shown(page: Page, quick: bool) -> None:
    """Holds every shown output against a fresh one; `python docs/generate.py` writes them anew."""
    with session(quick) as reader:
        found = reader.follow(page)
    for block in page.blocks:
        if block.line in found:
            assert comparable(block.text) == comparable(found[block.line]), f"{page.name}:{block.line}"
        else:
            assert quick or not block.is_shown, f"{page.name}:{block.line} was not run"


@pytest.mark.parametrize("path", REFERENCE, ids=[path.name for path in REFERENCE])
def test_the_reference_is_what_the_tool_writes(path: Path) -> None:
    assert path.read_bytes() == REFERENCE[path].encode(), "run `python docs/generate.py`"


@BY_PAGE
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links:
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.path.parent / path).resolve() if path else page.path
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in Page.read(target).anchors, f"{page.name}: {link}"


def test_every_page_is_reached_from_the_readme() -> None:
    by_path = {page.path: page for page in PAGES}
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        path = waiting.pop()
        if path in by_path and path not in reached:
            reached.add(path)
            waiting += [(path.parent / link.partition("#")[0]).resolve() for link in by_path[path].links]
    assert reached == set(by_path)


@BY_PAGE
def test_pages_are_readable(page: Page) -> None:
    assert re.match(r"# \S", page.text) and page.text.endswith("\n")
    assert not re.search(r"(?<![\w.])/(root|home|tmp|work|Users)/", page.text), "a path of somebody's machine"
    if page.path not in REFERENCE:
        for number, line in enumerate(page.prose.split("\n"), start=1):
            assert len(line) <= 125 or line.startswith(("|", "<!--")), f"{page.name}:{number}"


def test_the_readme_opens_with_a_spec_a_command_and_what_comes_out() -> None:
    first = Page.read(ROOT / "README.md").blocks[:2]
    assert [block.language for block in first] == ["yaml", "console"]
    assert first[1].text.startswith("$ specc build ") and "\nwrote " in first[1].text
    assert first[1].end < 50


def test_the_workflows_are_valid(tmp_path: Path) -> None:
    page = Page.read(ROOT / "docs" / "how-to" / "ci.md")
    texts = [block.text for block in page.blocks if block.marks.get("other") == "a workflow"]
    assert texts
    paths = [tmp_path / f"{number}.yml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    subprocess.run([*command, *paths], check=True, capture_output=True)


def test_the_hook_is_the_one_the_page_names(tmp_path: Path) -> None:
    """The hook's command, given the files its pattern takes and the page's arguments, checks them."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    page = Page.read(ROOT / "docs" / "how-to" / "ci.md")
    (used,) = [yaml.safe_load(block.text) for block in page.blocks if "pre-commit" in block.marks.get("other", "")]
    (wanted,) = used["repos"][0]["hooks"]
    assert wanted["id"] == hook["id"]
    assert hook["language"] == "python" and hook["types"] == ["yaml"]
    taken = ("net.net.yaml", "a/net.net.yml", "specs/net.yaml", "a/specs/b/net.yml")
    assert all(re.search(hook["files"], name) for name in taken)
    assert not any(re.search(hook["files"], name) for name in ("net.yaml", "myspecs/net.yaml", "specs/net.py"))
    right = tmp_path / "right.net.yaml"
    wrong = tmp_path / "wrong.net.yaml"
    right.write_text("specc: 1\ninputs: {x: [2]}\nnodes: {y: {op: Dense, units: 1}}\noutputs: y\n")
    wrong.write_text("specc: 1\ninputs: {x: [2]}\nnodes: {y: {op: Dense}}\noutputs: y\n")
    assert hook["entry"].split()[0] == "specc"
    command = [sys.executable, "-m", *hook["entry"].split(), *wanted["args"]]
    assert subprocess.call([*command, right]) == 0
    assert subprocess.call([*command, right, wrong]) == 1


# The runner itself


def page_of(text: str, path: Path = ROOT / "page.md") -> Page:
    return Page(path, text)


def test_the_runner_sees_an_output_that_is_out_of_date() -> None:
    right = page_of("```console\n$ echo one\none\n```\n")
    assert_shown(right, quick=True)
    with pytest.raises(AssertionError, match=r"page\.md:2"):
        assert_shown(page_of(right.text.replace("\none", "\ntwo")), quick=True)


def test_the_runner_leaves_the_last_digits_of_measured_differences_alone() -> None:
    assert comparable("differs by 1.3e-07 (8)") == comparable("differs by 2.0e-07 (8)")
    assert comparable("differs by 1.3e-07 (8)") != comparable("differs by 1.3e-07 (9)")


def test_a_page_is_read_and_rewritten() -> None:
    blocks = "<!-- run: echo two -->\n```text\none\n```\n\n  ```yaml\n  a: 1\n  ```\n"
    page = page_of(f"# A\n\n{blocks}\n[b](c.md#d) `[e](f)`\n")
    first, second = page.blocks
    assert (first.language, first.marks, first.text, second.text) == ("text", {"run": "echo two"}, "one\n", "a: 1\n")
    assert page.links == ["c.md#d"]
    assert page.replaced({first.line: "two\nthree\n"}) == page.text.replace("one\n", "two\nthree\n")
    assert page.replaced({}) == page.text
