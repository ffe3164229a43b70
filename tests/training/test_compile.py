"""`compile_model`: both builds train as a network compiled by hand does, whatever the losses, metrics and heads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.nets import ROOT, TARGETS, Array, Net, arrays_of, random_weights

pytestmark = pytest.mark.keras

FOLDER = ROOT / "tests" / "training" / "specs"
BY_TARGET = pytest.mark.parametrize("target", TARGETS)
TOLERANCE = 2e-5  # of a loss, after some steps of training; the largest share found is 1e-6


def assert_same_history(found: dict[str, list[float]], expected: dict[str, list[float]]) -> None:
    assert set(found) == set(expected)
    for key, values in expected.items():
        np.testing.assert_allclose(found[key], values, rtol=TOLERANCE, atol=1e-6, err_msg=key)


# several heads

HEADS = Net("heads", FOLDER)


def heads_data() -> tuple[dict[str, Array], dict[str, Array]]:
    random = np.random.default_rng(1)
    x, hint = random.normal(size=(80, 6)).astype(np.float32), random.normal(size=(80, 2)).astype(np.float32)
    labels = {
        "zone": np.eye(4, dtype=np.float32)[random.integers(0, 4, 80)],
        "price": (x.sum(axis=1, keepdims=True) + 3 * hint[:, :1]).astype(np.float32),
        "digit": random.integers(0, 3, 80),
        "flag": (x[:, :1] > 0).astype(np.float32),
    }
    return {"x": x, "hint": hint}, labels


def heads_by_hand() -> Any:
    import keras
    from keras import layers

    x, hint = keras.Input((6,), name="x"), keras.Input((2,), name="hint")
    body = layers.Dense(8, activation="relu", name="body")(layers.concatenate([x, hint]))
    outputs = {
        "zone": layers.Dense(4, activation="softmax", name="kind")(body),
        "price": layers.Dense(1, name="price")(body),
        "digit": layers.Dense(3, activation="softmax", name="digit")(body),
        "flag": layers.Dense(1, activation="sigmoid", name="flag")(body),
    }
    model = keras.Model([x, hint], outputs)
    model.compile(
        optimizer=keras.optimizers.SGD(0.05, momentum=0.5),
        loss={
            "zone": keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
            "price": "mae",
            "digit": "sparse_categorical_crossentropy",
            "flag": "binary_crossentropy",
        },
        loss_weights={"zone": 1, "price": 2, "digit": 0.5, "flag": 3},
        metrics={
            "zone": ["accuracy", keras.metrics.F1Score(average="macro")],
            "price": ["mae", "mse"],
            "digit": ["accuracy", keras.metrics.SparseTopKCategoricalAccuracy(k=2)],
            "flag": ["accuracy", keras.metrics.AUC(name="auc")],
        },
    )
    return model


def set_by_name(model: Any, weights: dict[str, Array]) -> None:
    for layer in model.layers:
        layer.set_weights([weights[f"{layer.name}/{weight.name}"] for weight in layer.weights])


@BY_TARGET
def test_several_heads_train_as_compiled_by_hand(target: str) -> None:
    module = HEADS.module(target)
    weights = random_weights(HEADS.module("keras").REFERENCE, 2)
    inputs, labels = heads_data()
    hand = heads_by_hand()
    set_by_name(hand, weights)
    expected = hand.fit(inputs, labels, batch_size=16, epochs=4, shuffle=False, verbose=0).history
    model = module.compile_model(HEADS.model(target, weights))
    options = {**module.fit_options(), "verbose": 0}
    found = model.fit(module.adapt_inputs(inputs), module.adapt_targets(labels), **options).history
    assert_same_history(found, expected)
    assert expected["loss"][-1] < 0.95 * expected["loss"][0]
    for name, array in arrays_of(hand).items():
        np.testing.assert_allclose(arrays_of(model)[name].reshape(array.shape), array, rtol=1e-3, atol=1e-5)


@BY_TARGET
def test_each_head_refuses_labels_that_would_broadcast(target: str) -> None:
    module = HEADS.module(target)
    inputs, labels = heads_data()
    good = module.adapt_targets(labels)
    bad = {
        "zone": labels["zone"][:, np.newaxis, :] if target == "keras" else labels["zone"],
        "price": labels["price"] if target == "tidl" else labels["price"][:, np.newaxis, np.newaxis],
        "digit": labels["digit"] if target == "tidl" else np.stack([labels["digit"]] * 2, axis=1),
        "flag": np.concatenate([labels["flag"]] * 2, axis=1),
    }
    for name in labels:
        model = module.compile_model(HEADS.model(target))
        with pytest.raises(ValueError, match="would broadcast; pass them through adapt_targets"):
            model.evaluate(module.adapt_inputs(inputs), {**good, name: bad[name]}, verbose=0)


# activations that are left to the caller


@BY_TARGET
@pytest.mark.parametrize("name", ["small_cnn", "board"])
def test_a_loss_on_logits_is_the_loss_on_probabilities(name: str, target: str) -> None:
    """The conv-only build stops before the softmax; its loss is what Keras says of the whole network."""
    import keras
    from keras import layers

    from tests.networks import by_hand

    net = Net("small_cnn") if name == "small_cnn" else Net("board", FOLDER)
    module = net.module(target)
    weights = random_weights(net.module("keras").REFERENCE, 3)
    random = np.random.default_rng(3)
    (tensor,), classes = module.INPUTS, module.OUTPUTS[0].logical[0]
    images = random.normal(size=(32, *tensor.logical)).astype(np.float32)
    labels = random.integers(0, classes, 32)
    if name == "small_cnn":
        hand = by_hand.small_cnn()
    else:
        hand = keras.Sequential(
            [
                keras.Input((4, 5, 2)),
                layers.Conv2D(3, 3, padding="same", activation="relu", name="seen"),
                layers.Conv2D(1, 1, name="scores"),
                layers.Flatten(),
                layers.Softmax(),
            ]
        )
    set_by_name(hand, weights)
    optimizer = keras.optimizers.Adam() if name == "small_cnn" else keras.optimizers.SGD(0.1)
    hand.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    expected = hand.fit(images, labels, batch_size=8, epochs=2, shuffle=False, verbose=0).history
    model = module.compile_model(net.model(target, weights))
    found = model.fit(
        module.adapt_inputs(images), module.adapt_targets(labels), batch_size=8, epochs=2, shuffle=False, verbose=0
    ).history
    assert_same_history(found, expected)


@BY_TARGET
def test_a_cross_entropy_of_sure_and_wrong_outputs_is_exact(target: str) -> None:
    """At logits of ±60 a sigmoid is 0 or 1 in single precision; Keras goes back to the logits, and so do the builds."""
    module = HEADS.module(target)
    weights = random_weights(HEADS.module("keras").REFERENCE, 2)
    weights["flag/kernel"] = weights["flag/kernel"] * 60
    weights["digit/kernel"] = weights["digit/kernel"] * 60
    inputs, labels = heads_data()
    hand = heads_by_hand()
    set_by_name(hand, weights)
    expected = hand.evaluate(inputs, labels, verbose=0, return_dict=True)
    model = module.compile_model(HEADS.model(target, weights))
    found = model.evaluate(module.adapt_inputs(inputs), module.adapt_targets(labels), verbose=0, return_dict=True)
    assert expected["flag_loss"] > 17 and expected["digit_loss"] > 17, "the bound of a loss of clipped probabilities"
    for key in ("loss", "flag_loss", "digit_loss"):
        np.testing.assert_allclose(found[key], expected[key], rtol=TOLERANCE, err_msg=key)


# metrics and losses, all of them


def classifier(units: int, activation: str, loss: str, metrics: str) -> Net:
    words = (("units: 1}", f"units: {units}, activation: {activation}}}"), ("loss: mse", f"loss: {loss}"))
    words += (
        ("metrics: [mae, mse]", f"metrics: {metrics}"),
        ("[13]", "[6]"),
        ("budget: {params_max: 301, ", "budget: {"),
    )
    return Net("boston_dense", replaced=words)


NEEDS = {
    "PrecisionAtRecall": {"recall": 0.4},
    "RecallAtPrecision": {"precision": 0.4},
    "SensitivityAtSpecificity": {"specificity": 0.6},
    "SpecificityAtSensitivity": {"sensitivity": 0.6},
    "CosineSimilarity": {"axis": 1},
    "AUC": {"multi_label": True, "num_labels": 4},
    "IoU": {"num_classes": 4, "target_class_ids": [1, 3], "sparse_y_true": False, "sparse_y_pred": False},
    "MeanIoU": {"num_classes": 4, "sparse_y_true": False, "sparse_y_pred": False},
    "OneHotIoU": {"num_classes": 4, "target_class_ids": [0]},
    "OneHotMeanIoU": {"num_classes": 4},
    "BinaryIoU": {"target_class_ids": [1], "threshold": 0.3},
}
SEVERAL = {"PearsonCorrelation", "IoU", "MeanIoU", "OneHotIoU", "OneHotMeanIoU"}  # of one value nothing, or 0 / 0


@pytest.mark.parametrize(
    ("units", "activation", "loss"),
    [
        (4, "softmax", "categorical_crossentropy"),
        (4, "elu", "mse"),
        (1, "relu", "mse"),
        (4, "sigmoid", "mse"),
        (4, "softplus", "mse"),
    ],
)
def test_every_metric_says_the_same_of_both_builds(units: int, activation: str, loss: str) -> None:
    """And what a plain Keras metric says of the network by hand, where specc's loss is not in the way."""
    import keras
    from keras import layers

    from specc.spec._training_objects import METRICS

    names = [name for name in METRICS if "Sparse" not in name and (units > 1 or "Categorical" not in name)]
    if units == 1:
        names = [name for name in names if name not in SEVERAL]
    given = {name: NEEDS.get(name, {}) if units > 1 or name != "AUC" else {} for name in names}
    written = []
    for name, arguments in given.items():
        more = "".join(f", {key}: {str(value).lower()}" for key, value in arguments.items())
        written.append(f"{{op: {name}, name: its_{name}{more}}}")
    net = classifier(units, activation, loss, f"[{', '.join(written)}]")
    random = np.random.default_rng(4)
    x = random.normal(size=(40, 6)).astype(np.float32)
    y = random.integers(0, 2, (40, 1)).astype(np.float32)
    if units > 1:
        y = np.eye(units, dtype=np.float32)[random.integers(0, units, 40)]
    weights = random_weights(net.module("keras").REFERENCE, 4)

    hand = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(20, activation="relu", name="hidden"),
            layers.Dense(units, activation=activation, name="price"),
        ]
    )
    set_by_name(hand, weights)
    accuracy = keras.metrics.CategoricalAccuracy if units > 1 else keras.metrics.BinaryAccuracy
    kinds = {name: accuracy if name == "Accuracy" else getattr(keras.metrics, name) for name in names}
    hand.compile("adam", loss, metrics=[kinds[name](name=f"its_{name}", **given[name]) for name in names])
    hand.run_eagerly = True  # to trace so many takes longer than to run them
    expected = hand.evaluate(x, y, verbose=0, return_dict=True)
    assert len(expected) == len(names) + 1
    for target in TARGETS:
        module = net.module(target)
        if activation == "softplus" and target == "tidl":
            with pytest.raises(NotImplementedError, match="MeanSquaredError needs the softplus of output `price`"):
                module.compile_model(net.model(target))
            continue
        model = module.compile_model(net.model(target, weights))
        model.run_eagerly = True
        found = model.evaluate(module.adapt_inputs(x), module.adapt_targets(y), verbose=0, return_dict=True)
        assert_same_history({key: [one] for key, one in found.items()}, {key: [one] for key, one in expected.items()})


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_every_sparse_metric_says_the_same_of_both_builds(activation: str) -> None:
    import keras
    from keras import layers

    from specc.spec._training_objects import METRICS

    names = ["Accuracy", *(name for name in METRICS if "Sparse" in name)]
    written = ", ".join(f"{{op: {name}, name: its_{name}}}" for name in names)
    net = classifier(7, activation, "{op: SparseCategoricalCrossentropy}", f"[{written}]")
    random = np.random.default_rng(4)
    x, y = random.normal(size=(40, 6)).astype(np.float32), random.integers(0, 7, 40)
    weights = random_weights(net.module("keras").REFERENCE, 4)
    hand = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(20, activation="relu", name="hidden"),
            layers.Dense(7, activation=activation, name="price"),
        ]
    )
    set_by_name(hand, weights)
    kinds = {name: getattr(keras.metrics, name) for name in names}
    kinds["Accuracy"] = keras.metrics.SparseCategoricalAccuracy
    metrics = [kind(name=f"its_{name}") for name, kind in kinds.items()]
    hand.compile("adam", "sparse_categorical_crossentropy", metrics=metrics)
    hand.run_eagerly = True
    expected = hand.evaluate(x, y, verbose=0, return_dict=True)
    for target in TARGETS:
        module = net.module(target)
        model = module.compile_model(net.model(target, weights))
        model.run_eagerly = True
        found = model.evaluate(module.adapt_inputs(x), module.adapt_targets(y), verbose=0, return_dict=True)
        assert_same_history({key: [one] for key, one in found.items()}, {key: [one] for key, one in expected.items()})


