"""A graph as boxes, arrows and frames: folded, with loops as frames, or unrolled, with every pass written out."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir import Graph, Init, Operand, Scan, show_shape, topology
from specc.ir.graph import OUT, Types

MAX_UNROLLED = 5_000  # boxes; beyond that nobody looks at a picture


@dataclass(frozen=True, slots=True)
class Box:
    """A value to draw. `kind` is input, op, state, collect or output; `frame` the innermost loop's."""

    id: str
    title: str
    detail: str
    kind: str
    frame: str | None = None


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one box to another; `is_back` for what a state becomes after a pass."""

    start: str
    end: str
    label: str = ""
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A loop around boxes."""

    id: str
    caption: str
    within: str | None = None


@dataclass(frozen=True)
class Picture:
    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    frames: tuple[Frame, ...] = ()


def folded(graph: Graph, types: Types) -> Picture:
    """The graph as it is: a loop's body once, in a frame; what closes the loop as a back arrow."""
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    for node in (*graph.inputs, *graph.nodes):
        loop = graph.loop_of.get(node.name)
        kind = "input" if node.op == "Input" else "op"
        boxes.append(Box(node.name, node.name, _detail(node.op, types, node.name), kind, loop.name if loop else None))
        arrows += [Arrow(one.value, node.name, "" if one.port == OUT else one.port) for one in node.operands]
    for loop in graph.loops:
        for state in loop.states:
            what = "state" if isinstance(state.init, Operand) else f"state from {state.init.value:g}"
            boxes.append(Box(state.name, state.name, _detail(what, types, state.name), "state", loop.name))
            if isinstance(state.init, Operand):
                arrows.append(Arrow(state.init.value, state.name, "init"))
            arrows.append(Arrow(state.next.value, state.name, "next", is_back=True))
        for scan in loop.scans:
            boxes.append(Box(scan.name, scan.name, _detail("row of a sequence", types, scan.name), "state", loop.name))
            arrows.append(Arrow(scan.sequence.value, scan.name, _order(scan)))
        for one in loop.collects:
            boxes.append(Box(one.name, one.name, _detail("every pass", types, one.name), "collect", loop.within))
            arrows.append(Arrow(one.value.value, one.name, "each pass"))
    frames = tuple(Frame(loop.name, f"{loop.name} × {loop.passes}", loop.within) for loop in graph.loops)
    _outputs(graph, {}, boxes, arrows)
    return Picture(graph.name, tuple(boxes), tuple(arrows), frames)


def unrolled(graph: Graph, types: Types) -> Picture:
    """Every pass written out, states gone. Raises `ValueError` where that gives more than `MAX_UNROLLED` boxes."""
    return _Unroller(graph, types).run()


class _Unroller:
    def __init__(self, graph: Graph, types: Types) -> None:
        self.graph, self.types = graph, types
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []
        self.current: dict[str, str] = {}  # value -> the box that holds it now

    def run(self) -> Picture:
        for node in self.graph.inputs:
            self.box(node.name, "", node.op, "input")
        self.items(topology.schedule(self.graph), "")
        _outputs(self.graph, self.current, self.boxes, self.arrows)
        return Picture(self.graph.name, tuple(self.boxes), tuple(self.arrows))

    def box(self, name: str, suffix: str, op: str, kind: str, title: str = "") -> str:
        """A box for a value as it is in one pass: `suffix` is `/2` in the second, `/2/3` in the third within it."""
        if len(self.boxes) >= MAX_UNROLLED:
            raise ValueError(f"unrolled, the graph has more than {MAX_UNROLLED:,} nodes; set fewer passes")
        id = f"{name}{suffix}"
        self.boxes.append(Box(id, title or name + suffix.replace("/", " ·"), _detail(op, self.types, name), kind))
        self.current[name] = id
        return id

    def items(self, items: tuple[topology.Item, ...], suffix: str) -> None:
        for item in items:
            if isinstance(item, topology.LoopItem):
                self.loop(item, suffix)
            elif self.graph.by_name[item].op != "Input":
                node = self.graph.by_name[item]
                sources = [(self.current[one.value], one.port) for one in node.operands]
                id = self.box(node.name, suffix, node.op, "op")
                self.arrows += [Arrow(source, id, "" if port == OUT else port) for source, port in sources]

    def loop(self, item: topology.LoopItem, suffix: str) -> None:
        loop = item.loop
        for state in loop.states:
            self.current[state.name] = self.start(state.init, state.name, suffix)
        collected: dict[str, list[str]] = {one.name: [] for one in loop.collects}
        for number in range(1, loop.passes + 1):
            for scan in loop.scans:
                source = self.current[scan.sequence.value]
                id = self.box(scan.name, f"{suffix}/{number}", "row of a sequence", "state")
                row = loop.passes - number if scan.reverse else number - 1
                self.arrows.append(Arrow(source, id, f"row {row}"))
            self.items(item.items, f"{suffix}/{number}")
            for one in loop.collects:
                collected[one.name].append(self.current[one.value.value])
            after = {state.name: self.current[state.next.value] for state in loop.states}
            self.current.update(after)
        for one in loop.collects:
            id = self.box(one.name, suffix, "every pass", "collect")
            self.arrows += [Arrow(source, id) for source in collected[one.name]]

    def start(self, init: Init, state: str, suffix: str) -> str:
        if isinstance(init, Operand):
            return self.current[init.value]
        return self.box(state, f"{suffix}/start", "start", "input", title=f"{state} = {init.value:g}")


def _order(scan: Scan) -> str:
    return "rows, last first" if scan.reverse else "rows"


def _outputs(graph: Graph, current: dict[str, str], boxes: list[Box], arrows: list[Arrow]) -> None:
    for one in graph.outputs:
        id = f"output {one.name}"
        boxes.append(Box(id, one.name, "output", "output"))
        arrows.append(
            Arrow(current.get(one.value.value, one.value.value), id, "" if one.value.port == OUT else one.value.port)
        )


def _detail(op: str, types: Types, name: str) -> str:
    found = (
        next((one for (value, _), one in types.items() if value == name), None)
        if (name, OUT) not in types
        else types[name, OUT]
    )
    return f"{op} {show_shape(found.shape)}" if found is not None else op


def loop_frames(picture: Picture) -> dict[str | None, list[str]]:
    """The boxes of each frame, by its id; None for those in no frame."""
    found: dict[str | None, list[str]] = {None: []}
    for frame in picture.frames:
        found[frame.id] = []
    for box in picture.boxes:
        found[box.frame].append(box.id)
    return found


__all__ = ["Arrow", "Box", "Frame", "Picture", "folded", "loop_frames", "unrolled"]
