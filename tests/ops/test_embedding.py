"""Embedding."""

from __future__ import annotations

from specc.ir.sizes import Symbol
from specc.ir.types import TensorType

from .support import bad, check, infer, macs, refused, trainable, weights

TOKENS = TensorType((20,), "int32")


def test_a_vector_for_each_integer() -> None:
    assert infer("Embedding", TOKENS, input_dim=100, output_dim=8) == TensorType((20, 8))
    assert infer("Embedding", TensorType((), "uint8"), input_dim=100, output_dim=8).shape == (8,)
    assert infer("Embedding", TensorType((Symbol("T"),), "int64"), input_dim=9, output_dim=8).shape == (Symbol("T"), 8)


def test_it_stores_the_vectors_and_multiplies_nothing() -> None:
    assert weights("Embedding", TOKENS, input_dim=100, output_dim=8) == {"embeddings": [100, 8]}
    assert macs("Embedding", TOKENS, input_dim=100, output_dim=8) == 0


def test_lora_freezes_the_vectors() -> None:
    given = {"input_dim": 100, "output_dim": 8, "lora_rank": 2}
    found = weights("Embedding", TOKENS, **given)
    assert found == {"embeddings": [100, 8], "lora_embeddings_a": [100, 2], "lora_embeddings_b": [2, 8]}
    assert trainable("Embedding", TOKENS, **given) == ["lora_embeddings_a", "lora_embeddings_b"]
    problem = check("Embedding", **given, embeddings_constraint="NonNeg")
    assert problem is not None and problem[0] == "embeddings_constraint"


def test_floats_are_no_integers() -> None:
    error = refused("Embedding", [20], input_dim=100, output_dim=8)
    assert (error.code, error.message) == ("dtype-mismatch", "Embedding takes integers, found [20]")
    assert "dtype: int32" in error.help


def test_masks_are_refused_with_the_reason() -> None:
    error = bad("Embedding", input_dim=100, output_dim=8, mask_zero=True)
    assert (error.code, error.message) == ("unsupported-value", "`true` is not supported")
    assert "padding" in error.help
