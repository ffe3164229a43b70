"""Warnings about metrics that do not fit the loss or the output, and what Keras makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from specc.spec._training_objects import METRICS
from tests.checks import check_text

CODE = "metric-mismatch"


def told(output: str, loss: str, *metrics: str) -> list[str]:
    """The arguments or names in the messages of mismatches."""
    checked = check_text(f"""
        specc: 1
        inputs: {{x: [6]}}
        nodes: {{out: {{op: Dense, {output}}}}}
        outputs: out
        training: {{optimizer: Adam, loss: {loss}, metrics: [{", ".join(metrics)}]}}
    """)
    assert not [one for one in checked.diagnostics if one.code not in (CODE, "single-class")]
    return [one.span.text for one in checked.diagnostics if one.code == CODE and one.span]


SOFTMAX = "units: 4, activation: softmax"
ONE_HOT = ["CategoricalAccuracy", "CategoricalCrossentropy", "CategoricalHinge", "{op: TopKCategoricalAccuracy, k: 2}"]
NUMBERS = ["SparseCategoricalAccuracy", "SparseCategoricalCrossentropy", "{op: SparseTopKCategoricalAccuracy, k: 2}"]


def test_labels_are_those_of_the_loss() -> None:
    for loss in ("categorical_crossentropy", "CategoricalFocalCrossentropy", "categorical_hinge"):
        assert told(SOFTMAX, loss, *ONE_HOT, "accuracy") == []
        assert told(SOFTMAX, loss, *NUMBERS) == NUMBERS
    for loss in ("sparse_categorical_crossentropy", "CategoricalGeneralizedCrossEntropy"):
        assert told(SOFTMAX, loss, *NUMBERS, "accuracy") == []
        assert told(SOFTMAX, loss, *ONE_HOT) == ONE_HOT


def test_the_lists_hold_every_metric_of_classes() -> None:
    named = {name for name in METRICS if "Categorical" in name}
    assert named == {one.split()[1].rstrip(",") if one.startswith("{") else one for one in (*ONE_HOT, *NUMBERS)}


@pytest.mark.parametrize(
    "metric", ["CategoricalAccuracy", "SparseCategoricalAccuracy", "{op: TopKCategoricalAccuracy}"]
)
def test_one_unit_has_no_largest_class(metric: str) -> None:
    assert told("units: 1, activation: sigmoid", "bce", metric) == [metric]
    assert told("units: 1, activation: sigmoid", "sparse_categorical_crossentropy", metric) == []  # the loss is told


@pytest.mark.parametrize(
    ("metric", "is_told"),
    [
        ("TopKCategoricalAccuracy", True),
        ("{op: TopKCategoricalAccuracy, k: 4}", True),
        ("{op: TopKCategoricalAccuracy, k: 3}", False),
        ("{op: Precision, class_id: 4}", True),
        ("{op: Precision, class_id: 3}", False),
        ("{op: MeanIoU, num_classes: 5, sparse_y_pred: false}", True),
        ("{op: MeanIoU, num_classes: 4, sparse_y_pred: false}", False),
        ("{op: MeanIoU, num_classes: 5}", False),  # the output holds class numbers
        ("{op: OneHotIoU, num_classes: 3, target_class_ids: [0]}", True),
        ("{op: OneHotIoU, num_classes: 4, target_class_ids: [0]}", False),
    ],
)
def test_the_classes_are_counted(metric: str, is_told: bool) -> None:
    assert told(SOFTMAX, "categorical_crossentropy", metric) == ([metric] if is_told else [])


LOGITS = "{op: BinaryCrossentropy, from_logits: true}"


@pytest.mark.parametrize(
    ("metric", "is_told"),
    [
        ("accuracy", True),
        ("BinaryAccuracy", True),
        ("{op: BinaryAccuracy, threshold: 0}", False),
        ("AUC", True),
        ("{op: AUC, from_logits: true}", False),
        ("BinaryCrossentropy", True),
        ("Precision", True),
        ("FalseNegatives", True),
        ("mse", False),
    ],
)
def test_metrics_of_logits(metric: str, is_told: bool) -> None:
    assert told("units: 1", LOGITS, metric) == ([metric] if is_told else [])
    assert told("units: 1, activation: sigmoid", "bce", metric) == []


def test_the_accuracy_of_several_labels() -> None:
    assert told("units: 4, activation: sigmoid", "bce", "accuracy") == ["accuracy"]
    assert told("units: 4, activation: sigmoid", "bce", "BinaryAccuracy") == []


@pytest.mark.keras
def test_keras_measures_what_the_messages_say() -> None:
    import keras

    random = np.random.default_rng(2)
    logits = random.normal(size=(400, 1)).astype(np.float32)
    truth = (logits > 0.25).astype(np.float32)
    half, zero = keras.metrics.BinaryAccuracy(), keras.metrics.BinaryAccuracy(threshold=0)
    half.update_state(truth, 1 / (1 + np.exp(-logits)))
    zero.update_state(truth, logits)
    assert float(half.result()) == float(zero.result())
    half.reset_state()
    half.update_state(truth, logits)
    assert float(half.result()) != float(zero.result())
    first = keras.metrics.SparseCategoricalAccuracy()
    first.update_state(truth, random.uniform(size=(400, 1)))
    np.testing.assert_allclose(float(first.result()), 1 - truth.mean(), rtol=1e-6)  # always class 0
