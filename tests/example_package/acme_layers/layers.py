"""The Keras layers."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable("acme_layers")
class Scale(keras.layers.Layer):
    """Each channel multiplied by a learned number; with an offset, another one is added."""

    def __init__(self, use_offset: bool = True, factor_initializer: Any = "ones", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.use_offset = use_offset
        self.factor_initializer = keras.initializers.get(factor_initializer)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape = (input_shape[-1],)
        self.factor = self.add_weight(shape=shape, initializer=self.factor_initializer, name="factor")
        self.offset = self.add_weight(shape=shape, initializer="zeros", name="offset") if self.use_offset else None

    def call(self, inputs: Any) -> Any:
        scaled = inputs * self.factor
        return scaled if self.offset is None else scaled + self.offset

    def get_config(self) -> dict[str, Any]:
        initializer = keras.initializers.serialize(self.factor_initializer)
        return {**super().get_config(), "use_offset": self.use_offset, "factor_initializer": initializer}
