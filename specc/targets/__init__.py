"""Targets as data: a YAML file each says what is legal under which constraints, with sources.

Bare YAML names are targets; what reads them starts with an underscore. No op or target is special-cased in code.
"""

from specc.targets._load import TargetError, available, load, load_all
from specc.targets._model import ACTIVATION, OP, Constraint, Option, Target, Violation
from specc.targets._paths import named_in

__all__ = [
    "ACTIVATION",
    "OP",
    "Constraint",
    "Option",
    "Target",
    "TargetError",
    "Violation",
    "available",
    "load",
    "load_all",
    "named_in",
]
