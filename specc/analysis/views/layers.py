"""Items and the links between them into layers: which layer, in which order, and where from left to right.

The usual three steps of a layered drawing. Nothing here knows what an item is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

_ORDERING, _PLACING = 6, 8  # sweeps over the layers
_STRAIGHT, _PLAIN, _SIDE = 8.0, 2.0, 1.0  # how much a link counts: between narrow items, between others, mixed
_MANY = 20_000  # items, beyond which there is one sweep down and one up


@dataclass(slots=True, eq=False)
class Item:
    """A thing of a size in a layer; `x` is its middle. A narrow one lets lines through; `pull` keeps those straight."""

    width: float
    height: float
    layer: int = 0
    x: float = 0.0
    y: float = 0.0
    pull: float = 1.0

    @property
    def is_narrow(self) -> bool:
        return self.pull > 1


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """From an item to one in a lower layer; `leaves` and `enters` are where, to the right of their middles."""

    start: Item
    end: Item
    leaves: float = 0.0
    enters: float = 0.0


def rank(items: Sequence[Item], links: Sequence[tuple[Item, Item]]) -> None:
    """Sets each item's layer: one below the lowest that leads to it."""
    waiting = dict.fromkeys(items, 0)
    after: dict[Item, list[Item]] = {}
    for start, end in links:
        after.setdefault(start, []).append(end)
        waiting[end] += 1
    ready = [item for item in items if not waiting[item]]
    for item in ready:
        for end in after.get(item, ()):
            end.layer = max(end.layer, item.layer + 1)
            waiting[end] -= 1
            if not waiting[end]:
                ready.append(end)


def arrange(layers: list[list[Item]], links: Sequence[Link], gap: float, narrow_gap: float) -> None:
    """Orders each layer, in place, and sets every `x`, so that links are short, straight and seldom cross."""
    above: dict[Item, list[tuple[Item, float]]] = {}
    below: dict[Item, list[tuple[Item, float]]] = {}
    for link in links:
        above.setdefault(link.end, []).append((link.start, link.leaves - link.enters))
        below.setdefault(link.start, []).append((link.end, link.enters - link.leaves))
    many = sum(map(len, layers)) > _MANY
    _spread(layers, gap, narrow_gap)
    for sweep in range(2 if many else _ORDERING):
        near = above if sweep % 2 == 0 else below
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            layer.sort(key=_wish(near))
            _push_apart(layer, [item.x for item in layer], gap, narrow_gap)
        _spread(layers, gap, narrow_gap)
    for sweep in range(2 if many else _PLACING):
        near = above if sweep % 2 == 0 else below
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _push_apart(layer, list(map(_wish(near), layer)), gap, narrow_gap)
    left = min((item.x - item.width / 2 for layer in layers for item in layer), default=0.0)
    for layer in layers:
        for item in layer:
            item.x -= left


def _wish(near: dict[Item, list[tuple[Item, float]]]) -> Callable[[Item], float]:
    """Where an item would stand for the sake of those that it is linked to: in their middle."""

    def wish(item: Item) -> float:
        total = weight = 0.0
        for other, offset in near.get(item, ()):
            counts = _SIDE if item.is_narrow != other.is_narrow else _STRAIGHT if item.is_narrow else _PLAIN
            total += (other.x + offset) * counts
            weight += counts
        return total / weight if weight else item.x

    return wish


def _spread(layers: list[list[Item]], gap: float, narrow_gap: float) -> None:
    """Each layer side by side, around a common middle."""
    for layer in layers:
        x = 0.0
        for index, item in enumerate(layer):
            x += _distance(layer[index - 1], item, gap, narrow_gap) if index else 0.0
            item.x = x
        for item in layer:
            item.x -= x / 2


def _distance(left: Item, right: Item, gap: float, narrow_gap: float) -> float:
    return (left.width + right.width) / 2 + (narrow_gap if left.is_narrow or right.is_narrow else gap)


def _push_apart(layer: list[Item], wishes: list[float], gap: float, narrow_gap: float) -> None:
    """Sets every `x` as near to its wish as order and distances allow: least squares, by pooling neighbours."""
    offsets: list[float] = []
    for index, item in enumerate(layer):
        offsets.append(offsets[-1] + _distance(layer[index - 1], item, gap, narrow_gap) if index else 0.0)
    blocks: list[tuple[float, float, int]] = []  # mean of the wishes, weight, number of items
    for item, wish, offset in zip(layer, wishes, offsets, strict=True):
        mean, weight, count = wish - offset, item.pull, 1
        while blocks and blocks[-1][0] >= mean:
            other, heavy, more = blocks.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, count = weight + heavy, count + more
        blocks.append((mean, weight, count))
    means = [mean for mean, _, count in blocks for _ in range(count)]
    for item, mean, offset in zip(layer, means, offsets, strict=True):
        item.x = mean + offset
