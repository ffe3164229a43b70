"""What a build would need, estimated from the costs before TensorFlow starts; too much of it is an error.

The limits are far above what is trained for small devices, and below what would exhaust a common machine's memory or
take hours: `specc build --allow-large` lifts them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from specc.analysis.costs import Costs, NodeCost
from specc.diagnostics import Diagnostics
from specc.ir.sizes import is_known

_GIB = 2**30
_FLOAT = 4  # bytes of a weight


@dataclass(frozen=True, slots=True)
class _Limit:
    what: str
    most: int
    share: Callable[[NodeCost], int]
    shown: Callable[[int], str]


def _bytes(count: int) -> str:
    return f"{count / _GIB:,.1f} GiB of"


_LIMITS = (
    _Limit("weights", 4 * _GIB, lambda row: _FLOAT * row.parameters, _bytes),
    _Limit("activations for one example", 4 * _GIB, lambda row: row.bytes * row.calls, _bytes),
    _Limit("calls of layers, loops unrolled", 5_000, lambda row: row.calls, lambda count: f"{count:,}"),
)


def report_build_size(counted: Costs, diagnostics: Diagnostics) -> None:
    """Reports each limit that a build would exceed, at the node that needs most."""
    for limit in _LIMITS:
        shares = [(limit.share(row), row.node) for row in counted.rows]
        total = sum(share for share, _ in shares)
        if not is_known(total) or total <= limit.most:
            continue
        share, node = max(shares, key=lambda one: one[0])
        diagnostics.report(
            "too-large",
            f"a build would need {limit.shown(total)} {limit.what}, more than {limit.shown(limit.most)}",
            (node.origin.span, f"`{node.name}` needs {limit.shown(share)}"),
            help="make the network smaller; `--allow-large` builds it all the same",
        )
