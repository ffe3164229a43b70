"""Keras layers from the arguments in a spec, and their calls."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, cast

_ATTENTION = ("AdditiveAttention", "Attention", "GroupQueryAttention", "MultiHeadAttention")
_BY_KEYWORD = ("GroupQueryAttention", "MultiHeadAttention")
_OF_CALL = ("return_attention_scores", "use_causal_mask")
_WRAPPERS = ("Bidirectional", "RNN", "TimeDistributed")
_STATES = {"LSTM": ("state_h", "state_c"), "GRU": ("state_h",), "SimpleRNN": ("state_h",)}
_MODULES = {"initializer": "initializers", "regularizer": "regularizers", "constraint": "constraints"}


class Layers:
    """Makes and calls the layers of one model, in inference mode or in training mode.

    `modules` names where the classes are that are not among Keras' layers.
    """

    def __init__(self, keras: Any, modules: Mapping[str, str], training: bool = False) -> None:
        self.keras, self.modules, self.training = keras, modules, training

    def make(self, op: str, arguments: Mapping[str, Any], name: str) -> Any:
        given = {key: value for key, value in arguments.items() if not (op in _ATTENTION and key in _OF_CALL)}
        return self.construct(op, {**given, "name": name})

    def construct(self, op: str, arguments: Mapping[str, Any]) -> Any:
        owner = importlib.import_module(self.modules[op]) if op in self.modules else self.keras.layers
        given = dict(arguments)
        if "keep_prob" in given:
            given["rate"] = round(1 - given.pop("keep_prob"), 12)
        if op in _WRAPPERS:  # an inner layer computes in the dtype of the outer one and is frozen with it
            own = {key: given[key] for key in ("dtype", "trainable") if given.get(key) not in (None, True)}
            given = {key: _handed_on(value, own) if _is_layer(key) else value for key, value in given.items()}
        return getattr(owner, op)(**{key: self.argument(key, value) for key, value in given.items()})

    def argument(self, key: str, value: Any) -> Any:
        """A value as Keras wants it: a mapping with `op` is an object of the class that it names."""
        if isinstance(value, tuple):
            items = [self.argument(key, one) for one in cast("tuple[Any, ...]", value)]
            return items if _is_layer(key) else tuple(items)
        if not isinstance(value, dict) or "op" not in value:
            return cast("Any", value)
        arguments = dict(cast("dict[str, Any]", value))
        name = str(arguments.pop("op"))
        if _is_layer(key):
            return self.construct(name, arguments)
        module = getattr(self.keras, _MODULES[key.rpartition("_")[2]])
        return (getattr(module, name, None) or type(module.get(name)))(**arguments)

    def call(self, layer: Any, op: str, arguments: Mapping[str, Any], operands: Sequence[Any]) -> dict[str, Any]:
        """The results of a layer, by port."""
        options = {key: arguments[key] for key in _OF_CALL if op in _ATTENTION and arguments.get(key)}
        first: Any = operands[0]
        if op in _BY_KEYWORD:
            options |= dict(zip(("value", "key"), operands[1:], strict=False))
        elif _states(op, arguments) and len(operands) > 1:
            options["initial_state"] = _initial_state(op, arguments, operands[1:])
        elif len(operands) > 1:
            first = list(operands)
        results: list[Any] = self.keras.tree.flatten(layer(first, training=self.training, **options))
        names = ports(op, arguments) if len(results) > 1 else ("out",)
        return dict(zip(names, results, strict=True))

    def penalties(self, layer: Any) -> list[Any]:
        """What a call of a layer has added to the loss, beside the penalties of its weights."""
        of_weights = sum(weight.regularizer is not None for weight in layer.trainable_weights)
        losses: list[Any] = layer.losses
        return losses[: len(losses) - of_weights]


def ports(op: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the results of a layer that has several."""
    if op in _ATTENTION:
        return ("out", "scores")
    settings = arguments["layer"] if op == "Bidirectional" else arguments
    states = _states(op, arguments) if settings.get("return_state") else ()
    if op == "Bidirectional" and "merge_mode" in arguments and arguments["merge_mode"] is None:
        return ("forward", "backward", *states)
    return ("sequence" if settings.get("return_sequences") else "out", *states)


def _states(op: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the states that a recurrent layer carries; none for other layers."""
    if op == "Bidirectional":
        inner = _states(str(arguments["layer"]["op"]), arguments["layer"])
        return tuple(f"{side}_{name}" for side in ("forward", "backward") for name in inner)
    if op == "RNN":
        cell = arguments["cell"]
        if not isinstance(cell, tuple):
            return _STATES[_cell_of(cell)]
        cells = enumerate(cast("tuple[Any, ...]", cell))
        return tuple(f"cell_{index}_{name}" for index, one in cells for name in _STATES[_cell_of(one)])
    return _STATES["LSTM"] if op.startswith("ConvLSTM") else _STATES.get(op, ())


def _initial_state(op: str, arguments: Mapping[str, Any], given: Sequence[Any]) -> Any:
    """Initial states as Keras nests them: a stack of cells has those of each cell together."""
    if op == "RNN" and isinstance(arguments["cell"], tuple):
        left = list(given)
        sizes = [len(_STATES[_cell_of(one)]) for one in cast("tuple[Any, ...]", arguments["cell"])]
        return [left.pop(0) if size == 1 else [left.pop(0) for _ in range(size)] for size in sizes]
    return given[0] if len(given) == 1 else list(given)


def _cell_of(cell: Any) -> str:
    return str(cell["op"]).removesuffix("Cell")


def _is_layer(key: str) -> bool:
    return key in ("backward_layer", "cell", "layer")


def _handed_on(value: Any, own: Mapping[str, Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_handed_on(one, own) for one in cast("tuple[Any, ...]", value))
    return {**cast("dict[str, Any]", value), **own} if isinstance(value, dict) else value
