"""Tests. What needs TensorFlow is marked `keras`: `pytest -m "not keras"` is the inner loop."""
