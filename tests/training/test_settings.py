"""Optimizers, schedules and callbacks come out of an emitted module as a spec writes them, and do what they are for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from specc.lowering._objectives import SPARSE
from specc.ops._attributes import Bool, Enum, Float, Int, Kind, ListOf, OneOf, Str
from specc.ops._keras_objects import ObjectOf
from specc.spec._training_objects import LOSSES, OPTIMIZERS, SCHEDULES
from tests.nets import TARGETS, Array, Net, random_weights
from tests.training.test_compile import FOLDER, heads_data

pytestmark = pytest.mark.keras

NET = "specc: 1\nname: tiny\ninputs: {x: [3]}\nnodes: {y: {op: Dense, units: 1}}\noutputs: y\n"


def module_of(training: str, folder: Path) -> Any:
    (folder / "tiny.yaml").write_text(NET + training, "utf-8")
    return Net("tiny", folder).module("keras")


def other(kind: Kind, default: Any, name: str) -> Any:
    """A value of a kind that is not the default."""
    match kind:
        case Bool():
            return not default
        case OneOf():
            return other(kind.kinds[0], default, name)
        case ListOf(item=item):
            if name == "values":
                return [0.1, 0.2, 0.3]
            return [3, 7] if isinstance(item, Int) else ["hidden"]
        case Int():
            return max(default if isinstance(default, int) else 0, kind.least or 0) + 3
        case Float():
            return default / 2 if isinstance(default, float) and default else 0.125
        case Enum():
            return next(value for value in kind.values if value != default)
        case Str():
            return "loss"
        case ObjectOf():
            return 0.125
        case _:
            raise AssertionError(kind)


def filled(arguments: Any) -> dict[str, Any]:
    """Every argument given, none by its default."""
    return {name: other(kind, default, name) for name, (kind, default) in arguments.items()}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_gets_every_argument(name: str, tmp_path: Path) -> None:
    given = filled(OPTIMIZERS[name])
    for one in ("clipvalue", "global_clipnorm"):  # Keras takes one of the three
        given.pop(one)
    given["use_ema"] = True
    module = module_of(f"training: {{loss: mse, optimizer: {json.dumps({'op': name, **given})}}}\n", tmp_path)
    config = module.compile_model(module.build_model()).optimizer.get_config()
    for key, value in given.items():
        np.testing.assert_array_equal(
            np.float32(config[key]) if isinstance(value, float) else config[key],
            np.float32(value) if isinstance(value, float) else value,
            err_msg=key,
        )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizer_trains_as_that_of_plain_keras(name: str, tmp_path: Path) -> None:
    import keras

    module = module_of(f"training: {{loss: mse, optimizer: {name}}}\n", tmp_path)
    model, hand = module.compile_model(module.build_model()), module.build_model()
    hand.set_weights(model.get_weights())
    hand.compile(getattr(keras.optimizers, name)(), "mse")
    x, y = data()
    options = {"epochs": 3, "batch_size": 8, "shuffle": False, "verbose": 0}
    before = model.get_weights()[0]
    found = model.fit(x, y, **options).history["loss"]
    np.testing.assert_allclose(found, hand.fit(x, y, **options).history["loss"], rtol=1e-6)
    assert not np.array_equal(model.get_weights()[0], before)


@pytest.mark.parametrize("full", [False, True], ids=["what is required", "everything"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_gives_the_rates_of_plain_keras(name: str, full: bool, tmp_path: Path) -> None:
    import keras

    arguments = SCHEDULES[name]
    given = filled({key: one for key, one in arguments.items() if full or one[1] is ...})
    schedule = json.dumps({"op": name, **given})
    module = module_of(f"training: {{loss: mse, optimizer: {{op: SGD, learning_rate: {schedule}}}}}\n", tmp_path)
    optimizer = module.compile_model(module.build_model()).optimizer
    hand = getattr(keras.optimizers.schedules, name)(**given)
    rates = []
    for step in range(12):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    np.testing.assert_allclose(rates, [float(hand(step)) for step in range(12)], rtol=1e-6)
    assert len(set(rates)) > 1


def test_the_training_of_band_mobilenetv2(tmp_path: Path) -> None:
    """Adam from 0.01, by 0.9 every 1000 steps."""
    rate = "{op: ExponentialDecay, initial_learning_rate: 0.01, decay_steps: 1000, decay_rate: 0.9}"
    module = module_of(f"training: {{loss: mse, optimizer: {{op: Adam, learning_rate: {rate}}}}}\n", tmp_path)
    optimizer = module.compile_model(module.build_model()).optimizer
    for step in (0, 1, 500, 1000, 4497):
        optimizer.iterations.assign(step)
        np.testing.assert_allclose(float(optimizer.learning_rate), 0.01 * 0.9 ** (step / 1000), rtol=1e-5)


# callbacks


def data() -> tuple[Array, Array]:
    random = np.random.default_rng(2)
    x = random.normal(size=(32, 3)).astype(np.float32)
    return x, (x @ np.float32([[1.0], [-2.0], [0.5]])).astype(np.float32)


FIT = """
training:
  optimizer: {op: SGD, learning_rate: 0.1}
  loss: mse
  metrics: [mae]
  fit:
    epochs: 4
    batch_size: 8
    validation_split: 0.25
    reduce_lr: {monitor: loss, factor: 0.5, patience: 0, min_delta: 100, min_lr: 0.02, verbose: 0}
    csv_log: {filename: logs/run.csv, separator: ";"}
    checkpoint: {filepath: "kept/net-{epoch:02d}-{val_mae:.3f}.weights.h5", save_weights_only: true}
    tensorboard: {log_dir: logs/board, write_graph: false}
    early_stopping: {monitor: val_mae, start_from_epoch: 2, min_delta: 50, patience: 1}
