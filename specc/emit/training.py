"""`compile_model` and `fit_options` from a spec's `training`, of plain Keras objects that any process can load."""

from __future__ import annotations

from textwrap import wrap
from typing import Final, LiteralString

from specc.emit._literals import call, literal
from specc.emit.code import Code
from specc.emit.contract import has_views
from specc.lowering import Lowered, Value
from specc.lowering._gaps import training_gaps
from specc.lowering._objectives import SPARSE, is_physical_metric, physical_loss
from specc.ops._keras_objects import KerasObject
from specc.spec import Spec
from specc.spec._training_objects import METRIC
from specc.spec.document import Training

_BIND: Final = '''
def bind_contract(model: keras.Model) -> keras.Model:
    """Hold the model's training to the data contract, as compile_model does. A loaded model is plain Keras without it.

    Losses refuse labels and sample weights that would only fit by broadcasting{more}. None of this is saved.
    """
    kind: Any = type(model)

    def compute_loss(
        x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        sample_weight = None if sample_weight is None else adapt_sample_weight(sample_weight)
        return kind.compute_loss(model, x, _lined_up(y, y_pred), y_pred, sample_weight, training=training)

    bound: Any = model
    bound.compute_loss = compute_loss
'''

_METRICS: Final = """
    def compute_metrics(x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return kind.compute_metrics(model, x, _restored(y), restore_outputs(y_pred), sample_weight)

    bound.compute_metrics = compute_metrics
"""

_CONFIG: Final = """
    def get_compile_config() -> dict[str, Any]:
        config = kind.get_compile_config(model)
        return {**config, "metrics": _saved(config.get("metrics"), UNSAVED)}

    bound.get_compile_config = get_compile_config
"""

_CLASS_WEIGHT: Final = """
    def fit(x: Any = None, y: Any = None, *arguments: Any, **options: Any) -> Any:
        if y is not None and options.get("class_weight") and options.get("sample_weight") is None:
            options["sample_weight"] = _class_weights(y, options.pop("class_weight"))
            share = options.pop("validation_split", 0)  # on which Keras weighs no classes
            if share and options.get("validation_data") is None:
                rows = int(len(y) * (1 - share))
                options["validation_data"] = keras.tree.map_structure(lambda one: one[rows:], (x, y))
                x, y = (keras.tree.map_structure(lambda one: one[:rows], each) for each in (x, y))
                options["sample_weight"] = options["sample_weight"][:rows]
        return kind.fit(model, x, y, *arguments, **options)

    def train_on_batch(
        x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        if class_weight and sample_weight is None:
            sample_weight, class_weight = _class_weights(y, class_weight), None
        return kind.train_on_batch(model, x, y, sample_weight, class_weight, return_dict)

    bound.fit, bound.train_on_batch = fit, train_on_batch
"""

_LINED_UP: Final = '''
def _lined_up(y: Any, y_pred: Any) -> Any:
    """The labels in the shapes of their outputs. Raises ValueError where they would only fit by broadcasting."""
    if len(OUTPUTS) == 1:
        return y if y is None else _line_up(y, y_pred, TARGETS[0])
    if not isinstance(y, Mapping):
        raise ValueError("labels of several outputs are a dict by name; pass them through adapt_targets")
    tensors = {tensor.name: tensor for tensor in TARGETS}
    return {name: _line_up(one, y_pred[name], tensors[name]) if name in tensors else one for name, one in y.items()}


def _line_up(y: Any, y_pred: Any, tensor: Tensor) -> Any:
    rank = 1 + len(tensor.physical)  # class numbers have one axis less than the output
    expected, found = tuple(y_pred.shape[1:rank]), tuple(y.shape[1:])
    if not any((_agree(found, expected), _agree(found, (*expected, 1)), _agree((*found, 1), expected))):
        labels, output = (", ".join(["batch", *map(str, shape)]) for shape in (found, expected))
        raise ValueError(
            f"labels of shape ({labels}) for an output of shape ({output}) would broadcast; "
            "pass them through adapt_targets and compile again"
        )
    sizes: Any = keras.ops.shape(y_pred)
    return keras.ops.reshape(y, sizes[:rank])
'''

_RESTORED: Final = '''
def _restored(y: Any) -> Any:
    """Labels in the spec's shapes."""
    if not isinstance(y, Mapping):
        return y if y is None else _reshaped(y, TARGETS[0].logical)
    tensors = {tensor.name: tensor for tensor in TARGETS}
    return {name: _reshaped(one, tensors[name].logical) if name in tensors else one for name, one in y.items()}
'''

_SAVED: Final = '''
def _saved(metrics: Any, unsaved: Any) -> Any:
    """The metrics of a saved file: those that mean the same on this model's own outputs."""
    if isinstance(unsaved, Mapping):
        return {name: _saved(some, unsaved.get(name, ())) for name, some in metrics.items()}
    return [one for one in metrics if (one if isinstance(one, str) else one["config"]["name"]) not in unsaved]
'''

_CLASS_WEIGHTS: Final = '''
def _class_weights(y: Any, class_weight: Mapping[int, float]) -> np.ndarray:
    """The weight of each example by its class, which is the largest label where there are several."""
    labels = np.asarray(y).reshape(len(y), -1)
    classes = labels.argmax(axis=-1) if labels.shape[-1] > 1 else np.round(labels[:, 0])
    return np.array([class_weight.get(int(one), 1.0) for one in classes], keras.backend.floatx())
'''

_ACCURACY = (None, "accuracy", "acc")  # the names by which Keras finds the accuracy that fits
_LOSSES_ONLY = ("kld", "KLD")  # short names that Keras knows of losses, and not of metrics


