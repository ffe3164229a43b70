"""Keras' optimizers, schedules, losses and metrics as values of `training`, with Keras' names, arguments and defaults.

A test compares the tables with the installed Keras. Left out: what wraps other objects or functions
(LossScaleOptimizer, MultiOptimizer, OptimizerMap, MeanMetricWrapper), CTC (its targets have a length of their own), and
the metrics Mean and Sum, which would average the labels.
"""

from __future__ import annotations

from specc.ops._attributes import Bool, Enum, Float, Int, ListOf, OneOf, Str, optional
from specc.ops._keras_objects import Arguments, ObjectOf

_POSITIVE = Float(above=0)
_RATE = Float(0, 1)

_DECAY: Arguments = {
    "initial_learning_rate": (_POSITIVE, ...),
    "decay_steps": (Int(1), ...),
    "decay_rate": (_POSITIVE, ...),
    "staircase": (Bool(), False),
}
SCHEDULES: dict[str, Arguments] = {
    "CosineDecay": {
        "initial_learning_rate": (Float(0), ...),
        "decay_steps": (Int(1), ...),
        "alpha": (Float(), 0.0),
        "warmup_target": (optional(_POSITIVE), None),
        "warmup_steps": (Int(0), 0),
    },
    "CosineDecayRestarts": {
        "initial_learning_rate": (_POSITIVE, ...),
        "first_decay_steps": (Int(1), ...),
        "t_mul": (Float(), 2.0),
        "m_mul": (Float(), 1.0),
        "alpha": (Float(), 0.0),
    },
    "ExponentialDecay": _DECAY,
    "InverseTimeDecay": _DECAY,
    "PiecewiseConstantDecay": {"boundaries": (ListOf(Int(0), 1), ...), "values": (ListOf(_POSITIVE, 2), ...)},
    "PolynomialDecay": {
        "initial_learning_rate": (_POSITIVE, ...),
        "decay_steps": (Int(1), ...),
        "end_learning_rate": (Float(0), 0.0001),
        "power": (Float(), 1.0),
        "cycle": (Bool(), False),
    },
}
SCHEDULE = ObjectOf("optimizers.schedules", SCHEDULES, {}, "a learning-rate schedule")
_LEARNING_RATE = OneOf(_POSITIVE, SCHEDULE)


def _optimizer(learning_rate: float = 0.001, weight_decay: float | None = None, **own: object) -> Arguments:
    """An optimizer's arguments: its own and those of every optimizer."""
    arguments: Arguments = {"learning_rate": (_LEARNING_RATE, learning_rate)}
    for name, default in own.items():
        arguments[name] = (
            Bool() if isinstance(default, bool) else Int() if isinstance(default, int) else Float(),
            default,
        )
    return arguments | {
        "weight_decay": (optional(Float(0)), weight_decay),
        "clipnorm": (optional(_POSITIVE), None),
        "clipvalue": (optional(_POSITIVE), None),
        "global_clipnorm": (optional(_POSITIVE), None),
        "use_ema": (Bool(), False),
        "ema_momentum": (_RATE, 0.99),
        "ema_overwrite_frequency": (optional(Int(1)), None),
        "loss_scale_factor": (optional(_POSITIVE), None),
        "gradient_accumulation_steps": (optional(Int(2)), None),
    }


_MUON: Arguments = {
    "exclude_layers": (optional(ListOf(Str())), None),
    "exclude_embeddings": (Bool(), True),
    "muon_a": (Float(), 3.4445),
    "muon_b": (Float(), -4.775),
    "muon_c": (Float(), 2.0315),
    "adam_lr_ratio": (_POSITIVE, 1),
    "momentum": (_RATE, 0.95),
    "ns_steps": (Int(1), 5),
    "nesterov": (Bool(), True),
    "rms_rate": (optional(_POSITIVE), 0.2),
}
_ADAM = {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07}
OPTIMIZERS: dict[str, Arguments] = {
    "Adadelta": _optimizer(rho=0.95, epsilon=1e-07),
    "Adafactor": _optimizer(
        beta_2_decay=-0.8, epsilon_1=1e-30, epsilon_2=0.001, clip_threshold=1.0, relative_step=True
    ),
    "Adagrad": _optimizer(initial_accumulator_value=0.1, epsilon=1e-07),
    "Adam": _optimizer(**_ADAM, amsgrad=False),
    "AdamW": _optimizer(weight_decay=0.004, **_ADAM, amsgrad=False),
    "Adamax": _optimizer(**_ADAM),
    "Ftrl": _optimizer(
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
    ),
    "Lamb": _optimizer(**_ADAM),
    "Lion": _optimizer(beta_1=0.9, beta_2=0.99),
    "Muon": _optimizer(weight_decay=0.004, adam_beta_1=0.9, adam_beta_2=0.999, adam_weight_decay=0.004, epsilon=1e-07)
    | _MUON,
    "Nadam": _optimizer(**_ADAM),
    "RMSprop": _optimizer(rho=0.9, momentum=0.0, epsilon=1e-07, centered=False),
    "SGD": _optimizer(0.01, momentum=0.0, nesterov=False),
    "ScheduleFreeAdamW": _optimizer(0.0025, beta_1=0.9, beta_2=0.999, epsilon=1e-08, warmup_steps=0),
}
OPTIMIZER = ObjectOf("optimizers", OPTIMIZERS, {}, "an optimizer", str.lower)

