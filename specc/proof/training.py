"""What the `training` of a spec asks for: the loss of its outputs, the optimizer, and the settings of `fit`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

CALLBACKS = {
    "checkpoint": "ModelCheckpoint",
    "csv_log": "CSVLogger",
    "early_stopping": "EarlyStopping",
    "reduce_lr": "ReduceLROnPlateau",
    "tensorboard": "TensorBoard",
}


class Training:
    """The section with its expressions evaluated."""

    def __init__(self, section: Mapping[str, Any], keras: Any) -> None:
        self.section, self.keras = section, keras

    def loss(self, outputs: Mapping[str, Any], labels: Mapping[str, Any]) -> Any:
        """The weighted sum of the losses."""
        ops, first = self.keras.ops, next(iter(outputs))
        total: Any = 0.0
        losses: Mapping[str, Any] = self.section.get("losses") or {first: self.section["loss"]}
        given: Any = self.section.get("loss_weights") or {}
        weights = cast("dict[str, float]", given if isinstance(given, dict) else {first: given})
        for name, loss in losses.items():
            function = self.made("losses", loss)
            label = ops.cast(labels[name], outputs[name].dtype)
            total = total + weights.get(name, 1.0) * ops.mean(function(label, outputs[name]))
        return total

    def optimizer(self) -> Any:
        return self.made("optimizers", self.section["optimizer"])

    def made(self, module: str, given: Any) -> Any:
        """An object of Keras by its name, or by a mapping with `op`; a loss may be a function."""
        owner = getattr(self.keras, module)
        if not isinstance(given, dict):
            return owner.get(given)
        arguments = dict(cast("dict[str, Any]", given))
        name = str(arguments.pop("op"))
        if isinstance(arguments.get("learning_rate"), dict):
            schedule = dict(cast("dict[str, Any]", arguments["learning_rate"]))
            schedule_of = getattr(self.keras.optimizers.schedules, schedule.pop("op"))
            arguments["learning_rate"] = schedule_of(**_lists(schedule))
        return (getattr(owner, name, None) or type(owner.get(name)))(**_lists(arguments))

    @property
    def fit(self) -> dict[str, Any]:
        """The arguments of `fit` that are no callbacks."""
        return {key: value for key, value in self._fit.items() if key not in CALLBACKS and value is not None}

    @property
    def callbacks(self) -> dict[str, Mapping[str, Any]]:
        """The settings of each callback, by its Keras class."""
        given = ((key, value) for key, value in self._fit.items() if key in CALLBACKS)
        return {CALLBACKS[key]: value for key, value in given if isinstance(value, dict)}

    @property
    def _fit(self) -> dict[str, Any]:
        return cast("dict[str, Any]", self.section.get("fit") or {})


def _lists(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Schedules take their steps as lists."""
    return {
        key: list(cast("tuple[Any, ...]", value)) if isinstance(value, tuple) else value
        for key, value in arguments.items()
    }
