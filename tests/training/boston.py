"""The Boston housing data as the question used them: split, and normalised by the training mean and deviation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from tests.nets import Array


@dataclass(frozen=True)
class Housing:
    x: Array
    y: Array
    x_test: Array
    y_test: Array


@cache
def housing() -> Housing:
    """404 houses to train with and 102 held out, the same at every run; 13 features, one price."""
    from boston.house import load_boston

    data = load_boston()
    order = np.random.default_rng(0).permutation(len(data.target))
    x, y = data.data[order].astype(np.float32), data.target[order].astype(np.float32)
    mean, deviation = x[:404].mean(axis=0), x[:404].std(axis=0)
    x = (x - mean) / deviation
    return Housing(x[:404], y[:404], x[404:], y[404:])
