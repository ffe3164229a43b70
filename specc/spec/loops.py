"""Gives loops their bodies, and reports cycles that no state closes and loops that get in each other's way."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from specc.diagnostics import Diagnostics, resemblance
from specc.ir import Fill, Graph, Init, Loop, Node, Operand, State, topology
from specc.source import Mapping as Syntax
from specc.source import Span


def check_loops(
    graph: Graph,
    inits: Mapping[str, Init],
    syntax: Mapping[str, Syntax],
    diagnostics: Diagnostics,
    unsure: Collection[str] = (),
    is_whole: bool = True,
) -> tuple[Graph, set[str]]:
    """The graph with its loops' bodies, cut where it has to be for the stages after; and the names that are broken.

    `unsure` names the loops that could not be read in full: what they repeat is not known. `is_whole` is False where
    anything else could not be read that might put a node into a loop.
    """
    return _Loops(graph, inits, syntax, diagnostics, unsure, is_whole).run()


_ALIKE = 0.75
_LONGEST = 16  # more nodes of a cycle are not printed


_MAX_ROUNDS = 20  # so many cycles tangled into one are reported


@dataclass(slots=True)
class _Loops:
    graph: Graph
    inits: Mapping[str, Init]
    syntax: Mapping[str, Syntax]
    diagnostics: Diagnostics
    unsure: Collection[str]
    is_whole: bool

    def run(self) -> tuple[Graph, set[str]]:
        broken = self.cut_cycles()
        is_sure = self.is_whole and not broken and not self.unsure
        overlapping = self.give_bodies(broken)
        unclear = {*self.unsure}.union(*overlapping)
        for loop in self.graph.loops:
            if loop.name not in unclear:
                self.check_states(loop)
            if loop.schedule == "synchronous":
                self.check_synchronous(loop, broken)
        if is_sure:
            self.report_stray_inits()
        self.cut_groups(overlapping, broken)
        return self.graph, broken

    # cycles

    def cut_cycles(self) -> set[str]:
        """Reports every undeclared cycle and takes the closing reads out, so that the rest can be judged."""
        broken: set[str] = set()
        rounds = 0
        while found := topology.cycles(self.graph):
            rounds += 1
            closing: dict[str, set[str]] = {}  # reader -> what it no longer reads
            for cycle in found:
                if rounds > _MAX_ROUNDS:
                    for name in cycle.group:
                        closing.setdefault(name, set()).update(cycle.group)
                    continue
                self.report_cycle(cycle.path, cycle.readers)  # one state would close the cycles of all its readers
                for name in cycle.readers:
                    closing.setdefault(name, set()).add(cycle.path[-1])
            broken |= closing.keys()
            self.drop_reads(closing)
        return broken

    def drop_reads(self, dropped: Mapping[str, Collection[str]]) -> None:
        nodes = [
            replace(node, operands=tuple(one for one in node.operands if one.value not in dropped[node.name]))
            if node.name in dropped
            else node
            for node in self.graph.nodes
        ]
        self.graph = self.graph.with_nodes(nodes)

    def report_cycle(self, cycle: list[str], readers: list[str]) -> None:
        first, last = self.graph.by_name[cycle[0]], self.graph.by_name[cycle[-1]]
        shown = [f"`{name}`" for name in (*cycle, cycle[0])]
        if len(shown) > _LONGEST:
            shown[_LONGEST // 2 : -2] = [f"… {len(cycle)} nodes in all …"]
        path = " → ".join(shown)
        because = f"`{first.name}` reads `{last.name}`, which depends on `{first.name}`"
        if first is last:
            because = f"`{first.name}` reads itself"
        others = [(self.graph.by_name[name].origin.span, f"{at}. `{name}`") for at, name in enumerate(cycle[:6], 1)]
        also = [
            (_read(self.graph.by_name[name], last.name).span, f"`{name}` reads `{last.name}` too")
            for name in readers[1:4]
        ]
        state = f"{last.name}_before"
        them = ", ".join(f"`{name}`" for name in readers)
        self.diagnostics.report(
            "undeclared-cycle",
            f"{path} is a cycle that no loop declares",
            (_read(first, last.name).span or first.origin.span, because),
            *(others if len(cycle) > 1 else []),
            *also,
            notes=["feedback exists only where a state of a loop carries a value from one pass to the next"],
            help=(
                f"if it is meant, let {them} read a state, `from: {state}`, and add "
                f"`loops: {{feedback: {{passes: 5, states: {{{state}: {{init: zeros, next: {last.name}}}}}}}}}`"
            ),
        )

    # bodies

    def give_bodies(self, broken: set[str]) -> list[set[str]]:
        """Gives each loop its nodes; the pairs of loops that want the same one, each pair reported once."""
        if not self.graph.loops:
            return []
        bodies = topology.bodies(self.graph)
        owner: dict[str, Loop] = {}
        loops: list[Loop] = []
        shared: dict[tuple[str, str], list[str]] = {}
        for loop in self.graph.loops:
            body: list[str] = []
            for name in bodies[loop.name]:
                if name in owner:
                    shared.setdefault((owner[name].name, loop.name), []).append(name)
                    broken.add(name)
                else:
                    owner[name] = loop
                    body.append(name)
            loops.append(replace(loop, body=tuple(body)))
        self.graph = self.graph.with_nodes(self.graph.nodes, loops)
        for (one, other), names in shared.items():
            self.report_overlap(names, self.graph.loops_by_name[one], self.graph.loops_by_name[other])
        return [set(pair) for pair in shared]

    def report_overlap(self, names: list[str], one: Loop, other: Loop) -> None:
        if len(names) == 1:
            message = f"node `{names[0]}` lies on a path of loop `{one.name}` and of loop `{other.name}`"
        else:
            listed = ", ".join(f"`{name}`" for name in names[:6]) + (", …" if len(names) > 6 else "")
            message = f"the nodes {listed} lie on paths of loop `{one.name}` and of loop `{other.name}`"
        self.diagnostics.report(
            "loop-overlap",
            message,
            (self.graph.by_name[names[0]].origin.span, "belongs to both"),
            (one.origin.span, "one loop"),
            (other.origin.span, "the other"),
            help="make one loop of the two, or let the second read the first's final states",
        )

    def check_states(self, loop: Loop) -> None:
        """Reports states that no pass changes, and loops in which no state leads to a `next`: likely a wrong name."""
        constant = [state for state in loop.states if state.next.value == state.name]
        for state in constant:
            self.diagnostics.report(
                "state-not-cyclic",
                f"state `{state.name}` becomes itself: no pass changes it",
                (state.next.span or state.origin.span, "the value it has anyhow"),
                help="let `next` name the node that gives its next value, or read its `init` and remove the state",
            )
        own = {state.name for state in loop.states}
        reads = {one.value for name in loop.body for one in self.graph.by_name[name].operands}
        carried = reads | {state.next.value for state in loop.states} | {one.value.value for one in loop.collects}
        varies = {scan.name for scan in loop.scans}  # and so does what reads them
        if loop.states and not constant and not (own | varies) & carried:
            names = ", ".join(f"`{state.name}`" for state in loop.states)
            ends = ", ".join(f"`{state.next}`" for state in loop.states)
            self.diagnostics.report(
                "state-not-cyclic",
                f"loop `{loop.name}` repeats nothing: "
                f"no node leads from its states ({names}) to what they become ({ends})",
                (loop.origin.span, "every pass would give the same"),
                *((state.origin.span, "read by no node that leads to a `next`") for state in loop.states[:4]),
                help="let a node on the cycle read the state in its `from`",
            )

    # synchronous loops

    def check_synchronous(self, loop: Loop, broken: set[str]) -> None:
        body = set(loop.body)
        reported: set[str] = set()
        for name in loop.body:
            for operand in self.graph.by_name[name].operands:
                source = operand.value
                if source not in body or source in self.inits or source in reported:
                    continue
                reported.add(source)
                broken.add(source)
                if any(resemblance(entry.key.text, "init") >= _ALIKE for entry in self.syntax.get(source, ())):
                    continue  # it has one that could not be read
                self.diagnostics.report(
                    "missing-init",
                    f"`{source}` is read in the first pass of the synchronous loop `{loop.name}`, "
                    "before it has a value",
                    (self.graph.by_name[source].origin.span, "no `init` given"),
                    (operand.span, f"`{name}` reads the value of the pass before"),
                    help=f"add `init: zeros` (or `ones`, an input, a node) to `{source}`",
                )

    def report_stray_inits(self) -> None:
        """Reports initial values that nothing reads, those of one loop together: its schedule may be what is wrong."""
        groups: dict[str | None, list[str]] = {}
        for name in self.inits:
            loop = self.graph.loop_of.get(name)
            if loop is None or loop.schedule != "synchronous":
                groups.setdefault(loop.name if loop else None, []).append(name)
        for loop, names in groups.items():
            where = f"in loop `{loop}`, whose schedule is a sweep" if loop else "in no loop"
            listed = ", ".join(f"`{name}`" for name in names)
            places = [entry.key.span for name in names if (entry := self.syntax[name].entry("init"))]
            self.diagnostics.report(
                "bad-value",
                f"{listed} has an `init` and is {where}"
                if len(names) == 1
                else f"{listed} have an `init` and are {where}",
                *((place, "never read") for place in places[:6]),
                help="only states, and nodes of a loop with `schedule: synchronous`, start from an `init`",
            )

    # loops that wait for each other

    def cut_groups(self, overlapping: list[set[str]], broken: set[str]) -> None:
        """Reports loops that wait for each other or for themselves, and takes them out: there is no order for them."""
        groups = topology.loop_groups(self.graph)
        if not groups:
            return
        for group in groups:
            if not any(pair <= {*group} for pair in overlapping):
                self.report_group(group)
        gone = {name for group in groups for name in group}
        lost = {one.name for name in gone for one in self.loop(name).states}
        lost |= {one.name for name in gone for one in (*self.loop(name).scans, *self.loop(name).collects)}
        lost |= {one.name for _, one in self.graph.scans.values() if one.sequence.value in lost}
        broken |= lost
        readers = {node.name for node in self.graph.nodes if any(one.value in lost for one in node.operands)}
        broken |= readers
        self.drop_reads(dict.fromkeys(readers, lost))
        left = [loop for loop in self.graph.loops if loop.name not in gone]
        for at, loop in enumerate(left):
            states: list[State] = []
            for state in loop.states:
                if state.next.value in lost:
                    state = replace(state, next=Operand(state.name))
                if isinstance(state.init, Operand) and state.init.value in lost:
                    broken.add(state.name)
                    state = replace(state, init=Fill(0.0))
                states.append(state)
            collects = tuple(one for one in loop.collects if one.value.value not in lost)
            scans = tuple(one for one in loop.scans if one.name not in lost)
            left[at] = replace(loop, states=tuple(states), collects=collects, scans=scans)
        outputs = tuple(one for one in self.graph.outputs if one.value.value not in lost)
        self.graph = replace(self.graph, loops=tuple(left), outputs=outputs)

    def loop(self, name: str) -> Loop:
        return self.graph.loops_by_name[name]

    def report_group(self, group: list[str]) -> None:
        first = self.loop(group[0])
        if len(group) > 1:
            names = ", ".join(f"`{name}`" for name in group)
            self.diagnostics.report(
                "loop-overlap",
                f"the loops {names} need each other's results",
                *((self.loop(name).origin.span, f"`{name}`") for name in group),
                help="loops feed each other one way: make one loop of them",
            )
            return
        place: Span | None = first.origin.span
        for state in first.states:
            if isinstance(state.init, Operand) and self.depends_on(state.init.value, first):
                place = state.init_span
                break
        for scan in first.scans:
            if self.depends_on(scan.sequence.value, first):
                place = scan.sequence.span
                break
        self.diagnostics.report(
            "loop-overlap",
            f"loop `{first.name}` needs its own result before its first pass",
            (place, "depends on the loop"),
            (first.origin.span, "the loop"),
            help="start the state from an input, `zeros`, or a node outside the loop"
            if all(scan.sequence.span != place for scan in first.scans)
            else "scan an input, or a node outside the loop",
        )

    def depends_on(self, value: str, loop: Loop) -> bool:
        """Whether a value needs what a loop makes."""
        made = {*loop.body, *(one.name for one in (*loop.states, *loop.scans, *loop.collects))}
        return value in made or bool(made & topology.upstream(self.graph, value))


def _read(node: Node, value: str) -> Operand:
    return next(one for one in node.operands if one.value == value)
