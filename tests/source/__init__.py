"""Tests of `specc.source`: text, positions and YAML."""