ON_LOGITS = {"CategoricalCrossentropy", "CategoricalFocalCrossentropy", "SparseCategoricalCrossentropy"}


def heads_of(names: list[str], activation: str, folder: Any) -> Net:
    """A network with one output for each loss."""
    heads = "".join(f"  of_{name}: {{op: Dense, units: 4, activation: {activation}, from: x}}\n" for name in names)
    losses = ", ".join(f"of_{name}: {name}" for name in names)
    text = "specc: 1\nname: every\ninputs: {x: [6]}\nnodes:\n" + heads
    text += f"outputs: [{', '.join(f'of_{name}' for name in names)}]\n"
    (folder / "every.yaml").write_text(f"{text}training: {{optimizer: Adam, losses: {{{losses}}}}}\n")
    return Net("every", folder)


@BY_TARGET
@pytest.mark.parametrize("activation", ["softmax", "softplus", "sigmoid"])
def test_every_loss_is_that_of_plain_keras(activation: str, target: str, tmp_path: Any) -> None:
    """On the outputs of a network by hand as its last layer gives them, with what Keras remembers of their logits.

    A loss that no plain Keras object computes from what the build outputs is refused.
    """
    import keras

    from specc.spec._training_objects import LOSSES

    names = list(LOSSES)
    if activation == "softplus":
        names.remove("CategoricalGeneralizedCrossEntropy")  # of values above 1 it is not a number
    if target == "tidl":
        possible = {"softmax": ON_LOGITS, "softplus": set(), "sigmoid": {*names} - {"Circle"}}[activation]
        (tmp_path / "refused").mkdir()
        refused = heads_of([name for name in names if name not in possible], activation, tmp_path / "refused")
        with pytest.raises(NotImplementedError, match="load_reference_weights") as error:
            refused.module(target).compile_model(refused.model(target))
        assert all(f"of_{name}`" in str(error.value) for name in names if name not in possible)
        warned = [one for one in refused.checked().diagnostics if one.code == "training-differs"]
        assert len(warned) == len(names) - len(possible)
        names = [name for name in names if name in possible]
        if not names:
            return
    net = heads_of(names, activation, tmp_path)
    weights = random_weights(net.module("keras").REFERENCE, 4)
    random = np.random.default_rng(6)
    x, truth = random.normal(size=(24, 6)).astype(np.float32), random.integers(0, 4, 24)
    one_hot = np.eye(4, dtype=np.float32)[truth]
    sparse = ("SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy", "Circle")
    labels = {f"of_{name}": truth if name in sparse else one_hot for name in names}
    module = net.module(target)
    model = module.compile_model(net.model(target, weights))
    found, adapted = model(module.adapt_inputs(x)), module.adapt_targets(labels)
    for name in names:
        head = f"of_{name}"
        layer = keras.layers.Dense(4, activation=activation)
        layer.build((None, 6))
        layer.set_weights([weights[f"{head}/kernel"], weights[f"{head}/bias"]])
        expected = float(getattr(keras.losses, name)()(labels[head], layer(x)))
        assert np.isfinite(expected) and abs(expected) > 1e-3
        loss = float(model.loss[head](adapted[head], found[head]))
        np.testing.assert_allclose(loss, expected, rtol=TOLERANCE, err_msg=f"{name} {target}")