def write_training(spec: Spec, lowered: Lowered, code: Code) -> None:
    """`compile_model` and `fit_options`; nothing where the spec has no training."""
    training = spec.training
    if training is None:
        return
    gaps = training_gaps(training, lowered)
    with code.block("def compile_model(model: keras.Model) -> keras.Model:"):
        if gaps:
            code.add('"""Not available: this build cannot be trained exactly as the spec says."""')
            reasons = "; ".join(gap.message for gap in gaps)
            help = "train the keras build and pass it to load_reference_weights"
            lines = wrap(f"{reasons}; {help}", 90, drop_whitespace=False)
            code.add(f"raise NotImplementedError({' '.join(map(literal, lines))})")
        else:
            _write_compile(training, lowered, code)
    code.add()
    with code.block("def fit_options() -> dict[str, Any]:"):
        code.add('"""The arguments for model.fit that the spec sets; callbacks are made anew at every call."""')
        options: list[LiteralString] = [f"{literal(key)}: {literal(value)}" for key, value in training.fit.items()]
        if training.callbacks:
            options.append(f"'callbacks': [{', '.join(call(one) for one in training.callbacks)}]")
        code.add(f"return {{{', '.join(options)}}}")
    if not gaps:
        code.add(_helpers(training, lowered))


def _write_compile(training: Training, lowered: Lowered, code: Code) -> None:
    code.add('"""Compile the model as the spec trains it. Labels have to come through adapt_targets."""')
    losses: dict[str, LiteralString] = {
        name: call(loss)
        for name, one in training.losses.items()
        if (loss := physical_loss(one, lowered.outputs[name])) is not None
    }
    metrics: dict[str, LiteralString] = {
        name: "[" + ", ".join(_metric(one, lowered.outputs[name], training.losses.get(name)) for one in many) + "]"
        for name, many in training.metrics.items()
    }
    names = list(lowered.outputs)
    parts: list[LiteralString] = [f"optimizer={call(training.optimizer)}"]
    if len(names) == 1:
        parts.append(f"loss={losses[names[0]]}" if losses else "loss=None")
        if training.loss_weights:
            parts.append(f"loss_weights={literal(training.loss_weights[names[0]])}")
        if metrics:
            parts.append(f"metrics={metrics[names[0]]}")
    else:
        parts.append(f"loss={_mapping(losses)}")
        if training.loss_weights:
            parts.append(f"loss_weights={literal(training.loss_weights)}")
        if metrics:
            parts.append(f"metrics={_mapping(metrics)}")
    code.add(f"model.compile({', '.join(parts)})")
    code.add("return bind_contract(model)")


def _helpers(training: Training, lowered: Lowered) -> LiteralString:
    """What ties a model's training to the data contract: only what this module's outputs need."""
    outputs = lowered.outputs
    is_restored = bool(training.metrics) and any(
        one.host or one.views or one.type.shape != one.logical.shape for one in outputs.values()
    )
    unsaved = _unsaved(training, outputs)
    first = next(iter(outputs.values()))
    weighs_classes = len(outputs) == 1 and first.logical.rank <= 1 and first.type.shape != first.logical.shape
    more = ".\n    Metrics are computed on the restored outputs" if is_restored else ""
    more += ".\n    `class_weight` weighs examples as in the spec's shapes" if weighs_classes else ""
    out = _BIND.replace("{more}", more)
    out += _METRICS if is_restored else ""
    out += _CONFIG if unsaved else ""
    out += _CLASS_WEIGHT if weighs_classes else ""
    out += "\n    return model\n\n"
    out += _LINED_UP
    restored: LiteralString = _RESTORED
    if has_views(lowered):
        restored = restored.replace("_reshaped(y, ", "_viewed(y, TARGETS[0], ")
        restored = restored.replace("_reshaped(one, ", "_viewed(one, tensors[name], ")
    out += restored if is_restored else ""
    if unsaved:
        given = unsaved if len(outputs) > 1 else next(iter(unsaved.values()))
        out += "\n# metrics that need the spec's shapes or activations; a saved file leaves them out\n"
        out += f"UNSAVED: Any = {literal(given)}\n"
        out += _SAVED
    return out + (_CLASS_WEIGHTS if weighs_classes else "")


def _unsaved(training: Training, outputs: dict[str, Value]) -> dict[str, tuple[str, ...]]:
    """By output, the names of metrics that a plain Keras model would compute of other values."""
    found = {
        name: tuple(one.argument("name") for one in many if not is_physical_metric(one, outputs[name]))
        for name, many in training.metrics.items()
    }
    return {name: some for name, some in found.items() if some}


def _mapping(entries: dict[str, LiteralString]) -> LiteralString:
    return "{" + ", ".join(f"{literal(key)}: {value}" for key, value in entries.items()) + "}"


def _metric(metric: KerasObject, output: Value, loss: KerasObject | None) -> LiteralString:
    """A metric, by the name the user wrote where Keras takes a name."""
    arguments = dict(metric.arguments)
    name = arguments.pop("name", None)
    if metric.name == "Accuracy":
        is_sparse = loss is not None and loss.name in SPARSE
        return literal(name or "accuracy") if name in _ACCURACY else call(_accuracy(metric, output, is_sparse))
    is_known = METRIC.names.get(name) == metric.name and name not in _LOSSES_ONLY
    return literal(name) if not arguments and is_known else call(metric)


def _accuracy(metric: KerasObject, output: Value, is_sparse: bool) -> KerasObject:
    """`accuracy` under another name, as the metric that Keras chooses for these shapes."""
    kind = "SparseCategoricalAccuracy" if is_sparse else "CategoricalAccuracy"
    if output.logical.shape[-1:] == (1,):
        kind = "BinaryAccuracy"
    return KerasObject("metrics", kind, (("name", metric.argument("name") or "accuracy"),))
