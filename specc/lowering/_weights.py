"""What a lowering does to a layer's weights, as data: the emitted module and the reports use the same record."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Reshape:
    """The same numbers in row-major order under another shape."""

    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """Elements `start` to `stop` along an axis."""

    axis: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Pad:
    """Zeros before and after each axis; `is_inert` where nothing that is computed or trained depends on them."""

    amounts: tuple[tuple[int, int], ...]
    is_inert: bool = False


Step = Reshape | Slice | Pad


@dataclass(frozen=True, slots=True)
class WeightSource:
    """A weight of the reference build with its shape there, and the steps that make a weight of the target from it."""

    layer: str
    weight: str
    shape: tuple[int, ...]
    steps: tuple[Step, ...] = ()

    def reshape(self, *shape: int) -> WeightSource:
        return replace(self, steps=(*self.steps, Reshape(shape)))

    def slice(self, axis: int, start: int, stop: int) -> WeightSource:
        return replace(self, steps=(*self.steps, Slice(axis, start, stop)))

    def pad(self, *amounts: tuple[int, int], is_inert: bool = False) -> WeightSource:
        return replace(self, steps=(*self.steps, Pad(amounts, is_inert)))


@dataclass(frozen=True, slots=True)
class WeightTransform:
    """One weight of the target's model: its layer, its name, its shape, and where its values come from."""

    layer: str
    weight: str
    shape: tuple[int, ...]
    source: WeightSource
    trainable: bool = True
