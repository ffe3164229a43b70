"""What dtype an op's result has, by what Keras does when it runs.

Keras casts float operands to a layer's compute dtype and leaves integers as they are. (Its symbolic tensors claim the
compute dtype for both; the arrays that come out tell.)
"""

from __future__ import annotations

from specc.ir.types import FLOATS, INTS, TensorType
from specc.ops._base import Attributes, Mismatch, Operands, compute_dtype

FLOATX = "float32"  # what Keras turns integers into where an op computes fractions


def kept(attributes: Attributes, operand: TensorType) -> str:
    """Floats in the compute dtype, anything else as it is."""
    return compute_dtype(attributes) if operand.dtype in FLOATS else operand.dtype


def fractions(attributes: Attributes, operand: TensorType) -> str:
    """Floats in the compute dtype, anything else in Keras' default one."""
    return compute_dtype(attributes) if operand.dtype in FLOATS else FLOATX


def need_floats(op: str, operand: TensorType, index: int = 0) -> None:
    """Raises for operands that Keras takes but cannot compute with."""
    if operand.dtype not in FLOATS:
        raise Mismatch(
            f"{op} computes on floats, found {operand}",
            index,
            help="put `{op: Rescaling, scale: 1.0}` before it, or declare the input with a float dtype",
            code="dtype-mismatch",
        )


def need_numbers(op: str, operand: TensorType, index: int = 0, but: tuple[str, ...] = ()) -> None:
    """Raises for booleans and the dtypes of `but`."""
    if operand.dtype == "bool" or operand.dtype in but:
        raise Mismatch(
            f"{op} cannot compute on {operand.dtype}, found {operand}",
            index,
            help="put `{op: Rescaling, scale: 1.0}` before it, or declare the input with another dtype",
            code="dtype-mismatch",
        )


def promoted(attributes: Attributes, operands: Operands) -> str | None:
    """The dtype that several operands have in common; None where Keras would narrow or change it silently."""
    dtypes = {operand.dtype for operand in operands}
    if dtypes & set(FLOATS):
        return compute_dtype(attributes)
    if len(dtypes) == 1:
        return dtypes.pop()
    dtypes.discard("bool")
    if "uint64" in dtypes:
        return None
    unsigned = max((_bits(dtype) for dtype in dtypes if dtype.startswith("u")), default=0)
    signed = max((_bits(dtype) for dtype in dtypes if not dtype.startswith("u")), default=0)
    if not signed:
        return f"uint{unsigned}"
    return f"int{max(signed, 2 * unsigned)}"


def _bits(dtype: str) -> int:
    assert dtype in INTS
    return int(dtype.removeprefix("u").removeprefix("int"))
