"""The layers of a weights file against those of a build, by name: what is missing, misshaped, unused, or renamed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from specc.emit.naming import layer_name
from specc.emit.weight_file import Shape, StoredLayer, WeightFile
from specc.lowering import Lowered
from specc.targets import Target


@dataclass(frozen=True)
class Build:
    """One of the builds that a file may belong to: the keras build, or a lowered one."""

    target: Target
    lowered: Lowered

    @cached_property
    def weights(self) -> dict[str, dict[str, Shape]]:
        """The shape of each weight by layer, in Keras' order."""
        found: dict[str, dict[str, Shape]] = {}
        for one in self.lowered.weights:
            found.setdefault(layer_name(one.layer), {})[one.weight] = one.shape
        return found


@dataclass
class Fit:
    """What keeps a file from being a build's, as `layer/weight`, and the stored layers that the build does not use."""

    missing: list[str] = field(default_factory=list[str])
    misshaped: dict[str, tuple[Sequence[Shape], Sequence[Shape]]] = field(
        default_factory=dict[str, tuple[Sequence[Shape], Sequence[Shape]]]
    )  # expected, found
    unused: list[str] = field(default_factory=list[str])

    @property
    def ok(self) -> bool:
        return not self.missing and not self.misshaped

    @property
    def problems(self) -> int:
        return len(self.missing) + len(self.misshaped)


def renamed(file: WeightFile, renames: Mapping[str, str]) -> dict[str, StoredLayer]:
    """The file's layers under the names they have today; a layer that has the new name already keeps it."""
    found = dict(file.layers)
    for old, new in renames.items():
        if old in found and new not in found:
            found[new] = found.pop(old)
    return found


def fit(file: WeightFile, build: Build, renames: Mapping[str, str]) -> Fit:
    """Holds every layer of a build against the file."""
    found = Fit()
    stored = renamed(file, renames)
    for layer, weights in build.weights.items():
        if layer not in stored:
            found.missing += [f"{layer}/{weight}" for weight in weights]
        elif file.kind == "npz":
            _by_name(layer, weights, stored[layer].shapes, found)
        elif stored[layer].groups > 1:
            _as_a_whole(layer, weights, stored[layer].shapes, found)
        else:
            _by_place(layer, weights, stored[layer].shapes, found)
    for name, layer in stored.items():
        if name not in build.weights:
            found.unused += [f"{layer.name}/{key}" for key in layer.shapes] if file.kind == "npz" else [layer.name]
    return found


def _by_name(layer: str, weights: Mapping[str, Shape], shapes: Mapping[str, Shape], found: Fit) -> None:
    for name, expected in weights.items():
        if name not in shapes:
            found.missing.append(f"{layer}/{name}")
        elif shapes[name] != expected:
            found.misshaped[f"{layer}/{name}"] = ([expected], [shapes[name]])
    found.unused += [f"{layer}/{name}" for name in shapes if name not in weights]


def _by_place(layer: str, weights: Mapping[str, Shape], shapes: Mapping[str, Shape], found: Fit) -> None:
    """Keras stores the weights of a layer in the order in which the layer lists them."""
    if len(weights) != len(shapes):
        found.misshaped[layer] = (list(weights.values()), list(shapes.values()))
        return
    for (name, expected), shape in zip(weights.items(), shapes.values(), strict=True):
        if shape != expected:
            found.misshaped[f"{layer}/{name}"] = ([expected], [shape])


def _as_a_whole(layer: str, weights: Mapping[str, Shape], shapes: Mapping[str, Shape], found: Fit) -> None:
    """A layer with layers inside it: which of them comes first is known only to Keras."""
    if sorted(weights.values()) != sorted(shapes.values()):
        found.misshaped[layer] = (list(weights.values()), list(shapes.values()))


def moves(file: WeightFile, build: Build, found: Fit, renames: Mapping[str, str]) -> dict[str, str]:
    """The new name of each of the file's unused layers, where it looks as if only names had changed; else nothing.

    The missing layers and the unused ones have to be as many of each class, with equal shapes, in the same order.
    """
    stored = renamed(file, renames)
    missing = [layer for layer in build.weights if layer not in stored]
    unused = [name for name in stored if name not in build.weights]
    if found.misshaped or len(missing) != len(unused):
        return {}
    kinds = {layer_name(node.layer): _snake_case(node.op) for node in build.lowered.graph.nodes}
    pairs: dict[str, str] = {}
    for layer in missing:
        wanted = sorted(build.weights[layer].values())
        fits = (
            name
            for name in unused
            if name not in pairs
            and stored[name].kind in ("", kinds.get(layer, ""))
            and sorted(stored[name].shapes.values()) == wanted
        )
        match = next(fits, None)
        if match is None:
            return {}
        pairs[match] = layer
    return pairs


def _snake_case(name: str) -> str:
    """A class' name as Keras writes it in files: `Conv2D` is `conv2d`, `LayerNormalization` `layer_normalization`."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
