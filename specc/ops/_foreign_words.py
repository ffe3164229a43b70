"""Names that PyTorch, ONNX, TFLite, tf.layers, keras.ops and Keras 1 have for ops and arguments.

Looked up before names are compared by edit distance: `Linear` resembles no op, and `Sum` resembles the wrong one.
Keys are lower case without `_`. An op's value is the name of an op or advice; a test holds both to the registry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_ACTIVATIONS = (
    "celu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "log_sigmoid",
    "log_softmax", "mish", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softplus", "softsign", "sparsemax",
    "squareplus", "tanh", "tanh_shrink",
)  # fmt: skip


def _activation(name: str) -> str:
    return f"write `{{op: Activation, activation: {name}}}`"


def _of_rank(name: str, rank: int) -> str:
    return name.format(rank) if "{}" in name else f"{name}{rank}D"


def _by_rank(name: str, ranks: tuple[int, ...] = (1, 2, 3)) -> str:
    listed = [f"`{_of_rank(name, rank)}`" for rank in ranks]
    return f"choose by the number of spatial axes: {', '.join(listed[:-1])} or {listed[-1]}"


def _rank_names(names: tuple[str, ...], keras: str) -> dict[str, str]:
    """`name1d` to `name3d`, and the name alone, which leaves the rank open."""
    found = {name: _by_rank(keras) for name in names}
    return found | {f"{name}{rank}d": _of_rank(keras, rank) for name in names for rank in (1, 2, 3)}


def _with_ranks(name: str) -> tuple[str, ...]:
    return (name, *(f"{name}{rank}d" for rank in (1, 2, 3)))


_NO_MATHS = (
    "no op computes it: `{op: Rescaling, scale: 0.5}` multiplies by a constant, Activation has the usual functions"
)

OPS: dict[str, str] = {
    # activations
    **{name.replace("_", ""): _activation(name) for name in _ACTIVATIONS},
    "swish": _activation("silu"),
    "hardswish": _activation("hard_silu"),
    "logistic": _activation("sigmoid"),
    "lrelu": "LeakyReLU",
    # dense and convolutions
    **dict.fromkeys(["linear", "fullyconnected", "fc", "innerproduct", "gemm", "addmm", "lazylinear"], "Dense"),
    "matmul": "write `{op: Dense, units: 10}` for learned weights, or `{op: Dot, axes: [2, 1]}` for two operands",
    "batchmatmul": "write `{op: Dot, axes: [2, 1]}` for two operands",
    "einsum": "write `{op: Dot, axes: [2, 1]}` for two operands, or Dense with Reshape and Permute around it",
    **_rank_names(("conv", "convolution"), "Conv"),
    **_rank_names(("convtranspose", "deconv", "deconvolution", "transposeconv", "transposedconv"), "Conv{}DTranspose"),
    **{name: _by_rank("DepthwiseConv", (1, 2)) for name in ("depthwiseconv", "depthwise")},
    **{name: _by_rank("SeparableConv", (1, 2)) for name in ("separableconv", "separable")},
    # pooling
    **_rank_names(("maxpool", "maxpooling"), "MaxPooling"),
    **_rank_names(("avgpool", "averagepool", "avgpooling", "averagepooling"), "AveragePooling"),
    **_rank_names(("adaptiveavgpool", "adaptiveaveragepool"), "AdaptiveAveragePooling"),
    **_rank_names(("adaptivemaxpool",), "AdaptiveMaxPooling"),
    **_rank_names(("globalaveragepool", "globalavgpool", "globalaveragepooling", "gap"), "GlobalAveragePooling"),
    **_rank_names(("globalmaxpool", "globalmaxpooling", "gmp"), "GlobalMaxPooling"),
    **{
        name: "to average over the spatial axes, " + _by_rank("GlobalAveragePooling") for name in ("mean", "reducemean")
    },
    **{
        name: "to find the largest over the spatial axes, " + _by_rank("GlobalMaxPooling")
        for name in ("reducemax", "amax")
    },
    **dict.fromkeys(["reducesum", "cumsum"], "no op sums over an axis: average over it, and scale with Rescaling"),
    # element-wise
    **dict.fromkeys(["addn", "plus", "eltwise", "shortcut", "residual"], "Add"),
    "sum": "`Add` adds its operands to each other; no op sums over an axis: average over it, and scale with Rescaling",
    **dict.fromkeys(["sub", "minus"], "Subtract"),
    **dict.fromkeys(["mul", "times"], "Multiply"),
    **dict.fromkeys(["cat", "concat", "concatv2", "merge", "hstack"], "Concatenate"),
    "prod": "`Multiply` multiplies its operands with each other; no op multiplies over an axis",
    "max": "`Maximum` compares its operands; to find the largest over the spatial axes, use a GlobalMaxPooling op",
    "min": "`Minimum` compares its operands; no op finds the smallest over an axis",
    **dict.fromkeys(["div", "divide", "realdiv"], _NO_MATHS),
    **dict.fromkeys(["scale"], "Rescaling"),
    **dict.fromkeys(["pow", "exp", "log", "sqrt", "abs", "neg", "square", "sin", "cos", "clip"], _NO_MATHS),
    "bias": "no op adds a bias alone: Dense and convolutions have one of their own, `use_bias: true`",
    "biasadd": "no op adds a bias alone: Dense and convolutions have one of their own, `use_bias: true`",
    # shapes
    **dict.fromkeys(["view", "unflatten", "squeeze", "unsqueeze", "expanddims"], "Reshape"),
    **dict.fromkeys(["transpose", "swapaxes", "moveaxis"], "Permute"),
    **dict.fromkeys(
        ["repeat", "tile", "expand", "expandas", "broadcastto"],
        "no op repeats a value along any axis: `RepeatVector` makes steps of a vector, and UpSampling2D repeats pixels",
    ),
    **_rank_names(("zeropad",), "ZeroPadding"),
    **{
        name: "to pad with zeros, " + _by_rank("ZeroPadding")
        for name in ("pad", "padding", "padv2", *_with_ranks("constantpad"))
    },
    **dict.fromkeys(
        ["mirrorpad", *_with_ranks("reflectionpad"), *_with_ranks("replicationpad"), *_with_ranks("circularpad")],
        "no op pads with copies of the border: ZeroPadding and `padding: same` pad with zeros, "
        "which computes something else near the border",
    ),
    **{name: _by_rank("Cropping") for name in ("slice", "stridedslice", "crop", "narrow")},
    **{name: _by_rank("UpSampling") for name in ("upsample", "upsampling", "interpolate")},
    "upsamplingnearest2d": "UpSampling2D",
    "upsamplingbilinear2d": "write `{op: UpSampling2D, size: 2, interpolation: bilinear}`",
    **dict.fromkeys(
        ["pixelshuffle", "depthtospace"],
        "no op moves channels into space: write it as `Reshape`, `Permute` and `Reshape`, or learn it with "
        "`Conv2DTranspose`",
    ),
    **dict.fromkeys(
        ["pixelunshuffle", "spacetodepth"],
        "no op moves space into channels: write it as `Reshape`, `Permute` and `Reshape`, or learn it with a strided "
        "`Conv2D`",
    ),
    **dict.fromkeys(
        ["unpooling", *_with_ranks("maxunpool")],
        "no op puts values back where a pooling found them: `UpSampling2D` repeats each of them",
    ),
    **dict.fromkeys(["resize", "resizebilinear", "resizenearestneighbor", "resizeimage"], "Resizing"),
    "split": "no op splits a value: read the same value with several nodes, and crop each",
    "chunk": "no op splits a value: read the same value with several nodes, and crop each",
    "gather": "no op looks up values: for learned rows write `{op: Embedding, input_dim: 100, output_dim: 8}`",
    # normalisation and regularisation
    **dict.fromkeys(
        ["batchnorm", "batchnorm1d", "batchnorm2d", "batchnorm3d", "bn", "fusedbatchnorm", "syncbatchnorm"],
        "BatchNormalization",
    ),
    **dict.fromkeys(["layernorm", "ln"], "LayerNormalization"),
    **dict.fromkeys(["groupnorm", "gn"], "GroupNormalization"),
    **dict.fromkeys(["rmsnorm"], "RMSNormalization"),
    **dict.fromkeys(
        ["instancenorm", "instancenorm1d", "instancenorm2d", "instancenorm3d", "instancenormalization"],
        "write `{op: GroupNormalization, groups: -1}`",
    ),
    **dict.fromkeys(["l2norm", "l2normalization", "l2normalize", "normalize"], "UnitNormalization"),
    "dropout1d": "SpatialDropout1D",
    "dropout2d": "SpatialDropout2D",
    "dropout3d": "SpatialDropout3D",
    # the rest
    **dict.fromkeys(["embed", "embeddings", "embeddinglookup"], "Embedding"),
    "embeddingbag": "write an `Embedding` and a `GlobalAveragePooling1D` after it",
    **dict.fromkeys(["rnncell", "vanillarnn", "elman"], "SimpleRNN"),
    **dict.fromkeys(["bilstm"], "write `{op: Bidirectional, forward: {op: LSTM, units: 20}}`"),
    **dict.fromkeys(["cudnnlstm"], "LSTM"),
    **dict.fromkeys(["cudnngru"], "GRU"),
    **dict.fromkeys(["mha", "selfattention", "multiheadedattention"], "MultiHeadAttention"),
    **dict.fromkeys(["noop", "passthrough"], "Identity"),
    "sequential": "a list of layers is a mapping under `nodes`; each reads the one above it",
    "modulelist": "several equal layers are one node with `repeat`, or a block",
    "argmax": "take the largest in the script that calls the model: the model returns the scores",
}
# What an argument is called here: the first that the op has and that is not given yet.
ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "act": ("activation",),
    "alpha": ("negative_slope", "rate"),
    "atrousrate": ("dilation_rate",),
    "autopad": ("padding",),
    "bconstraint": ("bias_constraint",),
    "betainit": ("beta_initializer",),
    "bias": ("use_bias",),
    "biasinit": ("bias_initializer",),
    "bordermode": ("padding",),
    "bregularizer": ("bias_regularizer",),
    "channels": ("filters",),
    "concataxis": ("axis",),
    "depth": ("units", "filters"),
    "dilation": ("dilation_rate",),
    "dilations": ("dilation_rate",),
    "dim": ("shape", "axis", "axes", "units"),
    **dict.fromkeys(["dims", "dimensions", "inputshape", "batchshape"], ("shape",)),
    "dims": ("dims", "axes", "target_shape"),
    "dimordering": ("data_format",),
    "drop": ("rate", "dropout"),
    "dropout": ("rate",),
    "dropoutu": ("recurrent_dropout",),
    "dropoutw": ("dropout",),
    "droprate": ("rate", "dropout"),
    "embeddim": ("key_dim", "output_dim"),
    "embeddingdim": ("output_dim",),
    "eps": ("epsilon",),
    "filterlength": ("kernel_size",),
    "filtersize": ("kernel_size",),
    "fusedactivationfunction": ("activation",),
    "gammainit": ("gamma_initializer",),
    "group": ("groups",),
    "headsize": ("key_dim",),
    "heads": ("num_heads",),
    "hiddendim": ("units",),
    "hiddensize": ("units",),
    "hiddenunits": ("units",),
    "inneractivation": ("recurrent_activation",),
    "innerinit": ("recurrent_initializer",),
    "keep": ("keep_prob",),
    "kernel": ("kernel_size", "pool_size"),
    "kernelinit": ("kernel_initializer",),
    "kernelshape": ("kernel_size", "pool_size"),
    "kernelsize": ("pool_size",),
    "keepdim": ("keepdims",),
    "ksize": ("pool_size", "kernel_size"),
    "length": ("n",),
    "mode": ("interpolation",),
    "multiplier": ("depth_multiplier",),
    "nbfilter": ("filters",),
    "nbfilters": ("filters",),
    "nbunits": ("units",),
    "neurons": ("units",),
    "nodes": ("units",),
    "nonlinearity": ("activation",),
    "numembeddings": ("input_dim",),
    "numgroups": ("groups",),
    "numoutput": ("units", "filters"),
    "numoutputs": ("units", "filters"),
    "numunits": ("units",),
    "outchannels": ("filters",),
    "outfeatures": ("units",),
    "outputdim": ("units",),
    "outputsize": ("output_size", "units"),
    "p": ("rate",),
    "pads": ("padding",),
    "perm": ("dims",),
    "pool": ("pool_size",),
    "poollength": ("pool_size",),
    "poolstride": ("strides",),
    "prob": ("rate",),
    "recurrentinit": ("recurrent_initializer",),
    "scalefactor": ("size", "scale"),
    "scalefactors": ("size",),
    "shape": ("target_shape",),
    "size": ("shape", "units", "pool_size", "kernel_size"),
    "std": ("stddev",),
    "stride": ("strides",),
    "subsample": ("strides",),
    "subsamplelength": ("strides",),
    "uregularizer": ("recurrent_regularizer",),
    "vocabsize": ("input_dim",),
    "vocabularysize": ("input_dim",),
    "wconstraint": ("kernel_constraint",),
    "width": ("units",),
    "wregularizer": ("kernel_regularizer",),
}

_INFERRED = "leave it out: the size of what a node reads is inferred"
_FOLLOWS = "leave it out: specc has no such choice"
ADVICE: dict[str, str] = {
    **dict.fromkeys(
        ["infeatures", "inchannels", "inputsize", "numfeatures", "nchannels", "inputchannels", "numchannels"], _INFERRED
    ),
    **dict.fromkeys(["normalizedshape"], _INFERRED + "; the axes to normalise are `axis`"),
    "affine": "leave it out where it is true; `affine: False` is `center: false, scale: false`",
    "elementwiseaffine": "leave it out where it is true; without learned factors write `center: false, scale: false`",
    "aligncorners": _FOLLOWS,
    "antialias": _FOLLOWS,
    "batchfirst": "leave it out: the batch axis always comes first",
    "bidirectional": "write `{op: Bidirectional, forward: {op: LSTM, units: 20}}`",
    "ceilmode": "leave it out; `padding: same` covers a last, partial window",
    "countincludepad": _FOLLOWS,
    "device": "leave it out: where a model runs is decided by the script",
    "inplace": "leave it out: every node makes a new value",
    "numlayers": "write a node for each layer, or one node with `repeat`",
    "lr": "it belongs to the optimizer: `optimizer: {op: Adam, learning_rate: 0.001}`, under `training`",
    "learningrate": "it belongs to the optimizer: `optimizer: {op: Adam, learning_rate: 0.001}`, under `training`",
    "outputpadding": "leave it out; `padding: same` makes the result as many times larger as `strides` says",
    "paddingidx": "leave it out: specc has no masks",
    "paddingmode": "leave it out: convolutions pad with zeros",
    "returnindices": _FOLLOWS,
    "trackrunningstats": "leave it out: BatchNormalization always tracks them",
}


_AROUND = " \u201c\u201d\u201e\u2018\u2019\u00ab\u00bb,;"
_FUNCTIONS = {
    "none": "linear",
    "identity": "linear",
    "logistic": "sigmoid",
    "lrelu": "leaky_relu",
    "hswish": "hard_silu",
    "hardswish": "hard_silu",
    "swish": "silu",
}


def activation_meant(text: str, known: Iterable[str]) -> str | None:
    """The activation that another framework calls `nn.ReLU()`, `tf.nn.relu` or `F.relu`."""
    name = fold(last_name(text))
    name = _FUNCTIONS.get(name, name)
    return next((one for one in known if fold(one) == fold(name)), None)


def last_name(text: str) -> str:
    """The class or function that a dotted name or a call names: `ReLU` of `nn.ReLU()`."""
    return re.sub(r"\(.*\)\s*\Z", "", text, flags=re.DOTALL).rpartition(".")[2].strip(_AROUND)


def at_rank(advice: str, rank: int | None) -> str:
    """The op that an advice which leaves the rank open names for operands of so many axes; empty if it does not."""
    found = re.findall(rf"`(\w+{rank - 1}D\w*)`", advice) if rank is not None else []
    return found[0] if "number of spatial axes" in advice and found else ""


def fold(name: str) -> str:
    """A name as the tables have it."""
    return name.lower().replace("_", "").replace("-", "")
