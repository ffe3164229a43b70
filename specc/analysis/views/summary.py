"""The rows of the table that Keras' `Model.summary` gives, with multiply-accumulates, made without TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass

from specc.analysis.costs import Costs
from specc.ir import Graph, TensorType, topology
from specc.ir.graph import OUT, Types


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a node, or the heading of a loop (then only `name` and `heading` are set)."""

    name: str
    op: str = ""
    shape: str = ""
    parameters: int = 0
    macs: int = 0
    reads: str = ""
    depth: int = 0
    heading: str = ""


def summary_rows(graph: Graph, types: Types, costs: Costs) -> list[Row]:
    """The graph in the order of computation, loops as headed groups."""
    by_name = {row.node.name: row for row in costs.rows}
    rows: list[Row] = []

    def add(name: str, depth: int) -> None:
        row = by_name[name]
        node = row.node
        op = node.op if node.layer == node.name else f"{node.op} of {node.layer}"
        shape = ", ".join(batched(one) for one in row.result)
        reads = ", ".join(str(one) for one in node.operands)
        rows.append(Row(name, op, shape, row.parameters, row.macs, reads, depth))

    def walk(items: tuple[topology.Item, ...], depth: int) -> None:
        for item in items:
            if isinstance(item, topology.LoopItem):
                loop = item.loop
                carried = ", ".join(f"{state.name} ← {state.next}" for state in loop.states)
                heading = f"loop {loop.name}, {loop.passes} passes{': ' if carried else ''}{carried}"
                rows.append(Row(loop.name, depth=depth, heading=heading))
                for one in loop.scans:
                    what = "each row, last first" if one.reverse else "each row"
                    shape = batched(types[one.name, OUT]) if (one.name, OUT) in types else ""
                    rows.append(Row(one.name, what, shape, reads=str(one.sequence), depth=depth + 1))
                walk(item.items, depth + 1)
                for one in loop.collects:
                    shape = batched(types[one.name, OUT]) if (one.name, OUT) in types else ""
                    rows.append(Row(one.name, "every pass", shape, reads=str(one.value), depth=depth))
            elif graph.by_name[item].op != "Input":
                add(item, depth)

    for node in graph.inputs:
        add(node.name, 0)
    walk(topology.schedule(graph), 0)
    return rows


def batched(type: TensorType) -> str:
    """A shape as Keras prints it, the batch axis first: `(None, 20)`."""
    return f"({', '.join(['None', *map(str, type.shape)])})"
