"""Faults in lowerings."""

from __future__ import annotations

from tests.mutation.faults import TIDL, Fault, spec

LAYERS = spec("hidden: {op: Dense, units: 5, activation: relu}\ny: {op: Dense, units: 3}")
MAP = spec("seen: {op: MaxPooling2D, pool_size: 2}\nflat: {op: Flatten}\ny: {op: Dense, units: 3}", "[4, 6, 2]")
CAUSAL = spec("y: {op: Conv1D, filters: 3, kernel_size: 3, padding: causal, dilation_rate: 2}", "[9, 2]")
CONV1D = spec(
    "y: {op: Conv1D, filters: 3, kernel_size: 3, dilation_rate: 2, padding: same, activation: relu}", "[9, 2]"
)
SILU = spec("y: {op: Conv2D, filters: 2, kernel_size: 3, activation: silu}", "[6, 6, 2]")
LONG = spec("y: {op: Conv2D, filters: 2, kernel_size: [9, 1], padding: same, activation: relu}", "[12, 3, 2]")
DEPTHWISE = spec("y: {op: DepthwiseConv2D, kernel_size: 2}", "[7, 7, 3]")
RECURRENT = spec("y: {op: SimpleRNN, units: 3, return_sequences: true}", "[5, 2]")
BACKWARDS = spec("y: {op: SimpleRNN, units: 3, go_backwards: true}", "[5, 2]")
NORMS = spec("y: {op: BatchNormalization, epsilon: 0.01}", "[5, 3]")
CAPPED = spec("y: {op: ReLU, max_value: 2.0, negative_slope: 0.1}")


def _two(op: str, shape: str = "[4]", more: str = "") -> str:
    nodes = f"y: {{op: {op}, from: [a, b]{more}}}"
    return spec(nodes, f"{{a: {shape}, b: {shape}}}")


def _activation(name: str) -> str:
    return spec(f"shown: {{op: Activation, activation: {name}}}\ny: {{op: Dense, units: 2}}", "[6]")


def _fault(lowering: str, old: str, new: str, spec: str) -> Fault:
    return Fault(
        f"lowering/{lowering}.py", old, new, spec, ("tests/lowering", "tests/contract/test_lowering.py"), (TIDL,)
    )