_REDUCTION = {
    "reduction": (
        optional(Enum("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight")),
        "sum_over_batch_size",
    )
}
_LOGITS: Arguments = {"from_logits": (Bool(), False)}
_AXIS: Arguments = {"axis": (Int(), -1)}
_SMOOTH: Arguments = {**_LOGITS, "label_smoothing": (_RATE, 0.0), **_AXIS}
_OPTIONAL_AXIS: Arguments = {"axis": (optional(ListOf(Int())), None)}
_LOSSES: dict[str, Arguments] = {
    "BinaryCrossentropy": _SMOOTH,
    "BinaryFocalCrossentropy": {
        "apply_class_balancing": (Bool(), False),
        "alpha": (Float(), 0.25),
        "gamma": (Float(), 2.0),
        **_SMOOTH,
    },
    "CategoricalCrossentropy": _SMOOTH,
    "CategoricalFocalCrossentropy": {"alpha": (Float(), 0.25), "gamma": (Float(), 2.0), **_SMOOTH},
    "CategoricalGeneralizedCrossEntropy": {"q": (Float(above=0, most=1), 0.5)},
    "CategoricalHinge": {},
    "Circle": {"gamma": (_POSITIVE, 80.0), "margin": (_RATE, 0.4), "remove_diagonal": (Bool(), True)},
    "CosineSimilarity": _AXIS,
    "Dice": _OPTIONAL_AXIS,
    "Hinge": {},
    "Huber": {"delta": (_POSITIVE, 1.0)},
    "KLDivergence": {},
    "LogCosh": {},
    "MeanAbsoluteError": {},
    "MeanAbsolutePercentageError": {},
    "MeanSquaredError": {},
    "MeanSquaredLogarithmicError": {},
    "Poisson": {},
    "SparseCategoricalCrossentropy": {**_LOGITS, "ignore_class": (optional(Int()), None), **_AXIS},
    "SquaredHinge": {},
    "Tversky": {"alpha": (Float(), 0.5), "beta": (Float(), 0.5), **_OPTIONAL_AXIS},
}
LOSSES: dict[str, Arguments] = {name: {**own, **_REDUCTION} for name, own in _LOSSES.items()}
_SHORT = {
    "mae": "MeanAbsoluteError",
    "mse": "MeanSquaredError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "bce": "BinaryCrossentropy",
    "kld": "KLDivergence",
}
_ALIASES = _SHORT | {short.upper(): name for short, name in _SHORT.items()}
LOSS = ObjectOf("losses", LOSSES, _ALIASES, "a loss")

