"""Whole cases of an op, its attributes and operands, as Hypothesis strategies made from the op."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from specc.ir.types import FLOATS, INTS, TensorType
from specc.ops import _registry
from specc.ops._attributes import fields_of
from specc.ops._base import Mismatch, OpDef

from ..ops.support import attributes
from .installed import IS_NEWEST, runs
from .kinds import orders, values

Operands: TypeAlias = Callable[[st.DrawFn, TensorType, dict[str, Any]], list[TensorType]]


def examples(count: int) -> settings:
    """The same examples on every run; unfit ones may be thrown away."""
    checks = [
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ]
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=checks)


@dataclass(frozen=True)
class Hint:
    """What an op's operands mostly look like; every other rank and shape comes up now and then."""

    ranks: tuple[int, ...] = (1, 2, 3)
    sizes: st.SearchStrategy[int] = field(default_factory=lambda: st.integers(1, 9))
    operands: Operands | None = None
    fitting: Callable[[st.DrawFn, TensorType], dict[str, Any]] | None = None  # attributes that mostly go together


def _types(draw: st.DrawFn, shape: list[int]) -> TensorType:
    dtype = draw(st.just("float32") | st.sampled_from(FLOATS))
    return TensorType(tuple(shape), dtype)


def _stretched(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    """Operands that mostly broadcast: axes of size 1, or left out at the front, or, rarely, of another size."""
    found = [first]
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        shape = [draw(st.sampled_from([size, size, size, 1, size, size + 1])) for size in first.shape]
        shape = shape[draw(st.sampled_from([0, 0, 0, 1])) :]
        found.append(_types(draw, shape))
    return draw(st.permutations(found))


def _pair(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    return _stretched(draw, first, given)[:2]


def _joined(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    """Operands that mostly differ on the joined axis only."""
    axis = given.get("axis", -1)
    found = [first]
    for _ in range(draw(st.sampled_from([1, 1, 2]))):
        shape = list(first.shape)
        place = axis - 1 if axis > 0 else axis
        if -len(shape) <= place < len(shape):
            shape[place] = draw(st.integers(1, 4))
        spoiled = draw(st.sampled_from(["no", "no", "no", "size", "rank"]))
        if shape and spoiled == "size":
            shape[draw(st.integers(0, len(shape) - 1))] += 1
        found.append(_types(draw, shape[1:] if spoiled == "rank" else shape))
    return found


def _with_states(name: str) -> Operands:
    """A sequence, and now and then initial states: mostly those that the op carries, else one too few or too wide."""

    def operands(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
        op = _registry.get(name)
        if draw(st.booleans()):
            return [first]
        try:
            made = decode(op, with_state(given))
            found = op.infer(made, [first]) if op.checks(made) is None else first
        except Mismatch:
            return [first]
        if isinstance(found, TensorType):
            return [first]
        states = [one for port, one in found.items() if "state" in port]
        spoiled = draw(st.sampled_from(["no", "no", "no", "no", "size", "rank", "count"]))
        shapes = [list(one.shape) for one in states]
        if spoiled == "size":
            shapes[-1][-1] += 1
        elif spoiled == "rank":
            shapes[0] = [2, *shapes[0]]
        elif spoiled == "count":
            shapes = shapes[:-1]
        return [first, *(_types(draw, shape) for shape in shapes)]

    return operands


def with_state(given: dict[str, Any]) -> dict[str, Any]:
    """A recurrent op's attributes with `return_state`, which Bidirectional takes from its layers."""
    if "layer" not in given:
        return {**given, "return_state": True}
    sides = [key for key in ("layer", "backward_layer") if given.get(key)]
    return {**given, **{key: {**given[key], "return_state": True} for key in sides}}


def _of_inner(name: str) -> Operands:
    """Operands that mostly fit the inner layer: of its rank, or of one more where it is applied to each step."""

    def operands(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
        if draw(st.integers(0, 9)) > 0:
            hint = hint_of(given["layer"]["op"])
            rank = draw(st.sampled_from(hint.ranks))
            shape = draw(st.lists(hint.sizes, min_size=rank, max_size=rank))
            first = _types(draw, [draw(st.integers(1, 3)), *shape] if name == "TimeDistributed" else shape)
        return [first] if name == "TimeDistributed" else _with_states(name)(draw, first, given)

    return operands


def _attended(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    """Query, value and perhaps key, which mostly fit: of other steps, and with features of their own."""
    if first.rank < 2:
        return [first, *draw(st.sampled_from([[], [first], [first, first]]))]
    *free, steps, features = first.shape
    steps = draw(st.sampled_from([steps, steps, steps + 1]))
    value = [*free, steps, draw(st.sampled_from([features, features, features + 1]))]
    key = [*free, draw(st.sampled_from([steps, steps, steps, 1])), draw(st.sampled_from([features, features, 2]))]
    if free and draw(st.integers(0, 5)) == 0:
        value[0] = 1
    found = [first, _types(draw, value), _types(draw, key)]
    return found[: draw(st.sampled_from([2, 3]))]


def _means(draw: st.DrawFn, first: TensorType) -> dict[str, Any]:
    """A mean and a variance for the whole, for each element of an axis, or for each of two."""
    axes = draw(st.lists(st.integers(1, max(first.rank, 1)), max_size=2, unique=True).map(sorted))
    sizes = [first.shape[axis - 1] for axis in axes if axis <= first.rank]

    def lists(sizes: list[int], number: float) -> Any:
        return [lists(sizes[1:], number) for _ in range(sizes[0])] if sizes else number

    kept = sizes[draw(st.integers(0, len(sizes))) :]
    axis = draw(st.sampled_from([axes, axes, [*axes, -1]])) or None
    return {"axis": axis, "mean": lists(kept, 0.5), "variance": lists(kept, 2.0)}


def _last_axes(draw: st.DrawFn, first: TensorType) -> dict[str, Any]:
    """Some axes, mostly the last ones in order, counted from either end."""
    rank = max(first.rank, 1)
    places = list(range(draw(st.integers(0, rank - 1)), rank))
    places = draw(st.just(places) | st.permutations(range(rank)))
    counted = [place + 1 if draw(st.booleans()) else place - rank for place in places]
    return {"axis": draw(st.sampled_from([counted, sorted(counted), -1]))}


def _groups(draw: st.DrawFn, first: TensorType) -> dict[str, Any]:
    return {"groups": draw(st.sampled_from([-1, 1, 2, 3]))}


def _shared_heads(draw: st.DrawFn, first: TensorType) -> dict[str, Any]:
    few = draw(st.integers(1, 3))
    return {"num_query_heads": few * draw(st.integers(1, 3)), "num_key_value_heads": few}


def _contracted(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    """Two operands of which the summed axes are mostly as long as each other."""
    axes = given["axes"] if isinstance(given["axes"], list) else [given["axes"]] * 2
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3))
    places = [axis - 1 if axis > 0 else axis for axis in axes]
    if all(-one.rank <= at < one.rank for one, at in zip((first, TensorType(tuple(shape))), places, strict=True)):
        shape[places[1]] = first.shape[places[0]] + draw(st.sampled_from([0, 0, 0, 0, 1]))
    return [first, _types(draw, shape)]


def _summed(draw: st.DrawFn, first: TensorType) -> dict[str, Any]:
    axis = st.sampled_from([1, -1, 1, -1, 2])
    return {"axes": draw(axis | st.lists(axis, min_size=2, max_size=2))}


def _reordered(draw: st.DrawFn, first: TensorType) -> dict[str, Any]:
    return {"dims": draw(orders(max(first.rank, 1)))}


def _integers(draw: st.DrawFn, first: TensorType, given: dict[str, Any]) -> list[TensorType]:
    return [TensorType(first.shape, draw(st.sampled_from(["int32", "int32", *INTS, "float32"])))]


_SPATIAL = {  # by how an op's name ends
    "1D": Hint(ranks=(2,)),
    "2D": Hint(ranks=(3,)),
    "3D": Hint(ranks=(4,), sizes=st.integers(1, 6)),
    "1DTranspose": Hint(ranks=(2,), sizes=st.integers(1, 5)),
    "2DTranspose": Hint(ranks=(3,), sizes=st.integers(1, 5)),
    "3DTranspose": Hint(ranks=(4,), sizes=st.integers(1, 4)),
}
HINTS: dict[str, Hint] = {
    **dict.fromkeys(["Add", "Multiply", "Average", "Maximum", "Minimum"], Hint(operands=_stretched)),
    "Subtract": Hint(operands=_pair),
    "Concatenate": Hint(sizes=st.integers(1, 4), operands=_joined),
    "Dot": Hint(sizes=st.integers(1, 4), operands=_contracted, fitting=_summed),
    "Permute": Hint(ranks=(1, 2, 3, 4), sizes=st.integers(1, 4), fitting=_reordered),
    "RepeatVector": Hint(ranks=(1,)),
    "Resizing": Hint(ranks=(3,)),
    "Reshape": Hint(sizes=st.sampled_from([1, 2, 3, 4, 6])),
    **{name: Hint(ranks=(2,), operands=_with_states(name)) for name in ("SimpleRNN", "GRU", "LSTM", "RNN")},
    **{
        f"ConvLSTM{axes}D": Hint(ranks=(axes + 2,), sizes=st.integers(1, 4), operands=_with_states(f"ConvLSTM{axes}D"))
        for axes in (1, 2, 3)
    },
    **{
        name: Hint(ranks=(2, 2, 2, 3), sizes=st.integers(1, 4), operands=_attended)
        for name in ("AdditiveAttention", "Attention", "MultiHeadAttention")
    },
    "GroupQueryAttention": Hint(ranks=(2,), sizes=st.integers(1, 4), operands=_attended, fitting=_shared_heads),
    "Embedding": Hint(operands=_integers),
    "GroupNormalization": Hint(sizes=st.sampled_from([1, 2, 4, 6]), fitting=_groups),
    "Normalization": Hint(fitting=_means),
    **{name: Hint(fitting=_last_axes) for name in ("LayerNormalization", "RMSNormalization", "UnitNormalization")},
    **{name: Hint(operands=_of_inner(name)) for name in ("Bidirectional", "TimeDistributed")},
}


def hint_of(name: str) -> Hint:
    return HINTS.get(name) or _SPATIAL.get(name[name.rfind("D") - 1 :]) or Hint()


@dataclass(frozen=True)
class Case:
    """Attributes as a spec gives them, and the operands' types."""

    given: dict[str, Any]
    operands: list[TensorType]


@st.composite
def cases(draw: st.DrawFn, op: OpDef) -> Case:
    """Attributes that each for itself is legal, and operands that mostly fit them."""
    hint = hint_of(op.name)
    fields = fields_of(op.attributes)
    given: dict[str, Any] = {}
    either = draw(st.sampled_from(op.either)) if op.either else None
    share = draw(st.sampled_from([0, 2, 5]))
    for name, one in fields.items():
        wanted = name == either if name in op.either else one.required or draw(st.integers(0, 9)) < share
        if wanted:
            given[name] = draw(values(one.kind))
    if op.name == "Bidirectional" and given.get("backward_layer") and draw(st.integers(0, 4)) > 0:
        turned = not given["layer"].get("go_backwards", False)
        given["backward_layer"] = {**given["layer"], "go_backwards": turned, "use_bias": draw(st.booleans())}
    rank = draw(st.sampled_from(hint.ranks * 8 + (0, 1, 2, 3, 4)))
    first = _types(draw, draw(st.lists(hint.sizes, min_size=rank, max_size=rank)))
    if hint.fitting is not None and draw(st.integers(0, 9)) > 0:
        given |= hint.fitting(draw, first)
    if op.name == "Reshape" and draw(st.booleans()):
        given["target_shape"] = draw(_regrouped(first.shape))
    if not IS_NEWEST:
        assume(_runs(op, given))
    return Case(given, hint.operands(draw, first, given) if hint.operands else [first])


@st.composite
def _regrouped(draw: st.DrawFn, shape: tuple[int, ...]) -> list[int]:
    """A shape of as many elements, perhaps with a -1."""
    target = list(draw(st.permutations(shape)))
    if len(target) > 1 and draw(st.booleans()):
        target = [target[0] * target[1], *target[2:]]
    if target and draw(st.booleans()):
        target[draw(st.integers(0, len(target) - 1))] = -1
    return target


def _runs(op: OpDef, given: dict[str, Any]) -> bool:
    """Whether the installed Keras has the arguments; those that conflict are left to the tests."""
    try:
        return runs(op, attributes(op, given))
    except Mismatch:
        return True


def decode(op: OpDef, plain: dict[str, Any]) -> Any:
    """The attributes as the op has them."""
    return attributes(op, plain)
