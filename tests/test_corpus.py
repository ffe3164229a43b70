"""Specs with every mistake people make, each with what `check` says about it written at its line.

An expectation is a comment on the line of the primary label, and holds exactly both ways: what is expected is said,
and what is said is expected.

    units: twenty   # error: [wrong-type] "expected an integer"
    units: twenty   # error:14: [wrong-type] "expected an integer"     (column 14)
    # error@3: [yaml-syntax] "…"    or   # error@3:7: […]              (line 3, where no comment can stand; 0 for none)

The quoted texts have to occur in the message, the labels, the notes or the help. `# targets: tidl` and
`# set: passes=3` in a file's head are what its check is run with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from specc.diagnostics import CODES, Diagnostic
from specc.driver import Checked, check, check_source
from specc.source import Source, decode

ROOT = Path(__file__).parent
BEGINNERS = sorted((ROOT / "corpus" / "beginners").glob("*.yaml"))  # one slip each, and one answer
INVALID = [*sorted((ROOT / "corpus" / "invalid").glob("*.yaml")), *BEGINNERS]
VALID = sorted((ROOT / "corpus" / "valid").glob("*.yaml"))
SPECS = sorted((ROOT.parent / "specs").glob("*.yaml"))

ELSEWHERE = {  # codes that no check of a text can give, and where they are covered
    "not-equivalent": "the build",
    "file-operator": "the build",
    "file-weights": "the build",
    "build-failed": "the build",
    "bad-weights": "a file of weights",
    "different-network": "a file of weights",
    "unused-weights": "a file of weights",
    "unreadable-file": "a file of bytes that are no text",
    "no-spec": "a folder",
    "too-large": "a build",
    "internal-error": "a bug",
    "bad-op": "an installed package",
    "keras-version": "an older Keras",
    "more-findings": "the collector",
}

_EXPECTATION = re.compile(
    r"(error|warning)(?:@(?P<line>\d+))?(?::(?P<column>\d+))?: \[(?P<code>[a-z-]+)\]"
    r"(?P<texts>(?: \"(?:[^\"\\]|\\.)*\")*)"
)
_TEXT = re.compile(r"\"((?:[^\"\\]|\\.)*)\"")
_SETTING = re.compile(r"^# (targets|set): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Expectation:
    severity: str
    code: str
    line: int
    column: int | None
    texts: tuple[str, ...]

    def fits(self, found: Diagnostic) -> bool:
        line, column = (found.span.line, found.span.column) if found.span else (0, 0)
        said = everything(found)
        return (
            (found.severity, found.code, line) == (self.severity, self.code, self.line)
            and self.column in (None, column)
            and all(text in said for text in self.texts)
        )

    def __str__(self) -> str:
        place = f"{self.line}" if self.column is None else f"{self.line}:{self.column}"
        texts = "".join(f' "{text}"' for text in self.texts)
        return f"{place}: {self.severity} [{self.code}]{texts}"


def everything(found: Diagnostic) -> str:
    """All that a diagnostic says."""
    return "\n".join([found.message, *(label.text for label in found.labels), *found.notes, found.help])


def expectations(text: str) -> list[Expectation]:
    found: list[Expectation] = []
    for number, line in enumerate(text.split("\n"), start=1):
        comment = re.search(r"# (?=(error|warning)[:@])", line)
        for match in _EXPECTATION.finditer(line, comment.end()) if comment else ():
            texts = tuple(re.sub(r"\\(.)", r"\1", one) for one in _TEXT.findall(match["texts"]))
            at = int(match["line"]) if match["line"] else number
            column = int(match["column"]) if match["column"] else None
            found.append(Expectation(match[1], match["code"], at, column, texts))
    return found


def settings(text: str) -> tuple[list[str], dict[str, str]]:
    targets: list[str] = []
    overrides: dict[str, str] = {}
    for key, value in _SETTING.findall(text):
        if key == "targets":
            targets += value.split()
        else:
            name, _, given = value.partition("=")
            overrides[name] = given.rstrip()
    return targets, overrides


def run(path: Path) -> Checked:
    targets, overrides = settings(decode(str(path), path.read_bytes())[0].text)
    return check(path, targets=targets, overrides=overrides)


def differences(expected: Sequence[Expectation], found: Sequence[Diagnostic]) -> list[str]:
    """What was expected and not said, and what was said and not expected."""
    left = list(found)
    missing: list[str] = []
    for one in sorted(expected, key=lambda one: (one.column is None, -len(one.texts))):
        match = next((diagnostic for diagnostic in left if one.fits(diagnostic)), None)
        if match is None:
            missing.append(f"expected and not said: {one}")
        else:
            left.remove(match)
    return missing + [f"said and not expected: {show(one)}" for one in left]


def show(found: Diagnostic) -> str:
    place = f"{found.span.line}:{found.span.column}" if found.span else "nowhere"
    return f"{place}: {found.severity} [{found.code}] {everything(found)!r}"


def name_of(path: Path) -> str:
    return path.stem


@pytest.mark.parametrize("path", INVALID, ids=name_of)
def test_every_mistake_is_named_once_at_its_place(path: Path) -> None:
    checked = run(path)
    expected = expectations(checked.source.text)
    assert expected, "a file of mistakes has to expect something"
    assert not (wrong := differences(expected, checked.diagnostics)), "\n".join(wrong)


@pytest.mark.parametrize("path", BEGINNERS, ids=name_of)
def test_a_slip_of_a_beginner_has_one_answer_that_says_what_to_write(path: Path) -> None:
    (found,) = run(path).diagnostics
    (expected,) = expectations(path.read_text("utf-8"))
    assert all(text in found.help for text in expected.texts), show(found)


@pytest.mark.parametrize("path", INVALID, ids=name_of)
def test_every_diagnostic_is_whole(path: Path) -> None:
    checked = run(path)
    length = len(checked.source.text)
    for one in checked.diagnostics:
        assert one.message and not one.message.endswith((".", " ", ":")), show(one)
        assert one.message[0].islower() or one.message[0] in '`"-' or one.message.split()[0] in NAMES, show(one)
        assert one.help or "expected" in one.message, f"no advice: {show(one)}"
        assert not re.search(r"(?<!\")\bNone\b|<[a-z_.]+ object|\bobject at\b", one.message), show(one)
        for label in one.labels:
            assert 0 <= label.span.start <= label.span.end <= length, show(one)
            assert label.span.start < length, show(one)
        spans = [label.span for label in one.labels]
        assert len(set(spans)) == len(spans), f"two labels at one place: {show(one)}"


def _op_names() -> set[str]:
    from specc.ops import _registry

    return set(_registry.names()) | {"character"}


NAMES = _op_names()


@pytest.mark.parametrize("path", INVALID, ids=name_of)
def test_a_fix_corrects_what_it_is_offered_for(path: Path) -> None:
    checked = run(path)
    targets, overrides = settings(checked.source.text)
    text = checked.source.text
    for one in checked.diagnostics:
        if one.fix is None:
            continue
        fixed = text[: one.fix.span.start] + one.fix.text + text[one.fix.span.end :]
        after = check_source(Source(str(path), fixed), targets=targets, overrides=overrides)
        assert (one.code, one.message) not in {(left.code, left.message) for left in after.diagnostics}, show(one)


@pytest.mark.parametrize("path", [*VALID, *SPECS], ids=name_of)
def test_a_right_spec_is_met_with_silence(path: Path) -> None:
    checked = run(path)
    assert not checked.diagnostics, "\n".join(show(one) for one in checked.diagnostics)
    assert checked.graph is not None and checked.costs is not None


def test_every_code_has_a_mistake() -> None:
    covered = {one.code for path in INVALID for one in expectations(path.read_text("utf-8-sig"))}
    assert covered <= CODES.keys()
    assert CODES.keys() - covered == ELSEWHERE.keys()


def test_the_corpus_is_large_and_its_names_are_sentences() -> None:
    assert len(INVALID) >= 100
    assert len(VALID) >= 25
    assert len(BEGINNERS) >= 60
    for path in [*INVALID, *VALID]:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+){2,}", path.stem), path.name


# The runner itself

_MISTAKE = """\
specc: 1
inputs: {x: [4]}
nodes:
  out: {op: Dense, units: many}  # error:27: [wrong-type] "expected an integer"
