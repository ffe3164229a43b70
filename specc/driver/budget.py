"""Holds what a network costs against the limits of the spec's budget."""

from __future__ import annotations

from collections.abc import Callable

from specc.analysis.costs import Costs, NodeCost
from specc.diagnostics import Diagnostics
from specc.ir.sizes import is_known
from specc.spec import Spec

_SHARES: dict[str, tuple[str, Callable[[NodeCost], int]]] = {
    "params_max": ("parameters", lambda row: row.parameters),
    "macs_max": ("multiply-accumulates", lambda row: row.macs * row.calls),
    "activation_bytes_max": ("bytes of activations", lambda row: row.bytes * row.calls),
}


def check_budget(spec: Spec, counted: Costs, diagnostics: Diagnostics) -> None:
    """Holds the costs, loops unrolled, against the budget; names the nodes that cost most."""
    for key, limit in spec.budget.limits.items():
        what, share = _SHARES[key]
        found = sum(share(row) for row in counted.rows)
        if not is_known(found):
            message = f"`{key}` cannot be held against {found} {what}, which depend on sizes that are left to the data"
            help = "set the sizes with `--set NAME=…`, write numbers, or leave the limit out"
            diagnostics.report("unknown-size", message, (limit.span, f"at most {limit.value:,}"), help=help)
            continue
        if found > limit.value:
            rows = sorted(counted.rows, key=share, reverse=True)[:3]
            most = ", ".join(f"`{row.node.name}` {share(row):,}" for row in rows if share(row))
            diagnostics.report(
                "over-budget",
                f"the network has {found:,} {what}, {found - limit.value:,} more than `{key}` allows",
                (limit.span, f"at most {limit.value:,}"),
                notes=[f"most are in {most}"] if most else [],
                help=f"make the network smaller or raise `{key}`",
            )