FAULTS = (
    _fault("dense_to_conv2d", "use_bias=given.use_bias", "use_bias=False", LAYERS),
    _fault("dense_to_conv2d", "activation=given.activation", 'activation="linear"', LAYERS),
    _fault(
        "dense_to_conv2d",
        "window = value.type.shape[:2] if value.logical.rank == 1 else (1, 1)",
        "window = value.type.shape[1::-1] if value.logical.rank == 1 else (1, 1)",
        MAP,
    ),
    _fault(
        "dense_to_conv2d", 'site.weights["kernel"].reshape', 'site.weights["kernel"].slice(0, 0, 4).reshape', LAYERS
    ),
    _fault("conv1d_to_conv2d", "((before, 0), (0, 0))", "((0, before), (0, 0))", CAUSAL),
    _fault("conv1d_to_conv2d", "before = (length - 1) * dilation", "before = length - 1", CAUSAL),
    _fault("conv1d_to_conv2d", "dilation_rate=(dilation, 1)", "dilation_rate=(1, 1)", CONV1D),
    _fault("conv1d_to_conv2d", "use_bias=given.use_bias", "use_bias=False", CONV1D),
    _fault("conv1d_to_conv2d", "activation=given.activation", 'activation="linear"', CONV1D),
    _fault(
        "concatenate_to_nhwc",
        "return -1 if index == rank - 1 else index + 1",
        "return -1",
        _two("Concatenate", "[3, 2]", ", axis: 1"),
    ),
    _fault(
        "concatenate_to_nhwc",
        "for operand in site.operands]",
        "for operand in reversed(site.operands)]",
        _two("Concatenate"),
    ),
    _fault("split_activation", "(activation=given.activation)", '(activation="relu")', SILU),
    _fault("decompose_activation", 'gate = _apply(site, "sigmoid"', 'gate = _apply(site, "tanh"', _activation("silu")),
    _fault("decompose_activation", "1.0, 3.0", "1.0, 2.5", _activation("hard_sigmoid")),
    _fault("decompose_activation", '_tanh"), -1.0', '_tanh"), 1.0', _activation("tanh_shrink")),
    _fault("decompose_activation", "-6.0, 0.0", "-5.0, 0.0", _activation("hard_tanh")),
    _fault(
        "decompose_activation",
        'site.operand, _hard_gate(site, "_gate")',
        "site.operand, site.operand",
        _activation("hard_silu"),
    ),
    _fault("batchnorm_to_nhwc", "axis=-1)", "axis=-1, epsilon=0.1)", NORMS),
    _fault("split_large_kernel", "before = start * dilation", "before = max(start - 1, 0) * dilation", LONG),
    _fault("split_large_kernel", "given.use_bias and is_first", "given.use_bias", LONG),
    _fault("split_large_kernel", ".slice(0, top, bottom)", ".slice(0, 0, bottom - top)", LONG),
    _fault(
        "split_large_kernel",
        "ActivationAttributes(activation=given.activation)",
        'ActivationAttributes(activation="tanh")',
        LONG,
    ),
    _fault("embed_depthwise_kernel", "pad((0, size - height)", "pad((size - height, 0)", DEPTHWISE),
    _fault("embed_depthwise_kernel", "(top, bottom + size - height)", "(top + size - height, bottom)", DEPTHWISE),
    _fault("simple_rnn_to_conv2d", "Fill(0.0)", "Fill(1.0)", RECURRENT),
    _fault("simple_rnn_to_conv2d", "given.go_backwards", "False", BACKWARDS),
    _fault("simple_rnn_to_conv2d", "scan, carried, suffix", "scan, scan, suffix", RECURRENT),
    _fault("simple_rnn_to_conv2d", 'if given.activation != "linear":', "if False:", RECURRENT),
    _fault("simple_rnn_to_conv2d", "init, hidden.operand", "init, total.operand", RECURRENT),
    _fault("simple_rnn_to_conv2d", "Collect(name, hidden.operand", "Collect(name, total.operand", RECURRENT),
    _fault(
        "merge_to_pairs",
        "value, operand, suffix",
        "value, first, suffix",
        spec("y: {op: Add, from: [a, b, c]}", "{a: [3], b: [3], c: [3]}"),
    ),
    _fault("merge_to_nhwc", "enumerate(site.operands)", "enumerate(reversed(site.operands))", _two("Subtract")),
    _fault("subtract_to_add", "scale=-1.0", "scale=1.0", _two("Subtract") + "targets: {tidl: {sdk: '11.0'}}\n"),
    _fault("softmax_layer", 'activation="softmax"', 'activation="sigmoid"', spec("y: {op: Softmax}", "[5]")),
    _fault("extremum_to_pool", 'is_minimum = site.op == "Minimum"', "is_minimum = False", _two("Minimum")),
    _fault("extremum_to_pool", "(values * 2)[:_WINDOW]", "(values[:1] * 4)[:_WINDOW]", _two("Maximum")),
    _fault("relu_layers", "value, 6 / cap", "value, 3 / cap", CAPPED),
    _fault("relu_layers", "below, -slope", "below, slope", CAPPED),
    _fault("relu_layers", "_scaled(site, value, -1.0", "_scaled(site, value, 1.0", CAPPED),
    _fault(
        "upsampling_to_resizing",
        'interpolation="nearest"',
        'interpolation="bilinear"',
        spec("y: {op: UpSampling2D}", "[3, 4, 2]"),
    ),
    _fault("_layout", "return (steps, 1, features)", "return (1, steps, features)", CONV1D),
    _fault(
        "view_to_host",
        "tuple(node.attributes.dims)",
        "tuple(reversed(node.attributes.dims))",
        spec("turned: {op: Permute, dims: [3, 1, 2]}\ny: {op: Conv2D, filters: 2, kernel_size: 1}", "[3, 3, 3]"),
    ),
    _fault(
        "activation_to_host",
        "host=site.attributes.activation",
        'host="tanh"',
        spec("y: {op: Dense, units: 3, activation: softmax}"),
    ),
)
