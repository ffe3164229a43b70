"""Random weights under which signals stay alive, however deep a network is.

Each layer is scaled when it is first called (LSUV, https://arxiv.org/abs/1511.06422): before the activation, its
results have mean 0 and variance 1 over the examples. Otherwise what a first layer does may be lost behind the sixtieth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from specc.proof.execution import Tensors

Array: TypeAlias = "np.ndarray[Any, Any]"
_LEAST = 1e-3  # a deviation that is not scaled up further: the examples do not differ there


class LiveWeights:
    """Gives each new layer its weights; every `seed` gives others, and `gain` is the deviation that is aimed at."""

    def __init__(self, keras: Any, seed: int, gain: float = 1.0) -> None:
        self.keras, self.gain = keras, gain
        self.random: Any = np.random.default_rng(seed)

    def __call__(self, layer: Any, operands: list[Any], call: Callable[[list[Any]], Tensors]) -> None:
        call([one[:1] for one in operands])  # builds it
        for weight in layer.weights:
            weight.assign(self.values(weight.name, tuple(weight.shape)).astype(weight.dtype))
        if hasattr(layer, "moving_mean") and hasattr(layer, "moving_variance"):
            self.centre(layer, operands[0])
        elif hasattr(layer, "kernel") and hasattr(layer, "activation") and hasattr(layer, "bias"):
            activation, layer.activation = layer.activation, self.keras.activations.linear
            if layer.bias is not None:
                layer.bias.assign(np.zeros(layer.bias.shape, layer.bias.dtype))
            self.scale(layer, np.asarray(next(iter(call(operands).values())), np.float64))
            layer.activation = activation

    def values(self, name: str, shape: tuple[int, ...]) -> Array:
        if "variance" in name or name in ("gamma", "scale"):
            return self.random.uniform(0.5, 1.5, shape)
        if name == "embeddings":
            return self.random.normal(0.0, self.gain, shape)
        if len(shape) > 1:
            inputs = max(int(np.prod(shape[:-1])), 1)
            return self.random.normal(0.0, self.gain * np.sqrt(1.5 / inputs), shape)
        return self.random.normal(0.0, 0.3, shape)

    def centre(self, layer: Any, operand: Any) -> None:
        """Moving statistics near those of the examples."""
        x: Any = np.asarray(operand, np.float64)
        axis = layer.axis if layer.axis >= 0 else layer.axis + x.ndim
        others = tuple(one for one in range(x.ndim) if one != axis)
        deviation: Any = np.sqrt(x.var(others)) + _LEAST
        size = deviation.shape
        mean: Any = x.mean(others) + deviation * self.random.normal(0.0, 0.3, size)
        variance: Any = (deviation * self.random.uniform(0.7, 1.3, size) / self.gain) ** 2
        layer.moving_mean.assign(mean.astype(layer.moving_mean.dtype))
        layer.moving_variance.assign(variance.astype(layer.moving_variance.dtype))

    def scale(self, layer: Any, x: Any) -> None:
        """Scales the last kernel and sets the bias, by what the layer gives without its bias and activation."""
        deviation = float(np.sqrt(x.var(0).mean()))
        factor = self.gain / deviation if deviation > _LEAST else 1.0
        kernel = [weight for weight in layer.weights if "kernel" in weight.name][-1]
        kernel.assign(np.asarray(kernel) * factor)
        if layer.bias is not None and tuple(layer.bias.shape) == x.shape[-1:]:
            mean: Any = x.mean(tuple(range(x.ndim - 1)))
            bias: Any = self.random.normal(0.0, 0.3 * self.gain, mean.shape) - factor * mean
            layer.bias.assign(bias.astype(layer.bias.dtype))
