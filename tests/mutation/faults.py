"""What a planted fault is, and the specs that exercise it."""

from __future__ import annotations

from dataclasses import dataclass

KERAS, TIDL = "keras", "tidl"


@dataclass(frozen=True)
class Fault:
    """One text of a source file replaced by another, and a spec whose builds run the changed code.

    `old` occurs once in `file`, which is below `specc/`. `tests` are run where the build notices nothing.
    """

    file: str
    old: str
    new: str
    spec: str
    tests: tuple[str, ...] = ()
    targets: tuple[str, ...] = (KERAS, TIDL)

    @property
    def name(self) -> str:
        """`lowering/softmax_layer.py: "softmax" → "sigmoid"`"""
        old, new = (" ".join(text.split()) or "nothing" for text in (self.old, self.new))
        return f"{self.file}: {old} → {new}"


def spec(nodes: str, inputs: str = "[4]", outputs: str = "y", rest: str = "") -> str:
    """A spec of one input `x`, or of the inputs in braces, whose nodes are given by lines."""
    declared = inputs if inputs.startswith("{") else f"{{x: {inputs}}}"
    lines = "".join(f"  {line}\n" for line in nodes.strip().splitlines())
    return f"specc: 1\nname: planted\ninputs: {declared}\nnodes:\n{lines}outputs: {outputs}\n{rest}"
