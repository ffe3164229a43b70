"""The sizes that inputs leave to the data, by name: those that are set from outside become numbers."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import replace
from typing import Any

from specc.diagnostics import Diagnostics
from specc.ir.sizes import Symbol
from specc.source import Mapping, Node, Scalar, Sequence, Span
from specc.source.scalars import resolve
from specc.spec.fields import IDENTIFIER
from specc.spec.params import Params


class Sizes:
    """`[T, 64]` names a size; `--set T=150` fixes it wherever it stands."""

    def __init__(self, inputs: Node | None, diagnostics: Diagnostics) -> None:
        self.diagnostics = diagnostics
        self.named = _named(inputs)
        self.fixed: dict[str, int] = {}

    def take(self, overrides: MappingABC[str, str]) -> dict[str, str]:
        """Takes the settings that are sizes; gives back the others, which are parameters."""
        for name, text in overrides.items():
            if name not in self.named:
                continue
            value = resolve(text)
            if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
                self.fixed[name] = value
            else:
                message = f"`--set {name}={text}`: expected an integer of at least 1, as it is the size of an axis"
                help = f"for instance `--set {name}=150`"
                self.diagnostics.report("wrong-type", message, (self.named[name], "used here"), help=help)
        return {name: text for name, text in overrides.items() if name not in self.named}

    def fixed_in(self, attributes: Any, syntax: Mapping, params: Params) -> Any:
        """The attributes of an input with its named sizes as numbers, where they are set.

        A parameter's name without `${…}` is a slip, which is reported; None then.
        """
        written = syntax.get("shape")
        items = written.items if isinstance(written, Sequence) else ()
        for item in items:
            if isinstance(item, Scalar) and isinstance(item.value, str) and item.text in params.declared:
                message = f"`{item.text}` is a parameter, and stands here as the name of a size"
                params.read(item.text)
                help = f"write `${{{item.text}}}` for its value, or give the size another name"
                self.diagnostics.report("invalid-name", message, (item.span, "not its value"), help=help)
                return None
        sizes = (self.fixed.get(str(size), size) if isinstance(size, Symbol) else size for size in attributes.shape)
        return replace(attributes, shape=tuple(sizes))


def _named(inputs: Node | None) -> dict[str, Span]:
    """The names that stand as sizes, each where it is first used."""
    found: dict[str, Span] = {}
    for entry in inputs if isinstance(inputs, Mapping) else ():
        shape = entry.value.get("shape") if isinstance(entry.value, Mapping) else entry.value
        for item in shape.items if isinstance(shape, Sequence) else ():
            if isinstance(item, Scalar) and isinstance(item.value, str) and IDENTIFIER.fullmatch(item.text):
                found.setdefault(item.text, item.span)
    return found
