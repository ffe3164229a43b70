"""The table of Keras versions against the installed Keras: it has what the table says it has, and lacks the rest."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from specc.ops import _registry
from specc.ops._attributes import fields_of
from specc.ops._keras_objects import ACTIVATION, CONSTRAINT, INITIALIZER, REGULARIZER
from specc.ops._keras_versions import SINCE
from specc.spec._callbacks import CALLBACKS
from specc.spec._training_objects import LOSS, METRIC, OPTIMIZER, SCHEDULE

from .installed import has

pytestmark = pytest.mark.keras


def names() -> Iterator[str]:
    """Everything of Keras that a spec can name: layers, small objects and callbacks with their arguments."""
    for op in _registry.all_ops():
        if op.name == "Input":
            continue
        yield op.keras
        yield from (f"{op.keras}.{one.name}" for one in fields_of(op.attributes).values() if not one.spec_only)
    for table in (INITIALIZER, REGULARIZER, CONSTRAINT, OPTIMIZER, SCHEDULE, LOSS, METRIC):
        for name, arguments in table.classes.items():
            yield f"keras.{table.module}.{name}"
            yield from (f"keras.{table.module}.{name}.{argument}" for argument in arguments)
    for callback in CALLBACKS.values():
        yield from (f"keras.callbacks.{callback.name}.{argument}" for argument in callback.arguments)
    yield from (f"keras.activations.{name}" for name in ACTIVATION.values)


def parameters(found: Any) -> set[str]:
    """The arguments of a class and of those that it passes its own on to."""
    bases = [one for one in inspect.getmro(found) if one is not object]
    return {name for one in bases for name in inspect.signature(one.__init__).parameters}


def is_there(name: str) -> bool:
    """Whether the installed Keras has the class, or an argument of it."""
    found: Any = importlib.import_module("keras")
    for part in name.split(".")[1:]:
        if inspect.isclass(found):
            return part in parameters(found)
        found = getattr(found, part, None)
        if found is None:
            return False
    return True


def test_keras_has_what_the_table_says_and_nothing_else_is_missing() -> None:
    known = list(names())
    assert SINCE.keys() <= set(known)
    newer = {name for name in known if not has(name) or not has(name.rpartition(".")[0])}
    assert {name for name in known if not is_there(name)} == newer
