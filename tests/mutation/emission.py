"""Faults in the emission of modules."""

from __future__ import annotations

from tests.mutation.faults import KERAS, TIDL, Fault, spec
from tests.mutation.lowering import BACKWARDS, DEPTHWISE, LONG

LOOP = """\
loops:
  settle:
    passes: 3
    states: {a: {init: ones, next: left}, b: {init: zeros, next: right}}
    collect: {seen: left}
"""
CROSSED = spec(
    """\
left: {op: Dense, units: 3, from: b, activation: tanh}
right: {op: Add, from: [a, start]}
start: {op: Dense, units: 3, from: x}
y: {op: Concatenate, from: [a, b]}
""",
    "[4]",
    "{y: y, seen: seen}",
    LOOP,
)
SCANNED = spec(
    "sum: {op: Add, from: [step, carried]}\nhalf: {op: Rescaling, scale: 0.5, from: sum}",
    "[6, 2]",
    "sums",
    """\
loops:
  over:
    scan: {step: {from: x, reverse: true}}
    states: {carried: {init: zeros, next: half}}
    collect: {sums: half}
""",
)
SWAPPED = spec(
    "left: {op: Rescaling, scale: 0.5, from: b}\nright: {op: Add, from: [a, x]}\ny: {op: Add, from: [a, b]}",
    rest="loops: {swap: {passes: 3, states: {b: {init: ones, next: right}, a: {init: x, next: b}}}}\n",
)
TWO = spec("left: {op: Dense, units: 3}\nright: {op: Dense, units: 3, from: x}", "[4]", "{one: left, other: right}")
PAIR = spec("y: {op: Subtract, from: [a, b]}", "{a: [4], b: [4]}")
SHARED = spec(
    "once: {op: Dense, units: 4, from: x}\nagain: {call: once, from: once}\ny: {op: Dense, units: 2, from: again}"
)
BLOCKS = """\
blocks:
  stage:
    params: {wide: bool, how: str, copies: int}
    inputs: x
    nodes:
      first: {op: Dense, units: 4, from: x}
      more: {op: Dense, units: 4, activation: tanh, when: "${wide}"}
      again: {op: Dense, units: 4, repeat: "${copies}"}
      end: {op: Activation, activation: "${how}"}
    outputs: end
"""
STAGES = spec(
    "one: {block: stage, wide: true, how: relu, copies: 2, from: x}\n"
    "y: {block: stage, wide: false, how: sigmoid, copies: 3, from: one}",
    rest=BLOCKS,
)
TOWER = spec("hidden: {op: Dense, units: 4, activation: tanh, repeat: 3, from: x}\ny: {op: Dense, units: 2}")
TOWERS = spec(
    "tower: {block: stage, wide: true, how: tanh, copies: 2, repeat: 3, from: x}\ny: {op: Dense, units: 2}", rest=BLOCKS
)


def _left_out(attribute: str, nodes: str, inputs: str = "[4]") -> Fault:
    """An attribute that is never written."""
    old = "if field.name not in given or (not field.required"
    new = f'if field.name == "{attribute}" or field.name not in given or (not field.required'
    return Fault(
        "emit/_literals.py", old, new, spec(nodes, inputs), ("tests/contract/test_ops_against_keras.py",), (KERAS,)
    )


def _emitted(file: str, old: str, new: str, spec: str, target: str = KERAS) -> Fault:
    return Fault(f"emit/{file}.py", old, new, spec, ("tests/emit", "tests/networks"), (target,))


