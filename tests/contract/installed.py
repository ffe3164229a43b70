"""What the installed Keras has of the ops and their arguments: the contract tests leave out what it lacks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from specc.ops import _registry
from specc.ops._base import OpDef
from specc.ops._keras_versions import SINCE, Need, highest, installed, needs_of_layer, release

HERE = release(installed() or "")
IS_NEWEST = all(release(version) <= HERE for version in SINCE.values())


def has(name: str) -> bool:
    """Whether the installed Keras has a name, `keras.layers.Resizing.antialias`, by specc's table."""
    return release(SINCE.get(name, "0.0")) <= HERE


def runs(op: OpDef, attributes: Any) -> bool:
    """Whether the installed Keras has a layer with these arguments."""
    return IS_NEWEST or fulfilled(needs_of_layer(op, attributes))


def fulfilled(needs: Iterable[Need]) -> bool:
    return release(highest(iter(needs))) <= HERE


OPS = [op for op in _registry.all_ops() if op.name != "Input" and has(op.keras)]
