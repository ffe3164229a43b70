"""A picture into places: boxes in layers from top to bottom, each loop a drawing of its own within a frame.

What a loop reads enters its frame at the top, what it gives leaves at the bottom, and what a state becomes after a
pass goes back up at the right. A line that skips layers keeps a place in each of them, so none runs behind a box; all
lines from one box share their way as far as they can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from specc.analysis.views.layers import Item, Link, arrange, rank
from specc.analysis.views.picture import Arrow, Box, Frame, Picture, loop_frames

HEIGHT = 44.0
_GAP, _NARROW_GAP, _BETWEEN, _MARGIN = 34.0, 16.0, 44.0, 28.0
_PAD, _BELOW, _LANE, _ROUND, _ENTRY = 18.0, 24.0, 14.0, 8.0, 18.0
_MOST = 48  # characters of a title

_Way: TypeAlias = tuple[str, bool]  # what is carried, by its box, and whether the line is dashed


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of an arrow, as SVG path commands; only the last piece has a head."""

    path: str
    is_dashed: bool
    has_head: bool


@dataclass(frozen=True, slots=True)
class Rectangle:
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Label:
    """A word beside the head of an arrow; `before` to the left of it."""

    text: str
    x: float
    y: float
    before: bool


@dataclass(slots=True)
class Drawing:
    """Where everything stands, outer frames before inner ones."""

    width: float = 0.0
    height: float = 0.0
    boxes: list[tuple[Box, Rectangle]] = field(default_factory=list[tuple[Box, Rectangle]])
    frames: list[tuple[Frame, Rectangle]] = field(default_factory=list[tuple[Frame, Rectangle]])
    lines: list[Line] = field(default_factory=list[Line])
    labels: list[Label] = field(default_factory=list[Label])


def draw(picture: Picture) -> Drawing:
    """The places of everything in a picture."""
    level = _Level(picture, None)
    drawing = Drawing(level.width + 2 * _MARGIN, level.height + 2 * _MARGIN)
    level.put(drawing, _MARGIN, _MARGIN)
    return drawing


