"""`compile_model` and `fit_options` from a spec's `training`; losses refuse arrays that would broadcast."""

from __future__ import annotations

from specc.emit._literals import call, literal
from specc.emit.code import Code
from specc.emit.contract import SPARSE
from specc.lowering import Lowered, Value
from specc.ops._keras_objects import KerasObject
from specc.spec import Spec
from specc.spec._training_objects import METRIC

EXACT = '''
@keras.saving.register_keras_serializable(package=SPEC)
class ExactShape(keras.losses.Loss):
    """A loss in the spec's own shapes. It refuses labels that would only fit by broadcasting: that trains on nonsense.

    `shape` is that of the output in the spec, None where the data give a size; `sparse` says that labels are class
    numbers, without the last axis; `activation` is applied to the output first, where the target leaves it to the
    caller.
    """

    def __init__(
        self,
        loss: Any,
        shape: Any,
        sparse: bool = False,
        activation: str = "linear",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        loss = keras.saving.deserialize_keras_object(loss) if isinstance(loss, dict) else loss
        super().__init__(name=name or loss.name, reduction=kwargs.pop("reduction", loss.reduction), **kwargs)
        self.loss, self.shape, self.sparse, self.activation = loss, tuple(shape), sparse, activation

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        allowed = ((), (1,), self.shape[:-1])
        if sample_weight is not None and not any(_agree(sample_weight.shape[1:], shape) for shape in allowed):
            found = ", ".join(["batch", *map(str, sample_weight.shape[1:])])
            raise ValueError(f"sample weights of shape ({found}) would broadcast; give one for each example: (batch,)")
        return super().__call__(y_true, y_pred, sample_weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        rank = -1 if self.sparse else None
        expected, found = tuple(y_pred.shape[1:rank]), tuple(y_true.shape[1:])
        if not any((_agree(found, expected), _agree(found, (*expected, 1)), _agree((*found, 1), expected))):
            labels, output = (", ".join(["batch", *map(str, shape)]) for shape in (found, expected))
            raise ValueError(
                f"labels of shape ({labels}) for an output of shape ({output}) would broadcast; "
                "pass them through adapt_targets and compile again"
            )
        if None in self.shape:  # then the output lies as in the spec; another number of labels fails here
            sizes: Any = keras.ops.shape(y_pred)
            return self.loss.call(keras.ops.reshape(y_true, sizes[:rank]), y_pred)
        y_true = keras.ops.reshape(y_true, (-1, *self.shape[:rank]))
        if tuple(y_pred.shape[1:]) != self.shape:
            logits = getattr(y_pred, "_keras_logits", None)  # from which Keras computes cross-entropies exactly
            y_pred = keras.ops.reshape(y_pred, (-1, *self.shape))
            if logits is not None:
                y_pred._keras_logits = keras.ops.reshape(logits, (-1, *self.shape))
        return self.loss.call(y_true, keras.activations.get(self.activation)(y_pred))

    def get_config(self) -> dict[str, Any]:
        own = {"shape": self.shape, "sparse": self.sparse, "activation": self.activation}
        return {**super().get_config(), "loss": keras.saving.serialize_keras_object(self.loss), **own}


def _agree(one: Any, other: Any) -> bool:
    """Whether two shapes are the same, as far as is known before the data are there."""
    return len(one) == len(other) and all(None in pair or pair[0] == pair[1] for pair in zip(one, other, strict=True))
'''

AS_IN_SPEC = '''
@keras.saving.register_keras_serializable(package=SPEC)
class AsInSpec(keras.metrics.Metric):
    """A metric of an output as it is in the spec: in its shape, and with the activation that is left to the caller."""

    def __init__(
        self,
        metric: Any,
        shape: Any,
        sparse: bool = False,
        activation: str = "linear",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        metric = keras.saving.deserialize_keras_object(metric) if isinstance(metric, dict) else metric
        super().__init__(name=name or metric.name, **kwargs)
        self.metric, self.shape, self.sparse, self.activation = metric, tuple(shape), sparse, activation

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        y_true = keras.ops.reshape(y_true, (-1, *(self.shape[:-1] if self.sparse else self.shape)))
        y_pred = keras.activations.get(self.activation)(keras.ops.reshape(y_pred, (-1, *self.shape)))
        return self.metric.update_state(y_true, y_pred, sample_weight)

    def result(self) -> Any:
        return self.metric.result()

    def reset_state(self) -> None:
        self.metric.reset_state()

    def get_config(self) -> dict[str, Any]:
        own = {"shape": self.shape, "sparse": self.sparse, "activation": self.activation}
        return {**super().get_config(), "metric": keras.saving.serialize_keras_object(self.metric), **own}
'''

_LOGITS = {"softmax": ("CategoricalCrossentropy", "SparseCategoricalCrossentropy"), "sigmoid": ("BinaryCrossentropy",)}
_ACCURACY = (None, "accuracy", "acc")  # the names by which Keras finds the accuracy that fits
_LOSSES_ONLY = ("kld", "KLD")  # short names that Keras knows of losses, and not of metrics
_MATRICES = ("F1Score", "FBetaScore", "R2Score")  # metrics that take two axes and no others
_BY_RANK = (
    "Accuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
)


