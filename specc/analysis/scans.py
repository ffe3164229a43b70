"""The rows that loops read of sequences: their types, the passes that they decide, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from specc.diagnostics import Diagnostics
from specc.ir import Graph, Loop, Scan, TensorType
from specc.ir.graph import AS_SCANNED, OUT, Types
from specc.ir.sizes import Symbol, is_known
from specc.source import Span


def rows(loop: Loop, types: Types) -> Types:
    """The types of the rows that a loop scans, as far as the sequences have one."""
    found: Types = {}
    for scan in loop.scans:
        sequence = _sequence(scan, types)
        if sequence is not None and sequence.rank:
            found[scan.name, OUT] = scan.row(sequence)
    return found


def passes(loop: Loop, types: Types) -> int:
    """How often a loop runs: as it says, or once for every row that it scans; 1 after a mistake."""
    if loop.passes != AS_SCANNED:
        return loop.passes
    lengths = [one.shape[0] for scan in loop.scans if (one := _sequence(scan, types)) is not None and one.rank]
    return next((length for length in lengths if is_known(length)), 1)


def with_passes(graph: Graph, types: Types) -> Graph:
    """The graph with a number of passes in every loop."""
    if all(loop.passes != AS_SCANNED for loop in graph.loops):
        return graph
    return replace(graph, loops=tuple(replace(loop, passes=passes(loop, types)) for loop in graph.loops))


def check(loop: Loop, types: Types, place: Callable[[str], Span | None], diagnostics: Diagnostics) -> None:
    """Reports sequences without rows, of a length that is not known, or of another one than the passes."""
    first: tuple[Scan, int] | None = None
    for scan in loop.scans:
        sequence = _sequence(scan, types)
        if sequence is None:
            continue
        here = (scan.sequence.span, f"`{scan.sequence}` is {sequence}")
        made = (place(scan.sequence.value), f"`{scan.sequence}` comes from here")
        if not sequence.rank:
            message = f"`{scan.name}` reads the rows of `{scan.sequence}`, which is {sequence} and has none"
            help = "scan a value with an axis of steps, `[steps, features]`; what has none is read as it is"
            diagnostics.report("shape-mismatch", message, here, made, help=help)
            continue
        length = sequence.shape[0]
        if isinstance(length, Symbol):
            _report_unknown(loop, scan, length, here, made, diagnostics)
            continue
        if loop.passes not in (AS_SCANNED, length):
            diagnostics.report(
                "scan-mismatch",
                f"loop `{loop.name}` runs {loop.passes} passes, and `{scan.sequence}` has {length} rows",
                (loop.passes_span or loop.origin.span, f"{loop.passes} passes"),
                here,
                made,
                help=f"leave `passes` out, or write `passes: {length}`",
            )
        elif first is not None and first[1] != length:
            other = first[0]
            diagnostics.report(
                "scan-mismatch",
                f"loop `{loop.name}` scans `{other.sequence}` of {first[1]} rows and `{scan.sequence}` of {length}",
                here,
                (other.sequence.span, f"`{other.sequence}` has {first[1]} rows"),
                made,
                help="at each pass one row of each is read: cut or pad them to one length",
            )
        first = first or (scan, length)


def _report_unknown(
    loop: Loop,
    scan: Scan,
    length: Symbol,
    here: tuple[Span | None, str],
    made: tuple[Span | None, str],
    diagnostics: Diagnostics,
) -> None:
    name = str(length)
    help = f"set it with `--set {name}=…`, or write the number" if name.isidentifier() else "write the number"
    diagnostics.report(
        "unknown-size",
        f"`{scan.sequence}` has {name} rows, and loop `{loop.name}` needs to know how often it runs",
        here,
        made,
        help=f"{help} in the shape of the input",
    )


def _sequence(scan: Scan, types: Types) -> TensorType | None:
    return types.get((scan.sequence.value, scan.sequence.port))
