"""Tests. The inner loop, `pytest -m "not keras and not slow"`, leaves out what needs TensorFlow or takes its time."""
