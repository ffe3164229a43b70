"""Specs of any size: mixed ops, skips, shared layers, maps and loops. The same arguments give the same text."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

LEAST = 16
_WIDTH = 16  # features of every value on the trunk


def generate(nodes: int, seed: int = 0, targets: tuple[str, ...] = ()) -> str:
    """A valid spec of that many nodes, at least `LEAST`, in which every node leads to the output."""
    writer = _Writer(Random(seed))
    for segment in _SEGMENTS.values():
        segment(writer)
    while room := nodes - len(writer.nodes):
        writer.random.choice([segment for size, segment in _SEGMENTS.items() if size <= room])(writer)
    return writer.text(f"generated_{nodes}", targets)


def uses(count: int) -> str:
    """A valid spec that uses a block so often, in four widths, and repeats it as often as well."""
    written = [f"  use{at}: {{block: part, units: {at % 4 + 2}}}" for at in range(count)]
    lines = [
        "specc: 1",
        f"name: uses_{count}",
        "inputs: {x: [4]}",
        "blocks:",
        "  part:",
        "    params: {units: int}",
        "    inputs: x",
        '    nodes: {seen: {op: Dense, units: "${units}"}, kept: {op: ReLU}}',
        "    outputs: {out: kept, before: seen}",
        "nodes:",
        *written,
        f"  tower: {{block: part, units: 3, repeat: {count}}}",
        "outputs: tower",
    ]
    return "\n".join(lines) + "\n"


class _Writer:
    """The nodes and loops so far. `trunk` names the features that the next segment reads, `map` the map."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.nodes: list[str] = []
        self.loops: list[str] = []
        self.trunk, self.map = "features", "picture"
        self.before = ["features"]  # what a skip may read: values of `_WIDTH` features outside of loops
        self.layers: list[str] = []  # what a call may apply again

    def node(self, body: str) -> str:
        name = f"n{len(self.nodes)}"
        self.nodes.append(f"  {name}: {{{body}}}")
        return name

    def advance(self, name: str) -> None:
        self.trunk = name
        self.before.append(name)

    def dense(self, activation: str = "relu") -> None:
        name = self.node(f'op: Dense, units: "${{width}}", activation: {activation}, from: {self.trunk}')
        self.layers.append(name)
        self.advance(name)

    def call_or_activation(self) -> None:
        if self.random.random() < 0.5:
            self.advance(self.node(f"call: {self.random.choice(self.layers)}, from: {self.trunk}"))
        else:
            self.advance(self.node(f"op: Activation, activation: relu, from: {self.trunk}"))

    def single(self) -> None:
        if self.layers and self.random.random() < 0.4:
            self.call_or_activation()
        else:
            self.dense()

    def skip(self) -> None:
        earlier = self.random.choice(self.before)
        self.dense("linear")
        self.advance(self.node(f"op: Add, from: [{self.trunk}, {earlier}]"))

    def join(self) -> None:
        joined = self.node(f"op: Concatenate, from: [{self.trunk}, {self.random.choice(self.before)}]")
        self.advance(self.node(f"op: Dense, units: {_WIDTH}, from: {joined}"))
        self.advance(self.node(f"op: Activation, activation: sigmoid, from: {self.trunk}"))

    def repeated(self) -> None:
        """A loop: its state starts from the trunk, and the trunk goes on from its final value."""
        state = f"s{len(self.loops)}"
        joined = self.node(f"op: Concatenate, from: [{state}, {self.trunk}]")
        hidden = self.node(f"op: Dense, units: {_WIDTH}, use_bias: false, from: {joined}")
        active = self.node(f"op: Activation, activation: relu, from: {hidden}")
        after = self.node(f"op: Add, from: [{active}, {state}]")
        states = f"{{{state}: {{init: {self.trunk}, next: {after}}}}}"
        self.loops.append(f'  loop{len(self.loops)}: {{passes: "${{passes}}", states: {states}}}')
        self.advance(state)

    def picture(self) -> None:
        """Two convolutions with a skip around the second; their mean joins the trunk."""
        first = self.node(f"op: Conv2D, filters: 4, kernel_size: 3, padding: same, activation: relu, from: {self.map}")
        second = self.node(f"op: Conv2D, filters: 4, kernel_size: [1, 1], from: {first}")
        self.map = self.node(f"op: Add, from: [{first}, {second}]")
        mean = self.node(f"op: GlobalAveragePooling2D, from: {self.map}")
        wide = self.node(f"op: Dense, units: {_WIDTH}, from: {mean}")
        self.advance(self.node(f"op: Add, from: [{self.trunk}, {wide}]"))

    def text(self, name: str, targets: tuple[str, ...]) -> str:
        lines = [
            "specc: 1",
            f"name: {name}",
            f"params: {{passes: 3, width: {_WIDTH}}}",
            f"inputs: {{features: [{_WIDTH}], picture: [8, 8, 4]}}",
            "nodes:",
            *self.nodes,
            "loops:",
            *self.loops,
            f"outputs: {self.trunk}",
            *([f"budget: {{targets: [{', '.join(targets)}]}}"] if targets else []),
        ]
        return "\n".join(lines) + "\n"


_SEGMENTS: dict[int, Callable[[_Writer], None]] = {  # by how many nodes each writes
    1: _Writer.single,
    2: _Writer.skip,
    3: _Writer.join,
    4: _Writer.repeated,
    6: _Writer.picture,
}
