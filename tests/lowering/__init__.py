"""Tests of lowerings, on the graph and against Keras."""
