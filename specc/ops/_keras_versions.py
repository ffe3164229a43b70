"""The Keras version that an op, an argument, a value or an object needs, and the one that is installed.

The table lists what is newer than the oldest Keras that specc accepts. A test compares it with the installed Keras.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, cast

from specc.ops._attributes import fields_of
from specc.ops._base import OpDef
from specc.ops._keras_objects import KerasObject
from specc.ops._layers import Inner

FLOOR = "3.12"  # as in pyproject.toml: older ones reject metrics by the name of an output

SINCE = {
    **{f"keras.layers.Adaptive{kind}Pooling{axes}D": "3.13" for kind in ("Average", "Max") for axes in (1, 2, 3)},
    "keras.layers.BatchNormalization.renorm": "3.14",
    "keras.layers.BatchNormalization.renorm_clipping": "3.14",
    "keras.layers.BatchNormalization.renorm_momentum": "3.14",
    "keras.layers.GroupQueryAttention.sliding_window": "3.15",
    "keras.layers.GroupQueryAttention.use_gate": "3.14",
    "keras.layers.MultiHeadAttention.sliding_window": "3.15",
    "keras.layers.MultiHeadAttention.use_gate": "3.14",
    "keras.metrics.SparseCategoricalCrossentropy.ignore_class": "3.14",
    "keras.optimizers.Muon.adam_weight_decay": "3.13",
    "keras.optimizers.Muon.rms_rate": "3.13",
    "keras.optimizers.ScheduleFreeAdamW": "3.14",
}


@dataclass(frozen=True, slots=True)
class Need:
    """What needs a version of Keras: the name in Keras, and the node's attribute that holds it, if it is in one."""

    version: str
    name: str
    attribute: str | None = None

    @property
    def what(self) -> str:
        """The name as a message shows it: "`renorm` of BatchNormalization"."""
        _, _, name, *argument = self.name.split(".")
        return f"`{argument[0]}` of {name}" if argument else f"`{name}`"


def release(text: str) -> tuple[int, int]:
    """The major and minor number of a version: (3, 15) of "3.15.1"."""
    found = re.match(r"(\d+)\.(\d+)", text)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def installed() -> str | None:
    """The version of the installed Keras, which is not imported; None if there is none."""
    try:
        return version("keras")
    except PackageNotFoundError:
        return None


def highest(needs: Iterator[Need]) -> str:
    """The version that fulfils all of these, and the oldest that specc accepts."""
    return max((FLOOR, *(need.version for need in needs)), key=release)


def needs_of_layer(op: OpDef, attributes: Any) -> Iterator[Need]:
    """What a layer needs that not every accepted Keras has. Arguments at their defaults are not passed to Keras."""
    yield from _known(op.keras)
    for name, field in fields_of(op.attributes).items():
        value = getattr(attributes, name)
        if value != field.default:
            yield from (Need(one.version, one.name, name) for one in _of_attribute(f"{op.keras}.{name}", value))


def needs_of_object(value: KerasObject) -> Iterator[Need]:
    """What an optimizer, a loss or another small object needs that not every accepted Keras has."""
    path = f"keras.{value.module}.{value.name}"
    yield from _known(path)
    for name, argument in value.arguments:
        yield from _known(f"{path}.{name}")
        if isinstance(argument, KerasObject):
            yield from needs_of_object(argument)


def _of_attribute(path: str, value: Any) -> Iterator[Need]:
    yield from _known(path)
    for one in cast("tuple[Any, ...]", value) if isinstance(value, tuple) else (value,):
        if isinstance(one, KerasObject):
            yield from needs_of_object(one)
        elif isinstance(one, Inner):
            yield from needs_of_layer(one.definition, one.attributes)


def _known(name: str) -> Iterator[Need]:
    if name in SINCE:
        yield Need(SINCE[name], name)
