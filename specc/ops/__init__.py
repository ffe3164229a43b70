"""The ops, one file each: a bare file name is an op, a leading underscore marks what they share.

What this module itself offers is what an op is described with, for packages that bring ops of their own.
"""

from specc.ir.types import TensorType
from specc.ops._attributes import Bool, Enum, Float, Int, Kind, ListOf, OneOf, PerAxis, Str, attribute, optional
from specc.ops._base import (
    Arity,
    Attributes,
    Mismatch,
    OpDef,
    Operands,
    Weight,
    compute_dtype,
    guess_same,
    need_rank,
    need_sizes,
    unary,
)
from specc.ops._keras_objects import (
    ACTIVATION,
    CONSTRAINT,
    INITIALIZER,
    ONES,
    REGULARIZER,
    ZEROS,
    KerasObject,
)

__all__ = [
    "ACTIVATION",
    "CONSTRAINT",
    "INITIALIZER",
    "ONES",
    "REGULARIZER",
    "ZEROS",
    "Arity",
    "Attributes",
    "Bool",
    "Enum",
    "Float",
    "Int",
    "KerasObject",
    "Kind",
    "ListOf",
    "Mismatch",
    "OneOf",
    "OpDef",
    "Operands",
    "PerAxis",
    "Str",
    "TensorType",
    "Weight",
    "attribute",
    "compute_dtype",
    "guess_same",
    "need_rank",
    "need_sizes",
    "optional",
    "unary",
]
