"""SimpleRNN becomes a loop over its steps: one 1×1 convolution for all inputs at once, one for the state at each step.

The loop stays folded: its body stands once and its weights are stored once, whatever the number of steps.
"""

from __future__ import annotations

from specc.ir import Collect, Fill, Loop, Operand, Scan, State, TensorType
from specc.lowering._adapt import common, is_portable, with_axes
from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Results, Site
from specc.ops.activation import ActivationAttributes
from specc.ops.add import OP as ADD
from specc.ops.conv2d import Conv2DAttributes


def matches(site: Site) -> bool:
    return site.op == "SimpleRNN" and is_portable(site.attributes, "kernel", "recurrent", "bias")


def rewrite(site: Site) -> Results:
    given = site.attributes
    rewriter, name = site.rewriter, site.node.name
    sequence = site.canonical(site.operand)
    steps, _, features = sequence.type.shape
    units = given.units
    origin = site.node.origin.through(site.step)
    weights = {"kernel": site.weights["kernel"].reshape(1, 1, features, units)}
    if given.use_bias:
        weights["bias"] = site.weights["bias"]
    inputs = Conv2DAttributes(
        filters=units,
        kernel_size=(1, 1),
        use_bias=given.use_bias,
        kernel_initializer=given.kernel_initializer,
        bias_initializer=given.bias_initializer,
        kernel_regularizer=given.kernel_regularizer,
        bias_regularizer=given.bias_regularizer,
        kernel_constraint=with_axes(given.kernel_constraint, 4),
        bias_constraint=given.bias_constraint,
        **common(given),
    )
    projected = site.add("Conv2D", inputs, sequence, suffix="_inputs", weights=weights)
    row = TensorType((1, 1, units), sequence.type.dtype)
    loop_name = f"{name}_steps"
    state_name, scan_name = (rewriter.reserve(f"{name}_{part}") for part in ("before", "step"))
    init = site.canonical(site.operands[1]).operand if len(site.operands) > 1 else Fill(0.0)
    state, scan = rewriter.declare(state_name, row), rewriter.declare(scan_name, row)
    recurrent = Conv2DAttributes(
        filters=units,
        kernel_size=(1, 1),
        use_bias=False,
        kernel_initializer=given.recurrent_initializer,
        kernel_regularizer=given.recurrent_regularizer,
        kernel_constraint=with_axes(given.recurrent_constraint, 4),
        **common(given),
    )
    with rewriter.inside(loop_name):
        kernel = {"kernel": site.weights["recurrent_kernel"].reshape(1, 1, units, units)}
        carried = site.add("Conv2D", recurrent, state, suffix="_state", weights=kernel)
        total = site.add("Add", ADD.attributes(), scan, carried, suffix="_sum")
        hidden = total
        if given.activation != "linear":
            activation = ActivationAttributes(activation=given.activation)
            hidden = site.add("Activation", activation, total, suffix="_hidden")
    collects: tuple[Collect, ...] = ()
    if given.return_sequences:
        collects = (Collect(name, hidden.operand, origin, join=True),)
    rewriter.add_loop(
        Loop(
            loop_name,
            steps,
            (State(state_name, init, hidden.operand, origin),),
            origin,
            collects=collects,
            scans=(Scan(scan_name, projected.operand, origin, given.go_backwards, keep_axis=True),),
        )
    )
    final = Value(Operand(state_name), row, TensorType((units,), row.dtype))
    if not given.return_sequences:
        result = final
    else:
        sequence_type = TensorType((steps, 1, units), row.dtype)
        result = rewriter.declare(name, sequence_type).seen_as(site.result)
    ports = list(site.results)
    return {ports[0]: result, **({ports[1]: final} if len(ports) > 1 else {})}


LOWERING = Lowering(
    "`SimpleRNN` → a folded loop of two 1×1 convolutions, an addition and the activation.", matches, rewrite
)
