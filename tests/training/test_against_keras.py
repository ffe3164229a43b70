"""The tables of what `training` may name, held against the installed Keras: classes, names, arguments, defaults."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any

import pytest

from specc.ops._keras_objects import Arguments, ObjectOf
from specc.source import Source, compose
from specc.spec._callbacks import CALLBACKS
from specc.spec._training_objects import FALLING, FIT, LOSS, METRIC, OPTIMIZER, SCHEDULE, name_of_metric

from ..contract.installed import has

pytestmark = pytest.mark.keras

ABSTRACT = {"Optimizer", "LearningRateSchedule", "Loss", "Metric"}
LEFT_OUT = {
    "LossScaleOptimizer": "wraps another optimizer",
    "MultiOptimizer": "wraps other optimizers",
    "OptimizerMap": "wraps other optimizers",
    "CTC": "its targets have a length of their own",
    "MeanMetricWrapper": "wraps a function",
    "Mean": "averages the labels",
    "Sum": "sums the labels",
}
# Of every object: a spec names values, and computes in one precision.
NOT_WRITTEN = {"name", "dtype", "kwargs"}
TABLES: list[ObjectOf] = [OPTIMIZER, SCHEDULE, LOSS, METRIC]


def classes_of(table: ObjectOf) -> dict[str, Arguments]:
    """Those that the installed Keras has."""
    return {name: one for name, one in table.classes.items() if has(f"keras.{table.module}.{name}")}


def module_of(table: ObjectOf) -> Any:
    import keras

    found: Any = keras
    for part in table.module.split("."):
        found = getattr(found, part)
    return found


def syntax(value: Any) -> Any:
    text = json.dumps(list(value) if isinstance(value, tuple) else value)
    root, problems = compose(Source("value", f"x: {text}"))
    assert root is not None and not problems
    return root.entry("x").value  # type: ignore[union-attr]


def assert_arguments(arguments: Arguments, made: Any, path: str = "", without: set[str] = NOT_WRITTEN) -> None:
    parameters: Mapping[str, inspect.Parameter] = {
        name: one for name, one in inspect.signature(made).parameters.items() if name not in without
    }
    arguments = {name: one for name, one in arguments.items() if has(f"{path}.{name}")}
    assert set(arguments) == set(parameters), made
    for name, (kind, default) in arguments.items():
        found = parameters[name].default
        if found is inspect.Parameter.empty:
            assert default is ..., f"{made}.{name}"
        else:
            assert kind.decode(syntax(found)) == default, f"{made}.{name}"


@pytest.mark.parametrize("table", TABLES, ids=[one.module for one in TABLES])
def test_the_classes_are_those_of_keras(table: ObjectOf) -> None:
    public = {name for name, one in vars(module_of(table)).items() if inspect.isclass(one)}
    assert set(classes_of(table)) == public - ABSTRACT - set(LEFT_OUT)


@pytest.mark.parametrize("table", TABLES, ids=[one.module for one in TABLES])
def test_the_arguments_and_defaults_are_those_of_keras(table: ObjectOf) -> None:
    for name, arguments in classes_of(table).items():
        own = dict(arguments)
        if table is METRIC:  # where the history is to call it otherwise
            assert own.pop("name")[1] is None
        assert_arguments(own, getattr(module_of(table), name), f"keras.{table.module}.{name}")


@pytest.mark.parametrize("name", OPTIMIZER.names)
def test_an_optimizer_has_the_name_that_keras_gives_it(name: str) -> None:
    from keras.src.optimizers import ALL_OBJECTS_DICT

    own = OPTIMIZER.names[name]
    if own in classes_of(OPTIMIZER) and own != "Lamb":  # which Keras does not find by its name
        found = ALL_OBJECTS_DICT.get(name.lower())
        assert found is getattr(module_of(OPTIMIZER), own)


def test_losses_have_the_names_that_keras_gives_them() -> None:
    from keras.src.losses import ALL_OBJECTS_DICT

    spelt = set(ALL_OBJECTS_DICT) - ABSTRACT - set(LEFT_OUT) - {"ctc", "LossFunctionWrapper"}
    assert spelt <= set(LOSS.names)
    for name in spelt:
        found = ALL_OBJECTS_DICT[name]
        loss = getattr(module_of(LOSS), LOSS.names[name])
        assert found is loss or found is loss().fn, name
    own = "CategoricalGeneralizedCrossEntropy"  # which Keras has by its class only
    assert set(LOSS.names) - spelt == {own, "categorical_generalized_cross_entropy"}


def test_metrics_have_the_names_that_keras_gives_them() -> None:
    from keras.src.metrics import ALL_OBJECTS_DICT

    left_out = {"metric", "mean", "sum", "mean_metric_wrapper"}
    spelt = set(ALL_OBJECTS_DICT) - ABSTRACT - set(LEFT_OUT) - left_out
    assert spelt <= set(METRIC.names)
    for name in spelt:
        assert ALL_OBJECTS_DICT[name] is getattr(module_of(METRIC), METRIC.names[name]), name
    assert set(METRIC.names) - spelt == {"acc", "kld", "KLD"}  # `acc` is known to `compile` only


def test_metrics_are_called_what_keras_calls_them_and_get_better_its_way() -> None:
    import keras

    needed = {"num_classes": 2, "target_class_ids": [0], "recall": 0.5, "precision": 0.5}
    needed |= {"specificity": 0.5, "sensitivity": 0.5}
    for name, arguments in classes_of(METRIC).items():
        keras.backend.clear_session()  # or some would be counted through
        given = {key: needed[key] for key, (_, default) in arguments.items() if default is ...}
        metric = getattr(keras.metrics, name)(**given)
        assert metric.name == name_of_metric(name)
        direction = getattr(metric, "_direction", None)  # Keras has none for the four counts
        expected = "down" if name in FALLING else "up"
        assert direction == expected or (direction is None and name.endswith("tives")), name


@pytest.mark.parametrize("key", CALLBACKS)
def test_callbacks_take_what_keras_takes(key: str) -> None:
    import keras

    callback = CALLBACKS[key]
    assert_arguments(callback.arguments, getattr(keras.callbacks, callback.name))


def test_fit_takes_what_keras_takes_but_data_and_what_a_script_decides() -> None:
    import keras

    of_the_script = {"self", "x", "y", "verbose", "callbacks", "validation_data", "initial_epoch"}
    of_the_script |= {"class_weight", "sample_weight"}
    assert_arguments(FIT, keras.Model.fit, without=of_the_script)