def write_training(spec: Spec, lowered: Lowered, code: Code) -> None:
    """`compile_model` and `fit_options`; nothing where the spec has no training."""
    training = spec.training
    if training is None:
        return
    names = list(lowered.outputs)
    with code.block("def compile_model(model: keras.Model) -> keras.Model:"):
        code.add('"""The model, compiled as the spec trains it. Labels have to come through adapt_targets."""')
        losses = {name: _loss(loss, lowered.outputs[name]) for name, loss in training.losses.items()}
        metrics = {
            name: "[" + ", ".join(_metric(one, lowered.outputs[name], training.losses.get(name)) for one in many) + "]"
            for name, many in training.metrics.items()
        }
        parts = [f"optimizer={call(training.optimizer)}"]
        if len(names) == 1:
            parts.append(f"loss={losses[names[0]]}" if losses else "loss=None")
            parts += [f"loss_weights={training.loss_weights[names[0]]!r}"] if training.loss_weights else []
            parts += [f"metrics={metrics[names[0]]}"] if metrics else []
        else:
            parts.append(f"loss={_mapping(losses)}")
            if training.loss_weights:
                parts.append(f"loss_weights={training.loss_weights!r}")
            if metrics:
                parts.append(f"metrics={_mapping(metrics)}")
        code.add(f"model.compile({', '.join(parts)})")
        code.add("return model")
    code.add()
    with code.block("def fit_options() -> dict[str, Any]:"):
        code.add('"""The arguments for model.fit that the spec sets; callbacks are made anew at every call."""')
        options = [f"{key!r}: {literal(value)}" for key, value in training.fit.items()]
        if training.callbacks:
            options.append(f"'callbacks': [{', '.join(call(one) for one in training.callbacks)}]")
        code.add(f"return {{{', '.join(options)}}}")


def needs_as_in_spec(spec: Spec, lowered: Lowered) -> bool:
    """Whether some metric has to see an output as it is in the spec."""
    metrics = spec.training.metrics if spec.training is not None else {}
    return any(_minds(one, lowered.outputs[name]) for name, many in metrics.items() for one in many)


def _mapping(entries: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in entries.items()) + "}"


def _loss(loss: KerasObject, output: Value) -> str:
    """A loss; on logits it says so where it can, else it applies the activation itself."""
    host = output.host or "linear"
    if loss.name in _LOGITS.get(host, ()) and not loss.argument("from_logits"):
        loss, host = KerasObject(loss.module, loss.name, (("from_logits", True), *loss.arguments)), "linear"
    parts = [call(loss), f"shape={literal(output.logical.shape)}"]
    parts += ["sparse=True"] if loss.name in SPARSE else []
    parts += [f"activation={host!r}"] if host != "linear" else []
    return f"ExactShape({', '.join(parts)})"


def _minds(metric: KerasObject, output: Value) -> bool:
    """Whether a metric would say something else of an output as it lies in the target."""
    if output.host in ("softmax", "log_softmax") and metric.name in _BY_RANK:
        return False  # the largest stays the largest
    if output.host is not None or output.type.shape[-1:] != output.logical.shape[-1:]:
        return True
    is_by_axis = metric.argument("axis") not in (None, -1) or metric.argument("multi_label")
    return output.type != output.logical and (metric.name in _MATRICES or bool(is_by_axis))


def _metric(metric: KerasObject, output: Value, loss: KerasObject | None) -> str:
    """A metric, by the name the user wrote where Keras takes a name."""
    is_sparse = loss is not None and loss.name in SPARSE
    if _minds(metric, output):
        parts = [call(_accuracy(metric, output, is_sparse)), f"shape={literal(output.logical.shape)}"]
        parts += ["sparse=True"] if is_sparse else []
        parts += [f"activation={output.host!r}"] if output.host else []
        return f"AsInSpec({', '.join(parts)})"
    arguments = dict(metric.arguments)
    name = arguments.pop("name", None)
    if metric.name == "Accuracy":
        return repr(name or "accuracy") if name in _ACCURACY else call(_accuracy(metric, output, is_sparse))
    is_known = METRIC.names.get(name) == metric.name and name not in _LOSSES_ONLY
    return repr(name) if not arguments and is_known else call(metric)


def _accuracy(metric: KerasObject, output: Value, is_sparse: bool) -> KerasObject:
    """`accuracy` as the one that Keras takes for these shapes; any other metric as it is."""
    if metric.name != "Accuracy":
        return metric
    kind = "SparseCategoricalAccuracy" if is_sparse else "CategoricalAccuracy"
    if output.logical.shape[-1:] == (1,):
        kind = "BinaryAccuracy"
    return KerasObject("metrics", kind, (("name", metric.argument("name") or "accuracy"),))