FAULTS = (
    _left_out("epsilon", "y: {op: BatchNormalization, epsilon: 0.1}"),
    _left_out("use_bias", "y: {op: Dense, units: 3, use_bias: false}"),
    _left_out("strides", "y: {op: MaxPooling2D, pool_size: 3, strides: 1, padding: same}", "[6, 6, 2]"),
    _left_out("padding", "y: {op: AveragePooling2D, pool_size: 2, padding: same}", "[6, 6, 2]"),
    _left_out("activation", "y: {op: Dense, units: 3, activation: relu}"),
    _left_out(
        "dilation_rate", "y: {op: Conv2D, filters: 2, kernel_size: 3, dilation_rate: 2, padding: same}", "[9, 9, 2]"
    ),
    _left_out("negative_slope", "y: {op: LeakyReLU, negative_slope: 0.1}"),
    _left_out("go_backwards", "y: {op: LSTM, units: 3, go_backwards: true}", "[5, 2]"),
    _left_out("interpolation", "y: {op: UpSampling2D, interpolation: bilinear}", "[3, 3, 2]"),
    _left_out("axis", "y: {op: Softmax, axis: 1}", "[3, 4]"),
    _left_out("scale", "y: {op: LayerNormalization, scale: false}"),
    _left_out("offset", "y: {op: Rescaling, scale: 2.0, offset: 1.0}"),
    _left_out("merge_mode", "y: {op: Bidirectional, layer: {op: LSTM, units: 2}, merge_mode: sum}", "[5, 2]"),
    _left_out("normalize", "y: {op: Dot, axes: 1, normalize: true, from: [a, b]}", "{a: [4], b: [4]}"),
    _left_out("groups", "y: {op: GroupNormalization, groups: 2}", "[5, 6]"),
    _left_out("recurrent_activation", "y: {op: GRU, units: 3, recurrent_activation: relu}", "[5, 2]"),
    _left_out("reset_after", "y: {op: GRU, units: 3, reset_after: false}", "[5, 2]"),
    _left_out("depth_multiplier", "y: {op: DepthwiseConv2D, kernel_size: 3, depth_multiplier: 2}", "[6, 6, 2]"),
    _left_out("alpha", "y: {op: ELU, alpha: 0.5}"),
    _left_out("max_value", "y: {op: ReLU, max_value: 0.5}"),
    _emitted(
        "model",
        '{value}" for name, value in outputs)',
        '{value}" for (name, _), (_, value) in zip(outputs, outputs[::-1]))',
        TWO,
    ),
    _emitted(
        "model",
        '", ".join(self.names.value(node.name) for node in self.graph.inputs)',
        '", ".join(self.names.value(node.name) for node in reversed(self.graph.inputs))',
        PAIR,
    ),
    _emitted(
        "model",
        """self.code.add(f"{', '.join(states)} = {', '.join(self.operand(state.next) for state in loop.states)}")""",
        """[self.code.add(f"{name} = {self.operand(one.next)}") for name, one in zip(states, loop.states)]""",
        SWAPPED,
    ),
    _emitted(
        "model",
        "else literals.literal(loop.passes)\n        with",
        "else literals.literal(loop.passes + 1)\n        with",
        CROSSED,
    ),
    _emitted("model", 'row = f"-1 - {counter}" if scan.reverse else counter', "row = counter", SCANNED),
    _emitted(
        "model", 'last = f"{passes} - {counter}" if scan.reverse', 'last = f"{passes}" if scan.reverse', BACKWARDS, TIDL
    ),
    _emitted("model", "ops.{join}({values}, axis=1)", "ops.{join}({values}[::-1], axis=1)", CROSSED),
    _emitted(
        "model", ".append({self.operand(collect.value)})", ".append({self.names.value(loop.states[0].name)})", CROSSED
    ),
    _emitted("model", "is_made = in_loop or node.name not in self.first", "is_made = in_loop", SHARED),
    _emitted(
        "model",
        'dtype = "" if node.attributes.dtype == "float32" else',
        'dtype = "" if True else',
        spec("y: {op: Embedding, input_dim: 6, output_dim: 3}", "{x: {shape: [4], dtype: int32}}"),
    ),
    _emitted("model", "literals.literal(number + len(nodes))", "literals.literal(number + len(nodes) - 1)", TOWER),
    _emitted("model", "literals.literal(first + len(calls))", "literals.literal(first + len(calls) - 1)", TOWERS),
    _emitted(
        "fills",
        "{literals.literal(shape)}, {literals.literal(fill.value)})",
        "{literals.literal(shape)}, 0.0)",
        CROSSED,
    ),
    _emitted("functions", 'f"if {self.written(condition)}:"', 'f"if not ({self.written(condition)}):"', STAGES),
    _emitted("functions", 'else f"{last} + 1"', 'else f"{last}"', STAGES),
    _emitted("blocks", "if len(set(present)) > 1:", "if len(set(present)) > 2:", STAGES),
    _emitted(
        "_literals",
        "f\"[{', '.join(given)}]\" if op.arity.many",
        "f\"[{', '.join(reversed(given))}]\" if op.arity.many",
        PAIR,
    ),
    _emitted(
        "_literals",
        "keyword(op.keywords[-1], rest[0]",
        "keyword(op.keywords[-1], given[1]",
        spec(
            "y: {op: MultiHeadAttention, num_heads: 2, key_dim: 3, from: [q, v, k]}",
            "{q: [4, 6], v: [5, 6], k: [5, 6]}",
        ),
    ),
    _emitted(
        "_literals",
        "if value != one.default\n    ]",
        "if False\n    ]",
        spec("y: {op: MultiHeadAttention, num_heads: 2, key_dim: 3, use_causal_mask: true, from: [x, x]}", "[4, 6]"),
    ),
    _emitted(
        "_literals",
        "[names[0], *_nested(names[1:],",
        "[names[0], *_nested(names[:0:-1],",
        spec("r: {op: LSTM, units: 3, return_state: true}\ny: {op: Subtract, from: [r.state_h, r.state_c]}", "[5, 2]"),
    ),
    _emitted(
        "_literals",
        'and len(set(cast("tuple[int, ...]", value))) == 1:',
        "and value:",
        spec("y: {op: AveragePooling2D, pool_size: [3, 1], strides: 1, padding: same}", "[6, 6, 2]"),
    ),
    _emitted(
        "weights",
        '".reshape{literal(shape)}"',
        "\".reshape({literal(shape)}, order='F')\"",
        spec("seen: {op: MaxPooling2D, pool_size: 2}\nflat: {op: Flatten}\ny: {op: Dense, units: 3}", "[4, 6, 2]"),
        TIDL,
    ),
    _emitted(
        "weights",
        "np.pad({text}, {literal(amounts)})",
        "np.pad({text}, {literal(amounts)}, mode='edge')",
        DEPTHWISE,
        TIDL,
    ),
    _emitted("weights", '{literal(start)}:{literal(stop)}]"', '{literal(stop)}:{literal(start)}:-1]"', LONG, TIDL),
    _emitted(
        "contract",
        "keras.activations.get(tensor.activation)(array)",
        'keras.activations.get("sigmoid")(array)',
        spec("y: {op: Dense, units: 3, activation: softmax}"),
        TIDL,
    ),
    _emitted(
        "contract",
        "(one.shape, one.order) for one",
        "(one.shape, one.order[::-1]) for one",
        spec("turned: {op: Permute, dims: [3, 1, 2]}\ny: {op: Conv2D, filters: 2, kernel_size: 1}", "[3, 3, 3]"),
        TIDL,
    ),
    _emitted(
        "contract",
        "array = _transposed(_reshaped(array, viewed), order)",
        "array = _reshaped(array, viewed)",
        spec("turned: {op: Permute, dims: [3, 1, 2]}\ny: {op: Conv2D, filters: 2, kernel_size: 1}", "[3, 3, 3]"),
        TIDL,
    ),
    _emitted(
        "model",
        'first = f"{number} - {counter}" if scan.reverse',
        'first = f"{number}" if scan.reverse',
        BACKWARDS,
        TIDL,
    ),
    _emitted(
        "naming",
        'f"{name}.{port}", name if port == OUT',
        "name, name if port == OUT",
        spec("r: {op: LSTM, units: 3, return_state: true}\ny: {op: Subtract, from: [r.state_h, r.state_c]}", "[5, 2]"),
    ),
)
