"""Faults in the table of ops: defaults, shapes, weights, costs."""

from __future__ import annotations

from tests.mutation.faults import KERAS, TIDL, Fault, spec
from tests.mutation.lowering import LONG


def _fault(file: str, old: str, new: str, nodes: str, inputs: str = "[4]", target: str = KERAS) -> Fault:
    text = nodes if nodes.startswith("specc:") else spec(nodes, inputs)
    tests = ("tests/contract/test_ops_against_keras.py", "tests/ops")
    return Fault(f"ops/{file}.py", old, new, text, tests, (target,))


CONV = "y: {op: Conv2D, filters: 3, kernel_size: 3, strides: 2, padding: same}"
FAULTS = (
    _fault("batch_normalization", "Float(0), 0.001", "Float(0), 0.01", "y: {op: BatchNormalization, epsilon: 0.01}"),
    _fault(
        "batch_normalization",
        "center: bool = attribute(Bool(), True",
        "center: bool = attribute(Bool(), False",
        "y: {op: BatchNormalization}",
    ),
    _fault("batch_normalization", "Axis(), -1", "Axis(), 1", "y: {op: BatchNormalization}", "[3, 4]"),
    _fault("batch_normalization", "shape, trainable=False)", "shape, trainable=True)", "y: {op: BatchNormalization}"),
    _fault("_normalization", "Float(0), 0.001", "Float(0), 0.1", "y: {op: LayerNormalization, epsilon: 0.1}"),
    _fault("rms_normalization", "Float(0), 1e-6", "Float(0), 0.1", "y: {op: RMSNormalization, epsilon: 0.1}"),
    _fault(
        "_weighted",
        'return attribute(Bool(), True, "Whether a bias',
        'return attribute(Bool(), False, "Whether a bias',
        "y: {op: Dense, units: 3}",
    ),
    _fault(
        "_weighted",
        'def activation(default: str = "linear")',
        'def activation(default: str = "relu")',
        "y: {op: Dense, units: 3, activation: relu}",
    ),
    _fault(
        "dense",
        "(*operand.shape[:-1], attributes.units)",
        "(*operand.shape[:-1], attributes.units + 1)",
        "y: {op: Dense, units: 3}",
    ),
    _fault("dense", '"kernel", (features, units)', '"kernel", (units, features)', "y: {op: Dense, units: 3}"),
    _fault("dense", "operands[0].shape[-1] * result.elements", "result.elements", "y: {op: Dense, units: 3}"),
    _fault(
        "_conv",
        "(operands[0].shape[-1] // attributes.groups)",
        "operands[0].shape[-1]",
        "y: {op: Conv2D, filters: 4, kernel_size: 3, groups: 2}",
        "[6, 6, 4]",
    ),
    _fault(
        "_conv",
        'Enum("valid", "same"), "valid"',
        'Enum("valid", "same"), "same"',
        "y: {op: Conv2D, filters: 3, kernel_size: 3}",
        "[6, 6, 2]",
    ),
    _fault(
        "_conv",
        "(*attributes.kernel_size, channels, attributes.filters)",
        "(*attributes.kernel_size[::-1], channels, attributes.filters)",
        "y: {op: Conv2D, filters: 3, kernel_size: [3, 1]}",
        "[6, 6, 2]",
    ),
    _fault("_geometry", "return (size + stride - 1) // stride\n", "return size // stride\n", CONV, "[7, 7, 2]"),
    _fault(
        "_geometry",
        "total // 2, total - total // 2",
        "total - total // 2, total // 2",
        LONG.replace("[9, 1]", "[10, 1]"),
        target=TIDL,
    ),
    _fault(
        "_geometry",
        "(kernel - 1) * dilation + 1",
        "kernel * dilation",
        "y: {op: Conv2D, filters: 2, kernel_size: 3, dilation_rate: 2}",
        "[9, 9, 2]",
    ),
    _fault(
        "_pool",
        "attributes.strides or size",
        "attributes.strides or undilated",
        "y: {op: MaxPooling2D, pool_size: 2}".replace("MaxPooling2D", "AveragePooling2D"),
        "[6, 6, 2]",
    ),
    _fault(
        "_pool",
        "keepdims: bool = attribute(Bool(), False",
        "keepdims: bool = attribute(Bool(), True",
        "y: {op: GlobalMaxPooling1D}",
        "[5, 3]",
    ),
    _fault("leaky_relu", "Float(0), 0.3", "Float(0), 0.1", "y: {op: LeakyReLU, negative_slope: 0.1}"),
    _fault("elu", "Float(), 1.0", "Float(), 0.5", "y: {op: ELU, alpha: 0.5}"),
    _fault(
        "gru",
        "Bool(), True, _RESET_AFTER",
        "Bool(), False, _RESET_AFTER",
        "y: {op: GRU, units: 3, reset_after: false}",
        "[5, 2]",
    ),
    _fault(
        "dot",
        "normalize: bool = attribute(Bool(), False",
        "normalize: bool = attribute(Bool(), True",
        "y: {op: Dot, axes: 1, normalize: true, from: [a, b]}",
        "{a: [4], b: [4]}",
    ),
    _fault(
        "_recurrent",
        'Bool(), False, "Whether the last step comes first."',
        'Bool(), True, "Whether the last step comes first."',
        "y: {op: LSTM, units: 3, go_backwards: true}",
        "[5, 2]",
    ),
    _fault(
        "_attention",
        'Bool(), False, "Whether a position sees',
        'Bool(), True, "Whether a position sees',
        "y: {op: MultiHeadAttention, num_heads: 2, key_dim: 3, use_causal_mask: true, from: [x, x]}",
        "[4, 6]",
    ),
    _fault(
        "concatenate",
        "sum(operand.shape[axis] for operand in operands)",
        "operands[0].shape[axis]",
        "y: {op: Concatenate, from: [a, b]}",
        "{a: [4], b: [3]}",
    ),
    _fault("up_sampling1d", "Int(1), 2", "Int(1), 3", "y: {op: UpSampling1D}", "[4, 2]"),
    _fault(
        "additive_attention",
        "use_scale: bool = attribute(Bool(), True",
        "use_scale: bool = attribute(Bool(), False",
        "y: {op: AdditiveAttention, from: [a, b]}",
        "{a: [4, 3], b: [5, 3]}",
    ),
)
