"""The order of the stages, written here and nowhere else: text to Spec to Graph to types, costs, and legality.

Only `build` and `load_model` need TensorFlow, and import what needs it when they run.
"""

from __future__ import annotations

from specc.driver.builds import BuildResult, build, run_build, silent
from specc.driver.checks import STDIN, Checked, check, check_source, expand, read
from specc.driver.models import load_model
from specc.driver.weights import REFERENCE

__all__ = [
    "REFERENCE",
    "STDIN",
    "BuildResult",
    "Checked",
    "build",
    "check",
    "check_source",
    "expand",
    "load_model",
    "read",
    "run_build",
    "silent",
]