"""


def test_callbacks_do_what_they_are_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the spec; every path counts from where the training runs."""
    module = module_of(FIT.lstrip("\n"), tmp_path)
    monkeypatch.chdir(tmp_path)
    options = module.fit_options()
    names = ["ReduceLROnPlateau", "CSVLogger", "ModelCheckpoint", "TensorBoard", "EarlyStopping"]
    assert [type(one).__name__ for one in options["callbacks"]] == names
    (tmp_path / "logs").mkdir()
    model = module.compile_model(module.build_model())
    history = model.fit(*data(), **{**options, "epochs": 20, "verbose": 0}).history
    assert len(history["loss"]) == 4  # from the third epoch on, and one of patience
    np.testing.assert_allclose(history["learning_rate"], [0.1, 0.1, 0.05, 0.025], rtol=1e-6)
    rows = (tmp_path / "logs" / "run.csv").read_text("utf-8").splitlines()
    assert rows[0].split(";") == ["epoch", "learning_rate", "loss", "mae", "val_loss", "val_mae"] and len(rows) == 5
    files = sorted(one.name for one in (tmp_path / "kept").iterdir())
    expected = [f"net-{epoch:02d}-{mae:.3f}.weights.h5" for epoch, mae in enumerate(history["val_mae"], 1)]
    assert files == expected
    assert list((tmp_path / "logs" / "board" / "train").iterdir())
    again = module.build_model()
    again.load_weights(tmp_path / "kept" / files[-1])
    np.testing.assert_array_equal(again.get_weights()[0], model.get_weights()[0])


def test_keras_cannot_set_a_schedule_and_specc_says_so_before(tmp_path: Path) -> None:
    import keras

    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    model = module_of("training: {loss: mse, optimizer: SGD}\n", tmp_path).build_model()
    model.compile(keras.optimizers.SGD(schedule), "mse")
    reduce = keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=0, min_delta=100)
    with pytest.raises(TypeError, match="LearningRateSchedule"):
        model.fit(*data(), epochs=3, callbacks=[reduce], verbose=0)