_THRESHOLDS: Arguments = {"thresholds": (optional(OneOf(_RATE, ListOf(_RATE, 1))), None)}
_TOP: Arguments = {**_THRESHOLDS, "top_k": (optional(Int(1)), None), "class_id": (optional(Int(0)), None)}
_CLASSES: Arguments = {"num_classes": (Int(1), ...)}
_WHICH: Arguments = {"target_class_ids": (ListOf(Int(0), 1), ...)}
_IGNORE: Arguments = {"ignore_class": (optional(Int()), None)}
_ONE_HOT: Arguments = {**_IGNORE, "sparse_y_pred": (Bool(), False), **_AXIS}
_SPARSE: Arguments = {**_IGNORE, "sparse_y_true": (Bool(), True), "sparse_y_pred": (Bool(), True), **_AXIS}
_AT: Arguments = {"num_thresholds": (Int(1), 200), "class_id": (optional(Int(0)), None)}
_METRICS: dict[str, Arguments] = {
    "AUC": {
        "num_thresholds": (Int(2), 200),
        "curve": (Enum("ROC", "PR"), "ROC"),
        "summation_method": (Enum("interpolation", "minoring", "majoring"), "interpolation"),
        "thresholds": (optional(ListOf(_RATE, 1)), None),
        "multi_label": (Bool(), False),
        "num_labels": (optional(Int(1)), None),
        "label_weights": (optional(ListOf(Float(0))), None),
        **_LOGITS,
    },
    "Accuracy": {},
    "BinaryAccuracy": {"threshold": (optional(_RATE), 0.5)},
    "BinaryCrossentropy": {**_LOGITS, "label_smoothing": (_RATE, 0)},
    "BinaryIoU": {"target_class_ids": (ListOf(Int(0, 1), 1), (0, 1)), "threshold": (_RATE, 0.5)},
    "CategoricalAccuracy": {},
    "CategoricalCrossentropy": {**_LOGITS, "label_smoothing": (_RATE, 0), **_AXIS},
    "CategoricalHinge": {},
    "ConcordanceCorrelation": _AXIS,
    "CosineSimilarity": _AXIS,
    "F1Score": {"average": (optional(Enum("micro", "macro", "weighted")), None), "threshold": (optional(_RATE), None)},
    "FBetaScore": {
        "average": (optional(Enum("micro", "macro", "weighted")), None),
        "beta": (_POSITIVE, 1.0),
        "threshold": (optional(_RATE), None),
    },
    "FalseNegatives": _THRESHOLDS,
    "FalsePositives": _THRESHOLDS,
    "Hinge": {},
    "IoU": {**_CLASSES, **_WHICH, **_SPARSE},
    "KLDivergence": {},
    "LogCoshError": {},
    "MeanAbsoluteError": {},
    "MeanAbsolutePercentageError": {},
    "MeanIoU": {**_CLASSES, **_SPARSE},
    "MeanSquaredError": {},
    "MeanSquaredLogarithmicError": {},
    "OneHotIoU": {**_CLASSES, **_WHICH, **_ONE_HOT},
    "OneHotMeanIoU": {**_CLASSES, **_ONE_HOT},
    "PearsonCorrelation": _AXIS,
    "Poisson": {},
    "Precision": _TOP,
    "PrecisionAtRecall": {"recall": (_RATE, ...), **_AT},
    "R2Score": {
        "class_aggregation": (optional(Enum("uniform_average", "variance_weighted_average")), "uniform_average"),
        "num_regressors": (Int(0), 0),
    },
    "Recall": _TOP,
    "RecallAtPrecision": {"precision": (_RATE, ...), **_AT},
    "RootMeanSquaredError": {},
    "SensitivityAtSpecificity": {"specificity": (_RATE, ...), **_AT},
    "SparseCategoricalAccuracy": {},
    "SparseCategoricalCrossentropy": {**_LOGITS, "ignore_class": (optional(Int()), None), **_AXIS},
    "SparseTopKCategoricalAccuracy": {"k": (Int(1), 5), "from_sorted_ids": (Bool(), False)},
    "SpecificityAtSensitivity": {"sensitivity": (_RATE, ...), **_AT},
    "SquaredHinge": {},
    "TopKCategoricalAccuracy": {"k": (Int(1), 5)},
    "TrueNegatives": _THRESHOLDS,
    "TruePositives": _THRESHOLDS,
}
METRICS: dict[str, Arguments] = {name: {**own, "name": (optional(Str()), None)} for name, own in _METRICS.items()}
METRIC = ObjectOf("metrics", METRICS, {**_ALIASES, "acc": "Accuracy"}, "a metric")
_NAMED_OTHERWISE = {"FBetaScore": "fbeta_score", "LogCoshError": "logcosh"}
FALLING = {  # better the smaller; the others the larger
    "BinaryCrossentropy", "CategoricalCrossentropy", "CategoricalHinge", "FalseNegatives", "FalsePositives", "Hinge",
    "KLDivergence", "LogCoshError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredError",
    "MeanSquaredLogarithmicError", "Poisson", "RootMeanSquaredError", "SparseCategoricalCrossentropy", "SquaredHinge",
}  # fmt: skip


def name_of_metric(metric: str) -> str:
    """What Keras calls a metric of a class in the history where nobody says otherwise."""
    return _NAMED_OTHERWISE.get(metric) or next(name for name, one in METRIC.names.items() if one == metric)


FIT: Arguments = {
    "batch_size": (optional(Int(1)), None),
    "epochs": (Int(1), 1),
    "validation_split": (Float(0, 1), 0.0),
    "shuffle": (Bool(), True),
    "steps_per_epoch": (optional(Int(1)), None),
    "validation_steps": (optional(Int(1)), None),
    "validation_batch_size": (optional(Int(1)), None),
    "validation_freq": (Int(1), 1),
}
