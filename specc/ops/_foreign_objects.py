"""Names that other frameworks have for initializers, optimizers, losses and metrics, and for their arguments.

Keys are as in `_foreign_words`; a value is the name of a Keras class or advice.
"""

from __future__ import annotations

_INITIALIZERS = {
    **dict.fromkeys(["xavier", "xavieruniform", "glorot"], "GlorotUniform"),
    "xaviernormal": "GlorotNormal",
    **dict.fromkeys(["he", "kaiming", "kaiminguniform", "heinit"], "HeUniform"),
    "kaimingnormal": "HeNormal",
    "lecun": "LecunUniform",
    "eye": "Identity",
    **dict.fromkeys(["truncnormal", "truncated"], "TruncatedNormal"),
    **dict.fromkeys(["gaussian", "randn"], "RandomNormal"),
}
_OPTIMIZERS = {
    **dict.fromkeys(["gradientdescent", "gradientdescentoptimizer", "momentum", "momentumoptimizer"], "SGD"),
    "adamoptimizer": "Adam",
    "rmspropoptimizer": "RMSprop",
    **dict.fromkeys(
        ["lbfgs", "rprop", "asgd", "sparseadam", "radam", "adabound"],
        "Keras has no such optimizer: `Adam` and `SGD` with momentum are the common ones",
    ),
}
_CROSS_ENTROPY = (
    "for class numbers and logits write `{op: SparseCategoricalCrossentropy, from_logits: true}`, for one-hot labels "
    "`{op: CategoricalCrossentropy, from_logits: true}`"
)
_LOSSES = {
    **dict.fromkeys(
        [
            "ce", "crossentropy", "crossentropyloss", "softmaxcrossentropy", "softmaxcrossentropywithlogits",
            "sparsesoftmaxcrossentropywithlogits",
        ],
        _CROSS_ENTROPY,
    ),
    **dict.fromkeys(["nll", "nllloss"], "end the output in `softmax` and write `sparse_categorical_crossentropy`"),
    **dict.fromkeys(["bceloss", "logloss", "binarycrossentropyloss"], "BinaryCrossentropy"),
    **dict.fromkeys(
        ["bcewithlogits", "bcewithlogitsloss", "sigmoidcrossentropy", "sigmoidcrossentropywithlogits"],
        "write `{op: BinaryCrossentropy, from_logits: true}`",
    ),
    **dict.fromkeys(["mseloss", "l2", "l2loss"], "MeanSquaredError"),
    **dict.fromkeys(["maeloss", "l1", "l1loss"], "MeanAbsoluteError"),
    "rmse": "no loss takes the root: `mse` has the same minimum, and the metric is `RootMeanSquaredError`",
    **dict.fromkeys(["smoothl1", "smoothl1loss", "huberloss"], "Huber"),
    **dict.fromkeys(["kldiv", "kldivloss"], "KLDivergence"),
    **dict.fromkeys(["poissonnllloss"], "Poisson"),
    **dict.fromkeys(["hingeloss"], "Hinge"),
    **dict.fromkeys(["focal", "focalloss"], "write `BinaryFocalCrossentropy` or `CategoricalFocalCrossentropy`"),
    **dict.fromkeys(["accuracy", "acc"], "accuracy is a metric, and has no gradient: `metrics: [accuracy]`"),
    "ctc": "its labels have a length of their own, which specc does not support",
}  # fmt: skip
_METRICS = {
    **dict.fromkeys(["f1", "fscore"], "F1Score"),
    "rmse": "RootMeanSquaredError",
    **dict.fromkeys(["auroc", "rocauc", "roc"], "AUC"),
    **dict.fromkeys(["r2"], "R2Score"),
    **dict.fromkeys(["top5", "top5accuracy", "topk", "topkaccuracy"], "TopKCategoricalAccuracy"),
    **dict.fromkeys(["iou", "jaccard", "miou"], "write `{op: MeanIoU, num_classes: 10}`"),
}
OBJECTS: dict[str, dict[str, str]] = {
    "initializers": _INITIALIZERS,
    "optimizers": _OPTIMIZERS,
    "losses": _LOSSES,
    "metrics": _METRICS,
}
OBJECT_ARGUMENTS: dict[str, tuple[str, ...]] = {
    "a": ("minval",),
    "alpha": ("rho", "negative_slope"),
    "b": ("maxval",),
    "b1": ("beta_1",),
    "b2": ("beta_2",),
    "clipgradnorm": ("clipnorm",),
    "decay": ("rho", "weight_decay"),
    "eps": ("epsilon",),
    "high": ("maxval",),
    "ignoreindex": ("ignore_class",),
    "l": ("l2", "l1"),
    "learnrate": ("learning_rate",),
    "logits": ("from_logits",),
    "low": ("minval",),
    "lr": ("learning_rate",),
    "max": ("max_value", "maxval"),
    "min": ("min_value", "minval"),
    "mu": ("momentum",),
    "numlabels": ("num_classes",),
    "smoothing": ("label_smoothing",),
    "std": ("stddev",),
    "val": ("value",),
    "wd": ("weight_decay",),
}
OBJECT_ADVICE: dict[str, str] = {
    "betas": "they are two arguments: `beta_1: 0.9, beta_2: 0.999`",
    "dampening": "leave it out: Keras has no such choice",
    "maximize": "leave it out: Keras minimizes the loss",
    "posweight": "give the weights to `fit`, as `class_weight`",
    "sizeaverage": "write `reduction`",
    "params": "leave it out: the optimizer gets the weights of the model",
}
