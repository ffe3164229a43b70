"""The description of a saved model, which is untrusted: whether it may be built, and how its layers differ from others.

Only layers and functions of Keras and of the packages whose ops the network uses are built. Code that a file brings is
never run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from specc.emit.weight_file import StoredLayer

Config = Mapping[str, Any]
_MODULES = {
    "keras", "keras.layers", "keras.models", "keras.initializers", "keras.regularizers", "keras.constraints",
    "keras.dtype_policies", "keras.src.models.functional", "keras.src.models.sequential",
}  # fmt: skip
_FUNCTIONS = "keras.src.ops."
_ARGUMENTS = {"__keras_tensor__", "__slice__", "__tuple__", "__ellipsis__"}  # how operands are written down
# Arguments that decide the size of a layer's weights: none is larger than the largest axis that is stored.
_SIZES = {
    "units", "filters", "input_dim", "output_dim", "num_heads", "num_query_heads", "num_key_value_heads", "head_dim",
    "key_dim", "value_dim", "depth_multiplier", "kernel_size",
}  # fmt: skip
# Arguments that change nothing when a trained model is run.
_TRAINING = {
    "name", "trainable", "rate", "seed", "noise_shape", "stddev", "momentum", "synchronized", "dropout",
    "recurrent_dropout", "unroll", "use_cudnn", "implementation", "registered_name", "shared_object_id", "build_config",
    "renorm", "renorm_clipping", "renorm_momentum", "flash_attention", "quantization_config", "batch_shape", "sparse",
    "ragged", "optional", "lora_rank", "lora_alpha", "gptq_unpacked_column_size", "zero_output_for_mask",
}  # fmt: skip
_TRAINING_ENDINGS = ("_initializer", "_regularizer", "_constraint")
_MOST_OBJECTS = 2_000_000


class NotAllowed(Exception):
    """A saved model that is not built."""


def check_config(config: Config, packages: Collection[str], stored: Mapping[str, StoredLayer]) -> None:
    """Raises NotAllowed unless the model consists of known layers no larger than the weights that are stored."""
    for entry in _mappings(config):
        name, module = entry.get("class_name"), entry.get("module")
        if name is None or name in _ARGUMENTS:
            continue
        if name in ("Lambda", "__lambda__"):
            raise NotAllowed("it holds a Lambda, whose code is never run")
        known = module in _MODULES or module in packages or str(module).startswith(_FUNCTIONS)
        if (
            not known
            and not (module == "builtins" and name == "function")
            and not (module is None and not entry.get("registered_name"))
        ):
            raise NotAllowed(f"it holds `{module}.{name}`, which is neither a layer of Keras nor an op of the spec")
    for layer in _layers(config):
        shapes = stored[layer["name"]].shapes.values() if layer.get("name") in stored else ()
        most = max((size for shape in shapes for size in shape), default=0)
        for entry in _mappings(layer):
            for key in _SIZES & entry.keys():
                if any(size > most for size in _numbers(entry[key])):
                    raise NotAllowed(
                        f"`{layer.get('name')}` has `{key}` {entry[key]}, unlike the weights stored for it"
                    )


def sources(config: Config) -> dict[str, list[list[str]]]:
    """The names of the layers that each layer reads, for each time it is applied."""
    return {
        layer["name"]: [
            [
                entry["config"]["keras_history"][0]
                for entry in _mappings(node)
                if entry.get("class_name") == "__keras_tensor__"
            ]
            for node in layer.get("inbound_nodes", ())
        ]
        for layer in _layers(config)
    }


def changes(theirs: Config, ours: Config, names: Collection[str], own_name: str) -> list[str]:
    """How a layer of one model, under one of its names, differs from one of another when it is run, as sentences."""
    one = next((layer for layer in _layers(theirs) if layer["name"] in names), None)
    other = next((layer for layer in _layers(ours) if layer["name"] == own_name), None)
    if one is None or other is None:
        return []
    if one["class_name"] != other["class_name"]:
        return [f"it is a {one['class_name']} in the file and a {other['class_name']} here"]
    return [
        f"`{key}` is {_shown(a)} in the file and {_shown(b)} here"
        for key, a, b in _differences(one.get("config", {}), other.get("config", {}))
    ]


def _differences(one: Any, other: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """The values that differ, in what both have: versions of Keras write down more or less."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key, value in cast("dict[str, Any]", one).items():
            if key in other and key not in _TRAINING and not key.endswith(_TRAINING_ENDINGS):
                yield from _differences(value, other[key], f"{place}.{key}" if place else key)
    elif one != other:
        yield place.removesuffix(".config.name").removesuffix(".config"), one, other


def _shown(value: Any) -> str:
    text = "null" if value is None else f"{value!r}" if isinstance(value, str) else str(value)
    return text if len(text) < 60 else text[:60] + "…"


def _layers(config: Config) -> list[dict[str, Any]]:
    inner: Any = config.get("config")
    layers: Any = cast("dict[str, Any]", inner).get("layers") if isinstance(inner, dict) else None
    rows = [cast("dict[str, Any]", row) for row in cast("list[Any]", layers or []) if isinstance(row, dict)]
    return [{**row, "name": row.get("name") or cast("Config", row.get("config") or {}).get("name")} for row in rows]


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping in nested lists and mappings, in order."""
    waiting: list[Any] = [value]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        entry = waiting.pop()
        if isinstance(entry, dict):
            yield cast("dict[str, Any]", entry)
            waiting += reversed(list(cast("dict[str, Any]", entry).values()))
        elif isinstance(entry, list):
            waiting += reversed(cast("list[Any]", entry))
    raise NotAllowed("its description is too long")


def _numbers(value: Any) -> list[float]:
    values = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, (int, float))]