@BY_TARGET
def test_sample_weights_weigh_examples(target: str) -> None:
    net = Net("boston_dense")
    module = net.module(target)
    random = np.random.default_rng(7)
    x, y = random.normal(size=(30, 13)).astype(np.float32), random.normal(size=(30, 1)).astype(np.float32)
    weight = random.uniform(0, 3, 30).astype(np.float32)
    weights = random_weights(net.module("keras").REFERENCE, 4)
    prices = net.run("keras", weights, {"features": x})["price"]
    expected = np.mean(weight * ((prices - y) ** 2)[:, 0])
    model = module.compile_model(net.model(target, weights))
    options = {"batch_size": 30, "verbose": 0, "sample_weight": weight}
    found = model.evaluate(module.adapt_inputs(x), module.adapt_targets(y), **options)
    np.testing.assert_allclose(found[0], expected, rtol=TOLERANCE)


# a compiled model on the disk


@pytest.mark.parametrize("spec", ["boston_dense", "small_cnn", "heads"])
@BY_TARGET
def test_a_compiled_model_is_saved_and_goes_on_training(spec: str, target: str, tmp_path: Any) -> None:
    """Loss, metrics and the optimizer's moments come back: the next steps are those of the model that was saved."""
    import keras

    net = HEADS if spec == "heads" else Net(spec)
    module = net.module(target)
    random = np.random.default_rng(8)
    if spec == "heads":
        inputs, labels = heads_data()
    else:
        inputs = {one.name: random.normal(size=(16, *one.logical)).astype(np.float32) for one in module.INPUTS}
        labels = random.integers(0, 10, 16) if spec == "small_cnn" else random.normal(size=(16, 1))
    x, y = module.adapt_inputs(inputs), module.adapt_targets(labels)
    model = module.compile_model(net.model(target, random_weights(net.module("keras").REFERENCE, 9)))
    model.fit(x, y, epochs=2, shuffle=False, verbose=0)
    model.save(tmp_path / "trained.keras")
    again = keras.models.load_model(tmp_path / "trained.keras")
    assert type(again.optimizer) is type(model.optimizer)
    found = again.evaluate(x, y, verbose=0, return_dict=True)
    expected = model.evaluate(x, y, verbose=0, return_dict=True)
    without = {"zone_f1_score"} if spec == "heads" and target == "tidl" else set()  # it needs the spec's two axes
    assert found.keys() == expected.keys() - without
    assert_same_history(*({key: [one[key]] for key in found} for one in (found, expected)))
    expected = model.fit(x, y, epochs=2, shuffle=False, verbose=0).history
    expected = {key: values for key, values in expected.items() if key not in without}
    assert_same_history(again.fit(x, y, epochs=2, shuffle=False, verbose=0).history, expected)


def test_a_spec_without_training_has_nothing_to_compile() -> None:
    for target in TARGETS:
        module = Net("n1n2n3").module(target)
        assert not hasattr(module, "compile_model")
        assert not hasattr(module, "fit_options")
        assert "bind_contract" not in Net("n1n2n3").module_text(target)
