"""Computes the values of a network on arrays: each node once, or once in every pass of its loop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from specc.proof.document import Document, Loop
from specc.proof.expressions import plain
from specc.proof.layers import Layers
from specc.proof.names import Applied, Layer, Network, Reading
from specc.source import Span

_FILLS = {"zeros": 0.0, "ones": 1.0}
Tensors: TypeAlias = "dict[str, Any]"  # by port
NewLayer: TypeAlias = Callable[[Any, list[Any], Callable[[list[Any]], Tensors]], None]


class OracleError(Exception):
    """A node that cannot be computed, where it is written, and why."""

    def __init__(self, node: str, span: Span, message: str) -> None:
        super().__init__(f"`{node}` ({span}): {message}")
        self.node, self.span, self.message = node, span, message


@dataclass(frozen=True)
class Value:
    """The results of a node, and whether they may differ from pass to pass of the loop that is running."""

    ports: Tensors
    varies: bool = False


@dataclass
class Pass:
    """One pass of a loop. `before` are the values of the pass before, where every edge costs a pass."""

    given: dict[str, Value]  # states and scanned rows
    values: dict[str, Value] = field(default_factory=dict[str, Value])
    before: Mapping[str, Value] | None = None
    is_preview: bool = False


class Execution:
    """One run of a network.

    `start_of` gives the shape and dtype of what starts from `zeros` or `ones`, by name and port. `new_layer` is called
    once for each layer before it is applied, with its operands, and with a function that applies it.
    """

    def __init__(
        self,
        document: Document,
        keras: Any,
        layers: Layers,
        inputs: Mapping[str, Any],
        start_of: Callable[[str, str], tuple[tuple[int, ...], str]],
        new_layer: NewLayer,
    ) -> None:
        self.document, self.keras, self.maker = document, keras, layers
        self.start_of, self.new_layer = start_of, new_layer
        self.network = Network(document, self.shape)
        self.values = {name: Value({"out": keras.ops.convert_to_tensor(one)}) for name, one in inputs.items()}
        self.batch = len(next(iter(inputs.values())))
        self.loops = {name: loop for loop in document.loops for name in (*loop.states, *loop.scans, *loop.collects)}
        self.running: Pass | None = None
        self.layers: dict[str, Any] = {}  # by the path of the node that makes them
        self.calls: Counter[str] = Counter()
        self.history: dict[str, list[Tensors]] = {}  # by the path of the node, one entry for each call
        self.nodes: dict[str, Applied] = {}
        self.penalties: list[Any] = []  # what calls have added to the loss, in training mode

    def shape(self, reading: Reading) -> tuple[int, ...]:
        return tuple(int(size) for size in self.tensor(reading).shape[1:])

    def tensor(self, reading: Reading) -> Any:
        return _port(self.read(reading).ports, reading.port)

    def read(self, reading: Reading) -> Value:
        source = reading.source
        if isinstance(source, Applied):
            if self.running is not None and self.running.before is not None and source.path in self.running.before:
                return Value(self.running.before[source.path].ports, True)
            return self.node(source)
        found = self.known(source)
        if found is None:
            self.run(self.loops[source])
            found = self.values[source]
        return found

    def known(self, name: str) -> Value | None:
        if self.running is not None:
            found = self.running.given.get(name) or self.running.values.get(name)
            if found is not None:
                return found
        return self.values.get(name)

    def node(self, node: Applied) -> Value:
        """The results of a node. One that reads what varies over the passes belongs to the loop, others to no pass."""
        found = self.known(node.path)
        if found is not None:
            return found
        operands = [(self.read(one), one.port) for one in node.operands]
        found = self.known(node.path)  # a loop that was run for an operand may have computed it
        if found is not None:
            return found
        varies = any(value.varies for value, _ in operands)
        ports = self.apply(node, [_port(value.ports, port) for value, port in operands])
        if not (varies and self.running is not None and self.running.is_preview):
            self.calls[node.layer.path] += 1
            self.history.setdefault(node.path, []).append(ports)
            self.nodes[node.path] = node
            self.penalties += self.maker.penalties(self.layers[node.layer.path]) if self.maker.training else []
        values = self.running.values if self.running is not None and varies else self.values
        values[node.path] = Value(ports, varies)
        return values[node.path]

    def apply(self, node: Applied, operands: list[Any]) -> Tensors:
        try:
            layer = self.layer(node.layer, operands)
            return self.maker.call(layer, node.layer.op, node.layer.arguments, operands)
        except OracleError:
            raise
        except Exception as error:  # whatever a Keras layer raises
            raise OracleError(node.path, node.span, f"{type(error).__name__}: {error}") from error

    def layer(self, layer: Layer, operands: list[Any]) -> Any:
        if layer.path not in self.layers:
            made = self.maker.make(layer.op, layer.arguments, layer.path.replace("/", "_"))

            def call(given: list[Any]) -> Tensors:
                return self.maker.call(made, layer.op, layer.arguments, given)

            self.layers[layer.path] = made
            self.new_layer(made, operands, call)
        return self.layers[layer.path]

    # loops

    def run(self, loop: Loop) -> None:
        """Runs a loop: afterwards its nodes have the values of the last pass, and its states their final ones."""
        top = self.network.top
        with self.within(None):
            states = {name: self.start(init, name) for name, (init, _) in loop.states.items()}
            sequences = {name: self.tensor(self.network.read(top, of)) for name, (of, _) in loop.scans.items()}
            passes = next((int(one.shape[1]) for one in sequences.values()), 0)
            if loop.passes is not None:
                passes = int(plain(loop.passes, top.parameters))
        after = {name: follows for name, (_, follows) in loop.states.items()}
        collected: dict[str, list[Any]] = {name: [] for name in loop.collects}
        body: list[Applied] = []
        now = Pass({})
        for number in range(passes):
            rows = {
                name: Value({"out": sequences[name][:, -1 - number if reverse else number]}, True)
                for name, (_, reverse) in loop.scans.items()
            }
            given = {name: Value({"out": state}, True) for name, state in states.items()} | rows
            if loop.is_synchronous and number == 0:
                body = self.body(given, [*after.values(), *loop.collects.values()])
                now.values = {node.path: self.first(node) for node in body if node.init is not None}
            now = Pass(given, before=now.values if loop.is_synchronous else None)
            with self.within(now):
                for name, of in loop.collects.items():
                    collected[name].append(self.result(of))
                before, states = states, {name: self.result(follows) for name, follows in after.items()}
                for node in body:
                    self.node(node)
            for name, state in states.items():
                if (state.shape, state.dtype) != (before[name].shape, before[name].dtype):
                    message = f"the state is {_kind(before[name])} before a pass and {_kind(state)} after it"
                    raise OracleError(name, loop.span, message)
        self.values |= {name: Value(value.ports) for name, value in (now.values | now.given).items()}
        self.values |= {name: Value({"out": state}) for name, state in states.items()}
        stack = self.keras.ops.stack
        self.values |= {name: Value({"out": stack(values, axis=1)}) for name, values in collected.items()}

    def result(self, name: str) -> Any:
        """A value of this pass, where nodes read each other's values of the pass before."""
        reading = self.network.read(self.network.top, name)
        value = self.node(reading.source) if isinstance(reading.source, Applied) else self.read(reading)
        return _port(value.ports, reading.port)

    def body(self, given: dict[str, Value], ends: list[str]) -> list[Applied]:
        """The nodes of a loop, found by a sweep that does not count."""
        preview = Pass(given, is_preview=True)
        with self.within(preview):
            for name in ends:
                self.read(self.network.read(self.network.top, name))
        return [self.network.applied_at(path) for path in preview.values]

    def first(self, node: Applied) -> Value:
        """The value of a node before the first pass of a synchronous loop."""
        with self.within(None):
            init = node.init
            assert init is not None
            if init.path in _FILLS and isinstance(init.source, str):
                return Value({"": self.fill(init.path, node.path, "")})
            return Value({"": self.tensor(init)})

    def start(self, init: str, state: str) -> Any:
        if init in _FILLS:
            return self.fill(init, state, "out")
        return self.tensor(self.network.read(self.network.top, init))

    def fill(self, kind: str, name: str, port: str) -> Any:
        shape, dtype = self.start_of(name, port)
        return self.keras.ops.full((self.batch, *shape), _FILLS[kind], dtype=dtype)

    @contextmanager
    def within(self, one: Pass | None) -> Generator[None]:
        before, self.running = self.running, one
        try:
            yield
        finally:
            self.running = before


def _port(ports: Tensors, port: str) -> Any:
    """A result by its port; the first where none is named, and the only one of what has no ports."""
    return ports[port] if port in ports else next(iter(ports.values()))


def _kind(tensor: Any) -> str:
    return f"{list(tensor.shape[1:])} {tensor.dtype}"
