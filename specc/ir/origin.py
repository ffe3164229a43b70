"""Where a row of the graph comes from: the user's span, and every rewrite since."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from specc.diagnostics import Use
from specc.source import Span


@dataclass(frozen=True, slots=True)
class Origin:
    """`span` is the user's; `node` the name it has in the spec; `trail` the passes and lowerings, first to last.

    `uses` are the block instances that the row stands in, the innermost first.
    """

    span: Span | None
    node: str
    trail: tuple[str, ...] = ()
    uses: tuple[Use, ...] = field(default=(), compare=False)

    def through(self, step: str) -> Origin:
        """The same origin after one more rewrite."""
        return replace(self, trail=(*self.trail, step))

    def story(self) -> str:
        """How a rewritten node came to be, for a note; empty where nothing was rewritten."""
        if not self.trail:
            return ""
        return f"`{self.node}` was rewritten by " + ", then ".join(f"`{step}`" for step in self.trail)
