"""Reshape: the same elements in another shape."""

from __future__ import annotations

from dataclasses import dataclass

from specc.ir.sizes import is_known, may_equal
from specc.ir.types import TensorType, elements, show_shape
from specc.ops._attributes import BadValue, Int, Kind, ListOf, Mistakes, Schema, attribute, check_rank
from specc.ops._base import Attributes, Mismatch, OpDef, Operands
from specc.ops._dtypes import kept
from specc.source import Node, Scalar, Sequence


class TargetShape(Kind):
    """A shape of which one axis may be -1."""

    @property
    def expects(self) -> str:
        return "a list of sizes, one of which may be -1"

    def decode(self, node: Node) -> tuple[int, ...]:
        if isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool):
            raise BadValue(node.span, f"expected {self.expects}, found {node.value}", f"write [{node.value}]")
        if not isinstance(node, Sequence):
            raise self.wrong(node)
        check_rank(node)
        shape, mistakes = ListOf(Int(-1)).decode(node), Mistakes()
        for place, size in enumerate(shape):
            span = node.items[place].span
            if size == 0:
                mistakes.add(span, "an axis has at least one element, found 0", code="bad-value")
            if size == -1 and -1 in shape[:place]:
                help = "only one size can be found from the others; write this one out"
                mistakes.add(span, "found a second -1", help, "bad-value")
        mistakes.check()
        return shape

    def schema(self) -> Schema:
        size = {"type": "integer", "minimum": -1, "not": {"const": 0}}
        return {"type": "array", "items": size, "contains": {"const": -1}, "minContains": 0, "maxContains": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReshapeAttributes(Attributes):
    target_shape: tuple[int, ...] = attribute(
        TargetShape(),
        doc="The shape without the batch axis; one size may be -1, found from the others.",
        positional=True,
    )


def infer(attributes: ReshapeAttributes, operands: Operands) -> TensorType:
    """`[a, b]` gives `target_shape`, which has to hold as many elements."""
    operand, target = operands[0], attributes.target_shape
    known = elements(tuple(size for size in target if size != -1))
    if -1 in target and (not is_known(operand.elements) or operand.elements % known == 0):
        target = tuple(operand.elements // known if size == -1 else size for size in target)
    if not may_equal(elements(target), operand.elements):
        found, wanted = f"{operand.elements:,}", f"a multiple of {known:,}" if -1 in target else f"{known:,}"
        raise Mismatch(
            f"Reshape keeps the elements: {operand} has {found}, {show_shape(target)} holds {wanted}",
            0,
            help="make the sizes multiply to the same number; one of them may be -1, found from the others",
            attribute="target_shape",
        )
    return TensorType(target, kept(attributes, operand))


OP = OpDef(
    name="Reshape",
    doc="The same elements in another shape, the last axis varying fastest.",
    attributes=ReshapeAttributes,
    infer=infer,
)