def test_a_checkpoint_of_the_best_model_loads_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole model, with the losses that the module made for it."""
    import keras

    fit = "fit: {epochs: 6, validation_split: 0.25, checkpoint: {filepath: best.keras, save_best_only: true}}"
    module = module_of(f"training:\n  optimizer: {{op: SGD, learning_rate: 0.1}}\n  loss: mse\n  {fit}\n", tmp_path)
    monkeypatch.chdir(tmp_path)
    model = module.compile_model(module.build_model())
    x, y = data()
    history = model.fit(x, y, **module.fit_options(), verbose=0).history
    best = keras.models.load_model("best.keras")
    np.testing.assert_allclose(best.evaluate(x[24:], y[24:], verbose=0), min(history["val_loss"]), rtol=1e-5)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("monitor", "rises"), [("val_zone_accuracy", True), ("price_mae", False), ("flag_loss", False)]
)
def test_what_is_watched_gets_better_its_own_way(target: str, monitor: str, rises: bool) -> None:
    """Of a model with several outputs, Keras by itself cannot say which way that is."""
    import keras

    callback = f"validation_split: 0.2, early_stopping: {{monitor: {monitor}, patience: 1, min_delta: 10}}"
    net = Net("heads", FOLDER, replaced=(("fit: {", f"fit: {{{callback}, "),))
    module = net.module(target)
    model = module.compile_model(net.model(target))
    inputs, labels = heads_data()
    options = module.fit_options()
    history = model.fit(module.adapt_inputs(inputs), module.adapt_targets(labels), **{**options, "verbose": 0}).history
    assert monitor in history and len(history["loss"]) == 2
    assert (options["callbacks"][0].monitor_op is keras.ops.greater) == rises
    plain = keras.callbacks.EarlyStopping(monitor=monitor, patience=1)
    with pytest.raises(ValueError, match="isn't able to automatically determine"):
        model.fit(
            module.adapt_inputs(inputs),
            module.adapt_targets(labels),
            validation_split=0.2,
            callbacks=[plain],
            verbose=0,
        )


def test_metrics_keep_their_names_however_often_a_model_is_made(tmp_path: Path) -> None:
    metrics = "[{op: AUC, num_thresholds: 9}, AUC, {op: Precision, thresholds: 0.3}, mae, kld, logcosh]"
    text = f"training: {{loss: mse, optimizer: Adam, metrics: {metrics.replace('logcosh', 'LogCoshError')}}}\n"
    module = module_of(text, tmp_path)
    x, y = data()
    for _ in range(2):
        model = module.compile_model(module.build_model())
        found = model.evaluate(x, (y > 0).astype("float32"), verbose=0, return_dict=True)
        assert set(found) == {"loss", "auc", "auc_1", "precision", "mae", "kld", "logcosh"}


@pytest.mark.parametrize("target", TARGETS)
def test_a_loss_gets_every_argument(target: str, tmp_path: Path) -> None:
    """One head for each argument of each loss, against plain Keras."""
    import keras

    random = np.random.default_rng(6)
    x = random.normal(size=(24, 6)).astype(np.float32)
    cases: dict[str, tuple[str, str, Any]] = {}
    for name, arguments in LOSSES.items():
        for key, (kind, default) in arguments.items():
            if key != "axis" and (name, target) != ("Circle", "tidl"):  # of which there is one only; of vectors only
                cases[f"{name}_{key}".lower()] = (name, key, other(kind, default, key))
    cases |= {"along": ("CosineSimilarity", "axis", 1), "several": ("Dice", "axis", [1])}
    heads = "".join(f"  {head}: {{op: Dense, units: 4, activation: sigmoid, from: x}}\n" for head in cases)
    losses = {head: {"op": name, key: value} for head, (name, key, value) in cases.items()}
    text = f"specc: 1\nname: heads\ninputs: {{x: [6]}}\nnodes:\n{heads}outputs: [{', '.join(cases)}]\n"
    (tmp_path / "heads.yaml").write_text(f"{text}training: {{optimizer: Adam, losses: {json.dumps(losses)}}}\n")
    net = Net("heads", tmp_path)
    module, weights = net.module(target), random_weights(net.module("keras").REFERENCE, 4)
    truth = random.integers(0, 4, 24)
    labels = {
        head: truth if name in SPARSE else np.eye(4, dtype=np.float32)[truth] for head, (name, *_) in cases.items()
    }
    model = module.compile_model(net.model(target, weights))
    found, adapted = model(module.adapt_inputs(x)), module.adapt_targets(labels)
    for head, (name, key, value) in cases.items():
        layer = keras.layers.Dense(4, activation="sigmoid")
        layer.build((None, 6))
        layer.set_weights([weights[f"{head}/kernel"], weights[f"{head}/bias"]])
        expected = float(getattr(keras.losses, name)(**{key: value})(labels[head], layer(x)))
        np.testing.assert_allclose(
            float(model.loss[head](adapted[head], found[head])), expected, rtol=2e-5, err_msg=head
        )
