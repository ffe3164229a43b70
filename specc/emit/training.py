"""`compile_model` and `fit_options` from a spec's `training`; losses refuse arrays that would broadcast."""

from __future__ import annotations

from typing import Any

from specc.emit._literals import call, literal
from specc.emit.code import Code
from specc.emit.contract import SPARSE
from specc.lowering import Lowered, Value
from specc.ops._keras_objects import KerasObject
from specc.spec import Spec

EXACT = '''
@keras.saving.register_keras_serializable(package=SPEC)
class ExactShape(keras.losses.Loss):
    """A loss in the spec's own shapes. It refuses labels that would only fit by broadcasting: that trains on nonsense.

    `shape` is that of the output in the spec; `sparse` says that labels are class numbers, without the last axis;
    `activation` is applied to the output first, where the target leaves it to the caller.
    """

    def __init__(
        self, loss: Any, shape: Any, sparse: bool = False, activation: str = "linear", name: str | None = None, **kwargs: Any
    ) -> None:
        loss = keras.losses.deserialize(loss) if isinstance(loss, dict) else loss
        super().__init__(name=name or loss.name, reduction=kwargs.pop("reduction", loss.reduction), **kwargs)
        self.loss, self.shape, self.sparse, self.activation = loss, tuple(shape), sparse, activation

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        if sample_weight is not None and tuple(sample_weight.shape[1:]) not in ((), (1,), self.shape[:-1]):
            found = ", ".join(map(str, sample_weight.shape[1:]))
            raise ValueError(f"sample weights of shape (batch, {found}) would broadcast; give one for each example: (batch,)")
        return super().__call__(y_true, y_pred, sample_weight)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        rank = -1 if self.sparse else None
        expected, found = tuple(y_pred.shape[1:rank]), tuple(y_true.shape[1:])
        if found != expected and found != (*expected, 1) and (*found, 1) != expected:
            raise ValueError(
                f"labels of shape (batch, {', '.join(map(str, found))}) for an output of shape "
                f"(batch, {', '.join(map(str, expected))}) would broadcast; pass them through adapt_targets"
            )
        y_true = keras.ops.reshape(y_true, (-1, *self.shape[:rank]))
        y_pred = keras.ops.reshape(y_pred, (-1, *self.shape))
        return self.loss.call(y_true, keras.activations.get(self.activation)(y_pred))

    def get_config(self) -> dict[str, Any]:
        own = {"shape": self.shape, "sparse": self.sparse, "activation": self.activation}
        return {**super().get_config(), "loss": keras.losses.serialize(self.loss), **own}
'''

ACTIVATED = '''
@keras.saving.register_keras_serializable(package=SPEC)
class OnActivated(keras.metrics.Metric):
    """A metric of an output to which the caller still has to apply an activation."""

    def __init__(self, metric: Any, activation: str, name: str | None = None, **kwargs: Any) -> None:
        metric = keras.metrics.deserialize(metric) if isinstance(metric, dict) else metric
        super().__init__(name=name or metric.name, **kwargs)
        self.metric, self.activation = metric, activation

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        return self.metric.update_state(y_true, keras.activations.get(self.activation)(y_pred), sample_weight)

    def result(self) -> Any:
        return self.metric.result()

    def reset_state(self) -> None:
        self.metric.reset_state()

    def get_config(self) -> dict[str, Any]:
        config = {"metric": keras.metrics.serialize(self.metric), "activation": self.activation}
        return {**super().get_config(), **config}
'''

_LOGITS = {"softmax": ("CategoricalCrossentropy", "SparseCategoricalCrossentropy"), "sigmoid": ("BinaryCrossentropy",)}
_BY_RANK = ("Accuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy", "TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy")


def write_training(spec: Spec, lowered: Lowered, code: Code) -> None:
    """`compile_model` and `fit_options`; nothing where the spec has no training."""
    training = spec.training
    if training is None:
        return
    hosts = {name: value.host for name, value in lowered.outputs.items()}
    names = list(lowered.outputs)
    with code.block("def compile_model(model: keras.Model) -> keras.Model:"):
        code.add('"""The model, compiled as the spec trains it. Labels have to come through adapt_targets."""')
        losses = {name: _loss(loss, lowered.outputs[name]) for name, loss in training.losses.items()}
        metrics = {
            name: "[" + ", ".join(_metric(one, hosts[name], training.losses.get(name)) for one in many) + "]"
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
        if training.early_stopping is not None:
            options.append(f"'callbacks': [{call(training.early_stopping)}]")
        code.add(f"return {{{', '.join(options)}}}")


def needs_activated(spec: Spec, lowered: Lowered) -> bool:
    """Whether a metric has to see an output through its activation."""
    training = spec.training
    if training is None:
        return False
    return any(
        (host := lowered.outputs[name].host) is not None and not _sees_logits(metric, host)
        for name, metrics in training.metrics.items()
        for metric in metrics
    )


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


def _sees_logits(metric: KerasObject, host: str) -> bool:
    """Whether a metric says the same of logits: the largest stays the largest under a softmax."""
    return host in ("softmax", "log_softmax") and metric.name in _BY_RANK


def _metric(metric: KerasObject, host: str | None, loss: KerasObject | None) -> str:
    """A metric, by the name the user wrote where Keras takes a name."""
    if host is not None and not _sees_logits(metric, host):
        return f"OnActivated({call(metric)}, activation={host!r})"
    arguments = dict(metric.arguments)
    short = arguments.pop("name", None)
    if not arguments and (short is not None or metric.name == "Accuracy"):
        if metric.name == "Accuracy" and loss is not None and short is None:
            return "'accuracy'"
        return repr(short or metric.name)
    return call(metric)
