"""The layout of pictures: nothing lies on anything else, no line runs behind a box, frames hold what is theirs."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from specc.analysis.views.layers import Item, Link, arrange, rank
from specc.analysis.views.layout import Drawing, Rectangle, draw
from specc.analysis.views.picture import Arrow, Box, Frame, Picture, folded, unrolled

from ..nets import Net

ROOT = Path(__file__).parents[2]
FILES = [*sorted((ROOT / "specs").glob("*.yaml")), *sorted((ROOT / "tests" / "networks" / "specs").glob("*.yaml"))]


def overlap(a: Rectangle, b: Rectangle) -> bool:
    return (
        a.left < b.left + b.width
        and b.left < a.left + a.width
        and a.top < b.top + b.height
        and b.top < a.top + a.height
    )


def within(inner: Rectangle, outer: Rectangle) -> bool:
    return (
        outer.left <= inner.left
        and outer.top <= inner.top
        and inner.left + inner.width <= outer.left + outer.width
        and inner.top + inner.height <= outer.top + outer.height
    )


def points(path: str) -> Iterator[tuple[float, float]]:
    """Points along a path, close to each other, its corners left out."""
    x = y = 0.0
    for command, text in re.findall(r"([MVHCq])([^MVHCq]*)", path):
        numbers = [float(one) for one in text.split()]
        x0, y0 = x, y
        if command == "M":
            x, y = numbers
        elif command == "V":
            (y,) = numbers
        elif command == "H":
            (x,) = numbers
        elif command == "q":
            x, y = x + numbers[2], y + numbers[3]
        else:
            (x1, y1, x2, y2), (x, y) = numbers[:4], numbers[4:]
            for step in range(1, 20):
                t = step / 20
                a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                yield a * x0 + b * x1 + c * x2 + d * x, a * y0 + b * y1 + c * y2 + d * y
        if command in "VH":
            yield from ((x0 + (x - x0) * t / 20, y0 + (y - y0) * t / 20) for t in range(1, 20))


def check(picture: Picture) -> Drawing:
    """Draws a picture and holds it against what every drawing has to be."""
    drawing = draw(picture)
    whole = Rectangle(0, 0, drawing.width, drawing.height)
    assert sorted(box.id for box, _ in drawing.boxes) == sorted(box.id for box in picture.boxes)
    boxes = [place for _, place in drawing.boxes]
    for index, one in enumerate(boxes):
        assert within(one, whole)
        assert not any(overlap(one, other) for other in boxes[index + 1 :])
    around = {frame.id: frame.within for frame in picture.frames}
    for frame, place in drawing.frames:
        assert within(place, whole)
        for box, one in drawing.boxes:
            path = [box.frame]
            while path[-1] is not None:
                path.append(around[path[-1]])
            assert within(one, place) if frame.id in path else not overlap(one, place), (frame.id, box.id)
    for line in drawing.lines:
        for x, y in points(line.path):
            assert 0 <= x <= drawing.width and 0 <= y <= drawing.height
            behind = [box.id for box, b in drawing.boxes if _inside(b, x, y)]
            assert not behind, (line.path, behind)
    assert sum(line.has_head for line in drawing.lines) == len(picture.arrows)
    return drawing


def _inside(box: Rectangle, x: float, y: float) -> bool:
    return box.left + 1 < x < box.left + box.width - 1 and box.top + 1 < y < box.top + box.height - 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_networks(path: Path) -> None:
    checked = Net(path.stem, path.parent).checked()
    assert checked.graph is not None
    check(folded(checked.graph, checked.types))
    check(unrolled(checked.graph, checked.types))
    for lowered in checked.lowered.values():
        check(folded(lowered.graph, lowered.types))


@pytest.mark.parametrize("seed", range(60))
def test_random_pictures(seed: int) -> None:
    check(random_picture(random.Random(seed)))


def random_picture(chance: random.Random) -> Picture:
    """Boxes in an order that arrows follow, cut into loops, some within others; states that are carried back."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    frames: list[Frame] = []
    readable: list[str] = []

    def level(frame: str | None, depth: int) -> None:
        own: list[str] = []
        if frame is not None:
            for number in range(chance.randint(1, 3)):
                state = f"{frame}_s{number}"
                boxes.append(Box(state, state, "state", "state", frame))
                if readable and chance.random() < 0.7:
                    arrows.append(Arrow(chance.choice(readable), state, "init"))
                own.append(state)
        states = list(own)
        before = len(readable)
        readable.extend(own)
        for _ in range(chance.randint(1, 7)):
            if depth < 2 and chance.random() < 0.25:
                inner = f"f{len(frames)}"
                frames.append(Frame(inner, f"loop {inner} × 3", frame))
                level(inner, depth + 1)
            name = "n" * chance.randint(1, 12) + str(len(boxes))
            boxes.append(Box(name, name, "Dense [4]", "op", frame))
            arrows.extend(Arrow(one, name) for one in chance.sample(readable, min(len(readable), chance.randint(0, 4))))
            own.append(name)
            readable.append(name)
        for state in states:
            arrows.append(Arrow(chance.choice([*own, *readable[:before]]), state, "next", is_back=True))

    level(None, 0)
    return Picture("random", tuple(boxes), tuple(arrows), tuple(frames))


def test_a_value_read_by_many_shares_its_way() -> None:
    chain = [Box(f"c{n}", f"c{n}", "op", "op") for n in range(30)]
    arrows = [Arrow(f"c{n}", f"c{n + 1}") for n in range(29)] + [Arrow("x", box.id) for box in chain]
    drawing = check(Picture("p", (Box("x", "x", "Input", "input"), *chain), tuple(arrows)))
    assert len(drawing.lines) < 2 * len(arrows)


def test_a_long_chain_is_straight() -> None:
    boxes = tuple(Box(f"b{n}", "b" * (n % 9 + 1), "op", "op") for n in range(12))
    drawing = check(Picture("p", boxes, tuple(Arrow(f"b{n}", f"b{n + 1}") for n in range(11))))
    middles = [place.left + place.width / 2 for _, place in drawing.boxes]
    assert max(middles) - min(middles) < 0.01


def test_a_frame_is_as_wide_as_its_caption() -> None:
    frame = Frame("f", "a loop with quite a long name, and how often it runs × 1000")
    box = Box("s", "s", "state", "state", "f")
    drawing = check(Picture("p", (box,), (Arrow("s", "s", "next", is_back=True),), (frame,)))
    assert drawing.frames[0][1].width > 6 * len(frame.caption)


def test_nothing_at_all() -> None:
    drawing = draw(Picture("p", (), ()))
    assert (drawing.boxes, drawing.lines) == ([], [])


def test_the_layers_of_a_diamond_with_a_tail() -> None:
    a, b, c, d, e = (Item(10, 10) for _ in range(5))
    rank([a, b, c, d, e], [(a, b), (a, c), (b, d), (c, d), (d, e), (a, e)])
    assert [one.layer for one in (a, b, c, d, e)] == [0, 1, 1, 2, 3]


def test_crossing_links_are_uncrossed() -> None:
    top = [Item(10, 10) for _ in range(4)]
    bottom = [Item(10, 10, 1) for _ in range(4)]
    layers = [list(top), list(bottom)]
    arrange(layers, [Link(top[n], bottom[3 - n]) for n in range(4)], 5, 2)
    order = [top.index(one) for one in layers[0]]
    assert order == [3 - bottom.index(one) for one in layers[1]]
    for layer in layers:
        assert all(b.x - a.x >= 15 - 1e-9 for a, b in pairwise(layer))
