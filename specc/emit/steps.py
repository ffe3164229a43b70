"""A schedule of single nodes into one in which each block instance is a step."""

from __future__ import annotations

import heapq

from specc.emit.instances import Call, around
from specc.ir import Graph, Loop, Operand, topology


def contracted(graph: Graph, calls: dict[str, Call]) -> list[topology.Item | Call] | None:
    """The schedule with each call as one step, after all that it reads; None where other steps would change places."""
    if not calls:
        return list(topology.schedule(graph))
    steps: dict[str, topology.Item | Call] = {}
    made: dict[str, str] = {node.name: node.name for node in graph.inputs}  # the step that makes each value
    for item in topology.schedule(graph):
        if isinstance(item, topology.LoopItem):
            key = f"loop {item.loop.name}"
            made |= dict.fromkeys((*_values(item), *_named(item.loop)), key)
            steps[key] = item
        elif graph.by_name[item].op != "Input":
            key = next((name for name in around(item) if name in calls), item)
            made[item] = key
            steps.setdefault(key, calls.get(key, item))
    reads = {key: _reads(graph, step) for key, step in steps.items()}
    waiting = {key: {made[value] for value in values if made[value] in steps} - {key} for key, values in reads.items()}
    ready = [at for at, key in enumerate(steps) if not waiting[key]]
    keys, readers = list(steps), dict[str, list[int]]()
    for at, key in enumerate(keys):
        for one in waiting[key]:
            readers.setdefault(one, []).append(at)
    order: list[int] = []
    heapq.heapify(ready)
    while ready:
        at = heapq.heappop(ready)
        order.append(at)
        for reader in readers.get(keys[at], ()):
            waiting[keys[reader]].discard(keys[at])
            if not waiting[keys[reader]]:
                heapq.heappush(ready, reader)
    plain = [at for at in order if not isinstance(steps[keys[at]], Call)]
    return [steps[keys[at]] for at in order] if len(order) == len(keys) and plain == sorted(plain) else None


def _values(item: topology.LoopItem) -> list[str]:
    """The nodes inside a loop."""
    found: list[str] = []
    for one in item.items:
        found += [one] if isinstance(one, str) else [*_values(one), *_named(one.loop)]
    return found


def _named(loop: Loop) -> list[str]:
    return [one.name for one in (*loop.states, *loop.collects, *loop.scans)]


def _reads(graph: Graph, step: topology.Item | Call) -> set[str]:
    """What a step reads."""
    if isinstance(step, Call):
        return {one.value for one in step.body.inputs}
    if isinstance(step, str):
        return {one.value for one in graph.by_name[step].operands}
    found = {one for item in step.items for one in _reads(graph, item)}
    loop = step.loop
    found |= {one.init.value for one in loop.states if isinstance(one.init, Operand)}
    found |= {one.sequence.value for one in loop.scans} | {one.value.value for one in loop.collects}
    return found | {one.next.value for one in loop.states}
