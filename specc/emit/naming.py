"""Python names for values and layers: the spec's own where Python leaves them free."""

from __future__ import annotations

import builtins
import keyword
from typing import LiteralString

from specc.ir.graph import OUT
from specc.lowering import WeightSource, WeightTransform
from specc.source import escape

# What an emitted module may define or import, and the arguments of its functions
RESERVED = {
    "keras", "layers", "ops", "np", "math", "sys", "Any", "Path", "Mapping", "NamedTuple", "Tensor",
    "INPUTS", "OUTPUTS", "TARGETS", "SPEC", "SPEC_SHA256", "TARGET", "PARTS", "REFERENCE", "RENAMED",
    "build_model", "compile_model", "fit_options", "adapt_inputs", "adapt_targets", "restore_outputs",
    "load_reference_weights", "filled", "filled_along", "bind_contract", "adapt_batch", "adapt_sample_weight",
    "UNSAVED", "batch_size", "annotations",
    "_adapt", "_agree", "_assign", "_by_output", "_check_same_network", "_checked", "_class_weights", "_each",
    "_from_reference", "_is_close", "_library", "_line_up", "_lined_up", "_opened", "_probes", "_randomized",
    "_reference", "_reshaped", "_restored", "_saved", "_weights", "_with_passes_of",
}  # fmt: skip


def layer_name(name: str) -> str:
    """The name that Keras knows a layer by: it takes no `/`, with which the nodes of blocks are named."""
    return name.replace("/", "_")


def layer_text(name: str) -> LiteralString:
    """That name as part of an f-string."""
    return escape.identifier(layer_name(name))


def weight_name(weight: WeightTransform | WeightSource) -> str:
    """`layer/weight`, as weights are known by outside of specc."""
    return f"{layer_name(weight.layer)}/{weight.weight}"


class Names:
    """Names handed out once each; the same thing asked for again keeps its name."""

    def __init__(self, reserved: frozenset[str] = frozenset()) -> None:
        self.taken = {*RESERVED, *dir(builtins), *keyword.kwlist, *keyword.softkwlist, *reserved}
        self.given: dict[tuple[str, str], LiteralString] = {}

    def value(self, name: str, port: str = OUT) -> LiteralString:
        """The variable that holds a value."""
        return self._name("value", f"{name}.{port}", name if port == OUT else f"{name}_{port}")

    def rename(self, name: str, port: str, wanted: str) -> None:
        """Lets a value be held by a variable of that name, which several values may share."""
        self.given["value", f"{name}.{port}"] = self._name("shared", wanted, wanted)

    def layer(self, name: str) -> LiteralString:
        """The variable that holds a layer which is applied more than once."""
        return self._name("layer", name, f"{name}_layer")

    def function(self, wanted: str, number: int) -> LiteralString:
        """A name for one of several functions that may want the same."""
        return self._name("function", str(number), wanted)

    def parameter(self, wanted: str) -> LiteralString:
        """A name for a parameter of a function, which the block or a node names."""
        return self._name("parameter", wanted, wanted)

    def operand(self, wanted: str, number: int) -> LiteralString:
        """A name for one of a function's operands."""
        return self._name("operand", str(number), wanted)

    def local(self, wanted: str) -> LiteralString:
        """A name for something of the emitted code's own."""
        return self._name("local", wanted, wanted)

    def _name(self, kind: str, key: str, wanted: str) -> LiteralString:
        if (kind, key) not in self.given:
            name = escape.identifier(layer_name(wanted))
            while name in self.taken:
                name += "_"
            self.taken.add(name)
            self.given[kind, key] = name
        return self.given[kind, key]
