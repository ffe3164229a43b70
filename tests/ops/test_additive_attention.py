"""AdditiveAttention."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import infer, macs, refused, shape, trainable, weights


def test_a_mean_of_the_values_for_each_query() -> None:
    assert shape("AdditiveAttention", [3, 8], [5, 2], [5, 8]) == [3, 2]
    found = infer("AdditiveAttention", [3, 8], [5, 8], return_attention_scores=True)
    assert found == {"out": TensorType((3, 8)), "scores": TensorType((3, 5))}


def test_a_scale_for_each_feature() -> None:
    assert weights("AdditiveAttention", [3, 8], [5, 8]) == {"scale": [8]}
    assert weights("AdditiveAttention", [3, 8], [5, 8], use_scale=False) == {}
    assert trainable("AdditiveAttention", [3, 8], [5, 8], trainable=False) == []


def test_macs_of_scores_and_means() -> None:
    assert macs("AdditiveAttention", [3, 8], [5, 2], [5, 8]) == 3 * 5 * (8 + 2)


def test_open_sizes() -> None:
    features = TensorType((3, Symbol("F")))
    assert refused("AdditiveAttention", features, features).code == "unknown-size"
    assert infer("AdditiveAttention", features, features, use_scale=False).shape == features.shape


def test_key_and_query_have_the_same_features() -> None:
    assert refused("AdditiveAttention", [3, 8], [5, 8], [5, 1]).operand == 2
