"""Where a row of the graph comes from: the user's span, and every rewrite since."""

from __future__ import annotations

from dataclasses import dataclass

from specc.source import Span


@dataclass(frozen=True, slots=True)
class Origin:
    """`span` is the user's; `node` the name it has in the spec; `trail` the passes and lowerings, first to last."""

    span: Span | None
    node: str
    trail: tuple[str, ...] = ()

    def through(self, step: str) -> Origin:
        """The same origin after one more rewrite."""
        return Origin(self.span, self.node, (*self.trail, step))

    def story(self) -> str:
        """How a rewritten node came to be, for a note; empty where nothing was rewritten."""
        if not self.trail:
            return ""
        return f"`{self.node}` was rewritten by " + ", then ".join(f"`{step}`" for step in self.trail)
