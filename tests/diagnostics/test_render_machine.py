"""What machines read: JSON, SARIF and GitHub's workflow commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from specc.diagnostics import CODES, Diagnostic, Fix, Label
from specc.diagnostics.pages import page
from specc.diagnostics.render import FORMATS, render
from specc.source import Source, Span

from .places import at, label

NET = Source("specs/my net.yaml", "# 😀\n😀: {op: Dense, unit: 20,\n  x: 1}\n")
OTHER = Source("other.yaml", "a: 1\n")
DIAGNOSTICS = [
    Diagnostic(
        "unknown-attribute",
        "unknown attribute `unit`",
        (label(NET, "unit", "not known here"), label(OTHER, "a", "see here")),
        ("100% sure",),
        "did you mean `units`?",
        Fix(at(NET, "unit"), "units", "replace `unit` by `units`"),
    ),
    Diagnostic("unused-node", "several lines", (label(NET, "{op: Dense, unit: 20,\n  x: 1}"),)),
    Diagnostic("unreadable-file", "no place"),
]

# The part of SARIF 2.1.0 that services insist on.
_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_POSITIVE = {"type": "integer", "minimum": 1}
_REGION = {
    "type": "object",
    "required": ["startLine", "startColumn", "endLine", "endColumn"],
    "additionalProperties": _POSITIVE,
}
_ARTIFACT = {
    "type": "object",
    "required": ["uri"],
    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
}
_LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "message": _TEXT,
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation", "region"],
            "properties": {"artifactLocation": _ARTIFACT, "region": _REGION},
        },
    },
}
_RESULT = {
    "type": "object",
    "required": ["ruleId", "ruleIndex", "level", "message", "locations"],
    "properties": {
        "level": {"enum": ["error", "warning"]},
        "message": _TEXT,
        "locations": {"type": "array", "maxItems": 1, "items": _LOCATION},
        "relatedLocations": {"type": "array", "items": {**_LOCATION, "required": ["id", "physicalLocation"]}},
    },
}
SARIF = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results", "columnKind"],
                "properties": {
                    "columnKind": {"const": "utf16CodeUnits"},
                    "results": {"type": "array", "items": _RESULT},
                },
            },
        },
    },
}


def sarif(*diagnostics: Diagnostic, sources: tuple[Source, ...] = ()) -> dict[str, Any]:
    log = json.loads(render(diagnostics, "sarif", sources=sources))
    jsonschema.validate(log, SARIF)
    return log["runs"][0]


def test_json_holds_everything() -> None:
    first, second, third = json.loads(render(DIAGNOSTICS, "json"))
    place = {"file": "specs/my net.yaml", "line": 2, "column": 16, "end_line": 2, "end_column": 20}
    assert first == {
        "code": "unknown-attribute",
        "severity": "error",
        "message": "unknown attribute `unit`",
        **place,
        "labels": [
            {**place, "text": "not known here"},
            {"file": "other.yaml", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "text": "see here"},
        ],
        "notes": ["100% sure"],
        "help": "did you mean `units`?",
        "fix": {"title": "replace `unit` by `units`", **place, "text": "units"},
    }
    assert (second["severity"], second["end_line"], second["fix"], second["help"]) == ("warning", 3, None, None)
    assert {key: third[key] for key in place} == dict.fromkeys(place)
    assert list(first) == list(second) == list(third)


def test_json_is_ascii_whatever_the_spec_holds() -> None:
    text = render([Diagnostic("unknown-op", "unknown op `😀\ud800\x1b`")], "json")
    assert text.isascii()
    assert text.replace("\n", "").isprintable()


def test_an_empty_list_is_a_document_of_its_own() -> None:
    assert json.loads(render([], "json")) == []
    assert sarif()["results"] == []
    assert render([], "github") == ""


def test_sarif_columns_count_utf16_code_units() -> None:
    (result,) = sarif(DIAGNOSTICS[0])["results"]
    region = {"startLine": 2, "startColumn": 17, "endLine": 2, "endColumn": 21}
    assert result["locations"][0]["physicalLocation"]["region"] == region
    assert result["fixes"][0]["artifactChanges"][0]["replacements"] == [
        {"deletedRegion": region, "insertedContent": {"text": "units"}}
    ]
    line = NET.line(2).encode("utf-16-le")
    assert line[2 * 16 : 2 * 20].decode("utf-16-le") == "unit"


def test_sarif_points_to_rules_files_and_related_places(tmp_path: Path) -> None:
    clean = Source(str(tmp_path / "clean net.yaml"), "specc: 1\n")
    run = sarif(*DIAGNOSTICS, sources=(clean, NET))
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [one.code for one in DIAGNOSTICS]
    assert rules[0]["shortDescription"]["text"] == CODES[rules[0]["id"]].meaning
    assert [artifact["location"]["uri"] for artifact in run["artifacts"]] == [
        (tmp_path / "clean net.yaml").as_uri(), "specs/my%20net.yaml", "other.yaml",
    ]  # fmt: skip
    assert run["artifacts"][1]["hashes"] == {"sha-256": NET.sha256}
    first, _, third = run["results"]
    (related,) = first["relatedLocations"]
    assert related["message"]["text"] == "see here"
    assert first["message"]["text"] == "unknown attribute `unit`\nnote: 100% sure\nhelp: did you mean `units`?"
    assert third["locations"] == []


def test_sarif_explains_a_rule_by_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("specc.diagnostics.render.sarif.page", {"unused-node": "# unused-node"}.get)
    known, unknown = sarif(DIAGNOSTICS[1], DIAGNOSTICS[2])["tool"]["driver"]["rules"]
    assert "help" not in known
    assert unknown["help"]["markdown"] == "# unused-node"


def test_github_commands() -> None:
    assert render(DIAGNOSTICS, "github").splitlines() == [
        "::error file=specs/my net.yaml,line=2,col=16,endColumn=20,title=unknown-attribute"
        "::unknown attribute `unit`%0Anote: 100%25 sure%0Ahelp: did you mean `units`?",
        "::warning file=specs/my net.yaml,line=2,endLine=3,title=unused-node::several lines",
        "::error title=unreadable-file::no place",
    ]


def test_github_commands_cannot_be_broken_out_of() -> None:
    source = Source("a:b,c%\n::error::x.yaml", "a: 1\n")
    command = render([Diagnostic("unknown-op", "a\r\n::warning::b", (Label(Span(source, 0, 1)),))], "github")
    assert command == (
        "::error file=a%3Ab%2Cc%25%0A%3A%3Aerror%3A%3Ax.yaml,line=1,col=1,endColumn=2,title=unknown-op"
        "::a\\r\\n::warning::b"
    )


@pytest.mark.parametrize("format", FORMATS)
def test_rendering_is_deterministic(format: str) -> None:
    assert render(DIAGNOSTICS, format, sources=[NET]) == render(DIAGNOSTICS, format, sources=[NET])


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown format `xml`; known are text, json, sarif, github"):
        render([], "xml")


def test_pages_are_found_by_code_only() -> None:
    for code in CODES:
        text = page(code)
        assert text is None or text.startswith(f"# {code}\n")
    assert page("../codes") is None
    assert page("no-such-code") is None
