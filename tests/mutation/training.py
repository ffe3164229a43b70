"""Faults in what training sees: losses, optimizers, penalties, constraints, initial values, options."""

from __future__ import annotations

from tests.mutation.faults import KERAS, TIDL, Fault, spec

TRAINED = """\
training:
  optimizer: {op: SGD, learning_rate: 0.1, momentum: 0.9}
  loss: mse
  metrics: [mae]
  fit: {epochs: 3, batch_size: 4}
"""
CLASSES = "training: {optimizer: Adam, loss: CategoricalCrossentropy, metrics: [accuracy]}\n"
TWO = """\
training:
  optimizer: SGD
  losses: {one: mse, other: mae}
  loss_weights: {one: 1.0, other: 0.25}
"""


def _fault(file: str, old: str, new: str, spec: str, target: str = TIDL) -> Fault:
    return Fault(file, old, new, spec, ("tests/training",), (target,))


def _dense(attributes: str, activation: str = "relu") -> str:
    return spec(
        f"h: {{op: Dense, units: 5, activation: {activation}, {attributes}}}\ny: {{op: Dense, units: 3}}", rest=TRAINED
    )


def _left_out(attribute: str, nodes: str, inputs: str = "[4]") -> Fault:
    old = "if field.name not in given or (not field.required"
    new = f'if field.name == "{attribute}" or field.name not in given or (not field.required'
    return _fault("emit/_literals.py", old, new, spec(nodes, inputs, rest=TRAINED), KERAS)


DENSE, CONV1D = "lowering/dense_to_conv2d.py", "lowering/conv1d_to_conv2d.py"
STEPS = spec(
    "y: {op: Conv1D, filters: 3, kernel_size: 3, kernel_regularizer: L2, kernel_constraint: UnitNorm}",
    "[6, 2]",
    rest=TRAINED,
)
SOFTMAX = spec("y: {op: Dense, units: 3, activation: softmax}", rest=CLASSES)
FAULTS = (
    _fault(
        DENSE,
        "kernel_regularizer=given.kernel_regularizer",
        "kernel_regularizer=None",
        _dense("kernel_regularizer: {op: L2, l2: 0.1}"),
    ),
    _fault(
        DENSE,
        "bias_regularizer=given.bias_regularizer",
        "bias_regularizer=None",
        _dense("bias_regularizer: {op: L1, l1: 0.1}"),
    ),
    _fault(
        "lowering/_adapt.py",
        'ActivityRegularizationAttributes(l2=regularizer.argument("l2", 0.01))',
        'ActivityRegularizationAttributes(l1=regularizer.argument("l2", 0.01))',
        _dense("activity_regularizer: {op: L2, l2: 0.1}"),
    ),
    _fault(DENSE, "with_axes(given.kernel_constraint, 4)", "None", _dense("kernel_constraint: UnitNorm")),
    _fault(
        DENSE,
        "bias_constraint=given.bias_constraint",
        "bias_constraint=None",
        _dense("bias_constraint: NonNeg, bias_initializer: {op: Constant, value: -1.0}"),
    ),
    _fault(DENSE, "**common(given)", "dtype=given.dtype", _dense("trainable: false")),
    _fault(DENSE, "kernel_initializer=initializer,", "", _dense("kernel_initializer: HeNormal")),
    _fault(
        DENSE,
        "if window != (1, 1):",
        "if False:",
        spec(
            "seen: {op: MaxPooling2D, pool_size: 2}\nflat: {op: Flatten}\ny: {op: Dense, units: 3}",
            "[4, 4, 2]",
            rest=TRAINED,
        ),
    ),
    _fault(CONV1D, "kernel_regularizer=given.kernel_regularizer", "kernel_regularizer=None", STEPS),
    _fault(CONV1D, "one % 3 + 1 if one % 3 else 0", "one", STEPS),
    _fault(
        "lowering/_adapt.py",
        "value + part * _FORK",
        "value",
        spec(
            "y: {op: Conv2D, filters: 2, kernel_size: [9, 1], kernel_initializer: {op: GlorotUniform, seed: 3}}",
            "[12, 3, 2]",
            rest=TRAINED,
        ),
    ),
    _fault("lowering/_objectives.py", '(("from_logits", True), *loss.arguments)', "loss.arguments", SOFTMAX),
    _fault(
        "lowering/_objectives.py",
        "moved = tuple(axes[one] for one in listed)",
        "moved = tuple(listed)",
        spec(
            "y: {op: Conv1D, filters: 3, kernel_size: 1, activation: sigmoid}",
            "[4, 2]",
            rest="training: {optimizer: SGD, loss: {op: CategoricalCrossentropy, axis: 1}}\n",
        ),
    ),
    _fault(
        "lowering/spatial_dropout_to_nhwc.py",
        "rate=given.rate",
        "rate=0.9",
        spec(
            "d: {op: SpatialDropout1D, rate: 0.2}\ny: {op: Conv1D, filters: 2, kernel_size: 1}", "[5, 3]", rest=TRAINED
        ),
    ),
    _fault(
        "emit/training.py",
        'f"optimizer={call(training.optimizer)}"',
        "\"optimizer='sgd'\"",
        _dense("use_bias: true"),
        KERAS,
    ),
    _fault(
        "emit/training.py",
        'f"loss_weights={literal(training.loss_weights)}"',
        '"loss_weights=None"',
        spec("one: {op: Dense, units: 3}\nother: {op: Dense, units: 3, from: x}", outputs="[one, other]", rest=TWO),
        KERAS,
    ),
    _fault(
        "emit/training.py",
        '{literal(key)}: {value}" for key, value in entries.items())',
        '{literal(key)}: {value}" for key, value in zip(entries, reversed(entries.values())))',
        spec("one: {op: Dense, units: 3}\nother: {op: Dense, units: 3, from: x}", outputs="[one, other]", rest=TWO),
        KERAS,
    ),
    _fault("emit/training.py", "class_weight.get(int(one), 1.0)", "1.0", SOFTMAX),
    _fault(
        "emit/training.py",
        "for key, value in training.fit.items()]",
        'for key, value in training.fit.items() if key != "batch_size"]',
        _dense("use_bias: true"),
        KERAS,
    ),
    _fault(
        "emit/contract.py",
        "ones if found in ((), (1,), ones) else positions",
        "ones",
        spec("y: {op: Conv1D, filters: 3, kernel_size: 1}", "[4, 2]", rest=TRAINED),
    ),
    _left_out("momentum", "n: {op: BatchNormalization, momentum: 0.5}\ny: {op: Dense, units: 2}"),
    _left_out("kernel_regularizer", "y: {op: Dense, units: 2, kernel_regularizer: {op: L2, l2: 0.1}}"),
    _left_out("kernel_constraint", "y: {op: Dense, units: 2, kernel_constraint: UnitNorm}"),
    _left_out("kernel_initializer", "y: {op: Dense, units: 2, kernel_initializer: HeNormal}"),
    _left_out("trainable", "h: {op: Dense, units: 2, trainable: false}\ny: {op: Dense, units: 2}"),
    _left_out("seed", "h: {op: Dropout, rate: 0.2, seed: 3}\ny: {op: Dense, units: 2}"),
    _left_out("recurrent_dropout", "y: {op: LSTM, units: 2, recurrent_dropout: 0.2}", "[4, 2]"),
)
