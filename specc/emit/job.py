"""What a build is asked to make, and what it has made so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from specc.analysis.trials import Trial
from specc.emit.checkpoint import Checkpoint
from specc.emit.expected import Subject
from specc.emit.publish import ARTIFACTS
from specc.emit.runtime import TFLiteFile
from specc.emit.verify import Comparison
from specc.ir import Graph
from specc.lowering import Lowered
from specc.targets import Target

Progress: TypeAlias = Callable[[str], None]


@dataclass
class Artifacts:
    """What a build made: files by name, verdicts, and what the TFLite file holds."""

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    comparisons: list[Comparison] = field(default_factory=list[Comparison])
    tflite: TFLiteFile | None = None
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Job:
    """What to build: module texts of the target and of the reference, the graphs behind them, and the wishes."""

    stem: str
    text: str
    reference_text: str
    graph: Graph
    lowered: Lowered
    reference: Lowered  # for the keras build
    subject: Subject
    target: Target
    trials: Sequence[Trial]  # none where nothing is verified
    kinds: Sequence[str] = ARTIFACTS
    verify: bool = True
    weights: Checkpoint | None = None
    allow_different_network: bool = False
    passes: Mapping[str, int] = field(default_factory=dict[str, int])
