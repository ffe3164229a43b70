"""What an op is: attributes, operands, shape rule, weights, cost. Targets and lowerings are not known here."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from specc.ir.sizes import is_known
from specc.ir.types import DTYPE_WORDS, DTYPES, FLOATS, TensorType
from specc.ops._attributes import Bool, Enum, attribute, optional


class Mismatch(Exception):
    """Operands that an op cannot take.

    `operand` is the index of the one to point at, `other` that of the one it disagrees with, if any;
    `attribute` names the attribute at fault where it is one.
    """

    def __init__(
        self,
        message: str,
        operand: int | None = None,
        other: int | None = None,
        help: str = "",
        attribute: str | None = None,
        code: str = "shape-mismatch",
    ) -> None:
        super().__init__(message)
        self.message, self.operand, self.other, self.help = message, operand, other, help
        self.attribute, self.code = attribute, code


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What every Keras layer takes beside its own arguments."""

    trainable: bool = attribute(Bool(), True, "Whether training changes the layer's weights.", trailing=True)
    dtype: str | None = attribute(
        optional(Enum(*FLOATS, words=DTYPE_WORDS)),
        None,
        "The layer's compute dtype; Keras' global one if null.",
        trailing=True,
    )


@dataclass(frozen=True, slots=True)
class Weight:
    """A stored tensor of a layer, by the name Keras gives it."""

    name: str
    shape: tuple[int, ...]
    trainable: bool = True

    @property
    def elements(self) -> int:
        return TensorType(self.shape).elements


@dataclass(frozen=True, slots=True)
class Arity:
    """How many operands an op takes; `most` None means any number from `least`. Several are passed as a list."""

    least: int = 1
    most: int | None = 1

    @property
    def many(self) -> bool:
        return self.most is None or self.most > 1

    @property
    def is_list(self) -> bool:
        """Whether the operands are alike, any number of them; else each position has its meaning."""
        return self.least > 1 and self.most is None

    def __str__(self) -> str:
        if self.least == self.most:
            return {0: "no operands", 1: "one operand"}.get(self.least, f"{self.least} operands")
        return f"at least {self.least} operands" if self.most is None else f"{self.least} to {self.most} operands"


Operands: TypeAlias = Sequence[TensorType]
# the attribute at fault, the message, and the help where "change the attribute" does not say enough
Conflict: TypeAlias = tuple[str, str] | tuple[str, str, str]
Infer: TypeAlias = Callable[[Any, Operands], TensorType | dict[str, TensorType]]


def no_weights(attributes: Any, operands: Operands) -> tuple[Weight, ...]:
    return ()


def no_macs(attributes: Any, operands: Operands, result: TensorType) -> int:
    return 0


def guess_nothing(attributes: Any, operands: Sequence[TensorType | None]) -> TensorType | None:
    return None


def guess_same(attributes: Any, operands: Sequence[TensorType | None]) -> TensorType | None:
    """The guess of an op whose result has its operands' shape: the first known one."""
    return next((operand for operand in operands if operand is not None), None)


@dataclass(frozen=True, slots=True)
class OpDef:
    """An op.

    `infer(attributes, operands)` gives the result's type (or types by port) or raises `Mismatch`.
    `weights` are the stored tensors, in Keras' order; `macs` counts multiply-accumulates for one example.
    `guess` proposes a result type when some operands are not known yet (states that start from zeros); the
    proposal is checked by `infer` afterwards. `inference_identity` says that the op does nothing outside training.
    `normalize` turns the given attributes, decoded, into those of the dataclass; `checks` gives the attribute, the
    message and, if need be, the help where attributes conflict. `either` names attributes of which exactly one is
    given, and `keywords` Keras' names for the operands after the first where they are not passed as a list; the last of
    them takes all that are left, as a list if several are. `nesting` are the sizes of the groups in which Keras nests
    those, and the results after the first, if it does. `commutative` ops give the same for any order of operands. A
    weight of a layer inside the layer is named by its path, `cell_0/kernel`. `call_options` are passed to every call:
    `training=False` for a layer whose default is True, which the layers called after it would inherit.
    """

    name: str
    doc: str
    attributes: type[Any]
    infer: Infer
    arity: Arity = Arity()
    weights: Callable[[Any, Operands], tuple[Weight, ...]] = no_weights
    macs: Callable[[Any, Operands, TensorType], int] = no_macs
    guess: Callable[[Any, Sequence[TensorType | None]], TensorType | None] = guess_nothing
    ports: Callable[[Any], tuple[str, ...]] = lambda _attributes: ("out",)
    inference_identity: bool = False
    normalize: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    checks: Callable[[Any], Conflict | None] = lambda _attributes: None
    either: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    nesting: Callable[[Any], tuple[int, ...]] = lambda _attributes: ()
    module: str = "keras.layers"
    commutative: bool = False
    call_options: tuple[tuple[str, Any], ...] = ()

    @property
    def keras(self) -> str:
        """The Keras class this op is."""
        return f"{self.module}.{self.name}"


def conflict_help(conflict: Conflict) -> str:
    return conflict[2] if len(conflict) > 2 else f"change `{conflict[0]}`"


def compute_dtype(attributes: Attributes) -> str:
    """The dtype a layer computes in."""
    return attributes.dtype or "float32"


def unary(attributes: Attributes, operands: Operands) -> TensorType:
    """The shape rule of ops that keep the shape: floats come out in the compute dtype, as Keras autocasts."""
    operand = operands[0]
    dtype = compute_dtype(attributes) if operand.dtype in FLOATS else operand.dtype
    return TensorType(operand.shape, dtype)


def need_rank(operand: TensorType, rank: int, op: str, layout: str, index: int = 0) -> None:
    """Raises unless the operand has `rank` axes without the batch; `layout` names them, `[height, width, channels]`."""
    if operand.rank != rank:
        raise Mismatch(
            f"{op} takes {layout}, found {operand}",
            index,
            help=_rank_help(operand, rank, layout),
        )


def need_sizes(operand: TensorType, axes: Sequence[int], op: str, what: str, index: int = 0) -> None:
    """Raises unless the sizes of some axes are numbers; `what` names them: "the features", which make its kernel."""
    if all(is_known(operand.shape[axis]) for axis in axes):
        return
    sizes = " ".join(str(operand.shape[axis]) for axis in axes)
    names = list(dict.fromkeys(re.findall(r"[A-Za-z_]\w*", sizes)))
    settings = " and ".join(f"`--set {name}=…`" for name in names)
    raise Mismatch(
        f"{op} has to know {what} of its operand, found {operand}",
        index,
        help=f"set it with {settings}, or write a number" if names else "write a number at its input",
        code="unknown-size",
    )


def _rank_help(operand: TensorType, rank: int, layout: str) -> str:
    names = layout.strip("[]").split(", ")
    if operand.rank == rank - 1 and names[-1] in ("channels", "features"):
        wanted = ", ".join([*(str(size) for size in operand.shape), "1"])
        return f"if the data has no {names[-1]} axis, give it one: shape [{wanted}]"
    if operand.rank == rank + 1 and names[-1] == "channels":
        rest = ", ".join(str(size) for size in operand.shape[1:])
        return f"an input is written without the batch axis, so `[{rest}]`; otherwise use Reshape before it"
    if operand.rank > rank and names[-1] == "features":
        return "flatten or pool the surplus axes first"
    return "reshape the operand or use the op for its number of axes"


assert set(FLOATS) <= set(DTYPES)
