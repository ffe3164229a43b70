"""Small mappings of named numbers as attribute values, such as BatchNormalization's `renorm_clipping`."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Any

from specc.diagnostics import did_you_mean
from specc.ops._attributes import Kind, Mistakes, Schema
from specc.source import Mapping, Node


class Settings(dict[str, Any]):
    """A dict that is not changed once made, so that attributes stay hashable."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))


@dataclass(frozen=True)
class SettingsOf(Kind):
    """A mapping with some of the known keys."""

    known: MappingABC[str, Kind]

    @property
    def expects(self) -> str:
        return "a mapping with " + ", ".join(f"`{key}`" for key in self.known)

    def decode(self, node: Node) -> Settings:
        if not isinstance(node, Mapping):
            raise self.wrong(node)
        mistakes, given = Mistakes(), Settings()
        for entry in node:
            key = entry.key.text
            if key not in self.known:
                close = did_you_mean(key, self.known)
                listed = ", ".join(f"`{key}`" for key in self.known)
                help = f"did you mean `{close}`?" if close else f"known: {listed}"
                mistakes.add(entry.key.span, f"unknown key `{key}`", help, "unknown-key")
                continue
            with mistakes.part(f"`{key}`"):
                given[key] = self.known[key].decode(entry.value)
        mistakes.check()
        return given

    def schema(self) -> Schema:
        properties = {key: kind.schema() for key, kind in self.known.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}