def short_title(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


@dataclass(frozen=True, slots=True)
class _Entry:
    """An arrow's last step at a level, from `before` into an item."""

    before: Item
    way: _Way
    label: str = ""
    goes_back: bool = False


class _Level:
    """The inside of one frame, or the whole picture, from its own left upper corner."""

    def __init__(self, picture: Picture, frame: Frame | None) -> None:
        self.picture, self.frame = picture, frame
        self.id = frame.id if frame else None
        self.around = _around(picture)
        self.boxes = {box.id: box for box in picture.boxes if box.frame == self.id}
        self.inner = {one.id: _Level(picture, one) for one in picture.frames if one.within == self.id}
        self.items: dict[str, Item] = {}  # boxes by id, frames by `frame id`
        self.ins: dict[_Way, Item] = {}
        self.outs: dict[_Way, Item] = {}
        self.bends: dict[tuple[_Way, int], Item] = {}
        self.entries: dict[Item, list[_Entry]] = {}
        self.back: list[tuple[Item, Item, _Entry]] = []
        self.links: list[Link] = []
        self.steps: list[tuple[Item, Item, _Way, bool]] = []  # from, to, what, whether it ends in a box
        self.place()

    # Items and what connects them

    def place(self) -> None:
        for box in self.boxes.values():
            self.items[box.id] = Item(_width(box), HEIGHT)
        for id, level in self.inner.items():
            self.items[_frame_key(id)] = Item(level.width, level.height)
        found = [one for arrow in self.picture.arrows if (one := self.ends(arrow)) is not None]
        ranked = [(start, end) for start, end, entry in found if not entry.goes_back]
        free = [(a, b) for a, b in ranked if a not in self.ins.values() and b not in self.outs.values()]
        rank(list(self.items.values()), free)
        first = 0 if self.frame is None else 1
        for item in self.items.values():
            item.layer += first
        last = max((item.layer for item in self.items.values()), default=0) + (0 if self.frame is None else 1)
        for item in self.outs.values():
            item.layer = last
        for start, end, entry in found:
            self.connect(start, end, entry)
        every = [*self.ins.values(), *self.items.values(), *self.bends.values(), *self.outs.values()]
        layers: list[list[Item]] = [[] for _ in range(last + 1)]
        for item in every:
            layers[item.layer].append(item)
        arrange(layers, self.links, _GAP, _NARROW_GAP)
        self.measure(layers)

    def ends(self, arrow: Arrow) -> tuple[Item, Item, _Entry] | None:
        """The items of this level that an arrow leads from and to; None where it is another level's business."""
        start, end = self.here(arrow.start), self.here(arrow.end)
        way = (arrow.start, arrow.is_back)
        if start is None and end is None:
            return None
        if start is None:
            start = self.ins.setdefault(way, Item(8, 0, pull=4))
        elif end is None:
            end = self.outs.setdefault(way, Item(8, 0, pull=4))
        elif start is end and not (arrow.is_back and arrow.end in self.boxes):
            return None
        assert end is not None
        is_box = arrow.end in self.boxes
        goes_back = arrow.is_back and is_box and self.here(arrow.start) is not None and self.frame is not None
        return start, end, _Entry(start, way, arrow.label if is_box else "", goes_back)

    def here(self, box: str) -> Item | None:
        """What stands for a box at this level: itself, or the frame of this level that it is in."""
        if box in self.boxes:
            return self.items[box]
        path = self.around[box]
        if self.id is not None and self.id not in path:
            return None
        inner = path[path.index(self.id) + 1] if self.id is not None else path[0]
        return self.items[_frame_key(inner)]

    def connect(self, start: Item, end: Item, entry: _Entry) -> None:
        """Adds an arrow, with a bend in every layer that it skips."""
        if entry.goes_back:
            self.back.append((start, end, entry))
            return
        way, before = entry.way, start
        for layer in range(start.layer + 1, end.layer):
            bend = self.bends.get((way, layer))
            if bend is None:
                bend = self.bends[way, layer] = Item(4, 0, layer, pull=4)
                self.step(before, bend, way, False)
            before = bend
        if end in self.outs.values() or self.is_frame(end):
            if not any(one.before is before and one.way == way for one in self.entries.get(end, ())):
                self.entries.setdefault(end, []).append(_Entry(before, way))
                self.step(before, end, way, False)
            return
        self.entries.setdefault(end, []).append(_Entry(before, way, entry.label))
        self.step(before, end, way, True)

    def step(self, start: Item, end: Item, way: _Way, is_last: bool) -> None:
        self.links.append(Link(start, end, self.leaves(start, way), self.enters(end, way)))
        self.steps.append((start, end, way, is_last))

    def is_frame(self, item: Item) -> bool:
        return self.level_of(item) is not None

    def level_of(self, item: Item) -> _Level | None:
        return next((level for id, level in self.inner.items() if self.items[_frame_key(id)] is item), None)

    def leaves(self, item: Item, way: _Way) -> float:
        level = self.level_of(item)
        return level.port(level.outs[way]) - level.width / 2 if level else 0.0

    def enters(self, item: Item, way: _Way) -> float:
        level = self.level_of(item)
        return level.port(level.ins[way]) - level.width / 2 if level else 0.0

    def port(self, item: Item) -> float:
        return item.x + self.left

    # Sizes and coordinates

    def measure(self, layers: list[list[Item]]) -> None:
        self.left = _PAD if self.frame else 0.0
        self.lanes = max((item.x + item.width / 2 for layer in layers for item in layer), default=0.0) + self.left
        self.width = self.lanes + (len(self.back) + bool(self.back)) * _LANE + self.left
        if self.frame:
            self.width = max(self.width, 6.4 * len(self.frame.caption) + 2 * _PAD)
        y = 0.0
        self.bounds: list[tuple[float, float]] = []
        for index, layer in enumerate(layers):
            is_end = self.frame is not None and index == len(layers) - 1
            y += (_BETWEEN if not is_end or self.outs else _BELOW) if index else 0.0
            height = max((item.height for item in layer), default=0.0)
            self.bounds.append((y, y + height))
            for item in layer:
                item.y = y
            y += height
        self.height = y

    def put(self, drawing: Drawing, x: float, y: float) -> None:
        """Adds everything of this level, whose corner is at (x, y)."""
        if self.frame is not None:
            drawing.frames.append((self.frame, Rectangle(x, y, self.width, self.height)))
        for id, box in self.boxes.items():
            item = self.items[id]
            place = Rectangle(x + self.port(item) - item.width / 2, y + item.y, item.width, HEIGHT)
            drawing.boxes.append((box, place))
        for id, level in self.inner.items():
            item = self.items[_frame_key(id)]
            level.put(drawing, x + self.port(item) - item.width / 2, y + item.y)
        heads = self.heads()
        for number, (start, end, way, is_last) in enumerate(self.steps):
            to = heads[number] if is_last else self.port(end) + self.enters(end, way)
            self.line(drawing, x, y, start, end, way, to, is_last)
        for number, (start, end, entry) in enumerate(self.back):
            self.back_line(drawing, x, y, number, start, self.port(end) + self.back_head(end, entry), end, entry)
        self.label(drawing, x, y, heads)

    def heads(self) -> dict[int, float]:
        """Where the arrows that end in a box touch it, by step: side by side, in the order in which they arrive."""
        into: dict[Item, list[int]] = {}
        for number, (_, end, _, is_last) in enumerate(self.steps):
            if is_last:
                into.setdefault(end, []).append(number)
        found: dict[int, float] = {}
        for end, numbers in into.items():
            numbers.sort(key=self.out_x)
            count = len(numbers) + self.number_back(end)
            for index, number in enumerate(numbers):
                found[number] = self.port(end) + _entry(index, count, end.width)
        return found

    def out_x(self, number: int) -> float:
        start, _, way, _ = self.steps[number]
        return self.port(start) + self.leaves(start, way)

    def number_back(self, item: Item) -> int:
        return sum(end is item for _, end, _ in self.back)

    def back_head(self, end: Item, entry: _Entry) -> float:
        forward = sum(one is end and is_last for _, one, _, is_last in self.steps)
        back = [one for _, item, one in self.back if item is end]
        return _entry(forward + back.index(entry), forward + len(back), end.width)

    def line(
        self, drawing: Drawing, x: float, y: float, start: Item, end: Item, way: _Way, to: float, is_last: bool
    ) -> None:
        """From one layer down to the next: straight through its own layer, then a bow."""
        top = start.y + (start.height if start.height else 0.0)
        bottom, below = self.bounds[start.layer][1], self.bounds[end.layer][0]
        x0, x1, middle = x + self.port(start) + self.leaves(start, way), x + to, y + (bottom + below) / 2
        path = f"M{x0:.1f} {y + top:.1f}" + (f"V{y + bottom:.1f}" if bottom > top else "")
        path += f"C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} {y + below:.1f}"
        drawing.lines.append(Line(path, way[1], is_last))

    def back_line(
        self, drawing: Drawing, x: float, y: float, number: int, start: Item, to: float, end: Item, entry: _Entry
    ) -> None:
        """Down from the box, right to a lane of its own, up, and into the state from above."""
        off = (number % 3) * 5.0
        x0 = x + self.port(start) + (self.leaves(start, entry.way) if self.is_frame(start) else start.width / 4)
        lane, x1 = x + self.lanes + number * _LANE + _LANE, x + to
        y0, y1 = y + start.y + start.height, y + end.y
        low, high, r = y + self.bounds[start.layer][1] + 11 + off / 2, y1 - 20 - off / 2, _ROUND
        path = (
            f"M{x0:.1f} {y0:.1f}V{low - r:.1f}q0 {r:g} {r:g} {r:g}H{lane - r:.1f}q{r:g} 0 {r:g} {-r:g}"
            f"V{high + r:.1f}q0 {-r:g} {-r:g} {-r:g}H{x1 + r:.1f}q{-r:g} 0 {-r:g} {r:g}V{y1:.1f}"
        )
        drawing.lines.append(Line(path, True, True))
        drawing.labels.append(Label(entry.label, x1 + 5, y1 - 8, False))

    def label(self, drawing: Drawing, x: float, y: float, heads: dict[int, float]) -> None:
        """The words at the heads of arrows; the leftmost of several stands on the left."""
        number_of = {(id(end), id(start), way): n for n, (start, end, way, is_last) in enumerate(self.steps) if is_last}
        for item, entries in self.entries.items():
            for entry in entries:
                number = number_of.get((id(item), id(entry.before), entry.way))
                if entry.label and number is not None:
                    at = heads[number]
                    before = at < self.port(item)
                    drawing.labels.append(Label(entry.label, x + at + (-5 if before else 5), y + item.y - 8, before))


def _entry(index: int, count: int, width: float) -> float:
    """Where the arrow of that index touches a box, to the right of its middle."""
    apart = min(_ENTRY, (width - 16) / count)
    return (index - (count - 1) / 2) * apart


def _frame_key(id: str) -> str:
    return f"frame {id}"


def _around(picture: Picture) -> dict[str, tuple[str, ...]]:
    """The frames around each box, outermost first."""
    within = {frame.id: frame.within for frame in picture.frames}
    found: dict[str, tuple[str, ...]] = {}
    for frame, boxes in loop_frames(picture).items():
        path: list[str] = []
        while frame is not None:
            path.append(frame)
            frame = within[frame]
        found |= dict.fromkeys(boxes, tuple(reversed(path)))
    return found


def _width(box: Box) -> float:
    return max(7.9 * len(short_title(box.title)) + 24, 6.4 * len(short_title(box.detail)) + 20, 60.0)