outputs: out
"""


def _differences(text: str) -> list[str]:
    return differences(expectations(text), check_source(Source("net.yaml", text)).diagnostics)


def test_the_runner_is_content_with_what_is_right() -> None:
    assert _differences(_MISTAKE) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("error:27", "error:26"),
        ("error:27", "warning"),
        ("[wrong-type]", "[bad-value]"),
        ("an integer", "a string"),
        ("error:27", "error@3"),
    ],
)
def test_the_runner_catches_a_wrong_expectation(old: str, new: str) -> None:
    wrong = _differences(_MISTAKE.replace(old, new))
    assert [one.split(":")[0] for one in wrong] == ["expected and not said", "said and not expected"]


def test_the_runner_catches_a_missing_expectation() -> None:
    wrong = _differences(re.sub(r"  # error.*", "", _MISTAKE))
    assert [one.split(":")[0] for one in wrong] == ["said and not expected"]


def test_the_runner_catches_an_expectation_too_many() -> None:
    wrong = _differences(_MISTAKE.replace("outputs: out", 'outputs: out  # warning: [unused-node] "out"'))
    assert [one.split(":")[0] for one in wrong] == ["expected and not said"]
    twice = re.sub(r"(# error.*)", r"\1; error: [wrong-type]", _MISTAKE)
    assert [one.split(":")[0] for one in _differences(twice)] == ["expected and not said"]


def test_the_runner_reads_every_form() -> None:
    text = '# error@3: [a]\n# warning@0: [b] "x" "y \\"z\\""\n# set: passes=3\n# targets: tidl keras\n'
    text += 'z  # error:7: [c] "q"; warning: [d]\n'
    assert expectations(text) == [
        Expectation("error", "a", 3, None, ()),
        Expectation("warning", "b", 0, None, ("x", 'y "z"')),
        Expectation("error", "c", 5, 7, ("q",)),
        Expectation("warning", "d", 5, None, ()),
    ]
    assert settings(text) == (["tidl", "keras"], {"passes": "3"})
