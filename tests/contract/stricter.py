"""What Keras runs and specc refuses, by op: (what the message says, why)."""

from __future__ import annotations

_TOKENS = ("computes on floats", "Keras computes on integers, which stand for an Embedding that was forgotten")

_PROCESSORS = ("on some processors only", "oneDNN has the kernel where the processor has the instructions for it")

STRICTER: dict[str, list[tuple[str, str]]] = {
    "Activation": [("works along the last axis", "on a scalar Keras normalises over the batch")],
    "Softmax": [("is the batch axis", "Keras normalises over the batch")],
    "Concatenate": [
        ("is the batch axis", "Keras joins the batches"),
        ("uint64", "Keras makes uint32 or float32 of uint64 and another integer"),
    ],
    "Dropout": [("does not fit an operand", "Keras looks at it in training only, and stretches a shorter one")],
    "AlphaDropout": [
        ("does not fit an operand", "Keras looks at it in training only, and stretches a shorter one"),
        ("a share below 1", "Keras divides by zero in training only"),
    ],
    "GaussianDropout": [("a share below 1", "Keras divides by zero in training only")],
    **{f"AdaptiveMaxPooling{axes}D": [("", "a wrong shape may end Keras' process")] for axes in (1, 2, 3)},
    **{
        name: [
            ("the same features", "Keras stretches features of 1"),
            ("the same axes before the steps", "Keras stretches axes of 1"),
            ("[..., steps, features]", "on vectors Keras attends over the batch"),
            _TOKENS,
        ]
        for name in ("AdditiveAttention", "Attention")
    },
    "DepthwiseConv2D": [_PROCESSORS],
    "SeparableConv2D": [_PROCESSORS],
    "GroupQueryAttention": [_TOKENS],
    "MultiHeadAttention": [
        _TOKENS,
        ("which is none of steps", "Keras attends over the heads, or over the batch"),
        ("masks the first axis of steps", "Keras makes the mask for the first axis, whichever is attended over"),
    ],
    "Embedding": [("takes integers", "Keras cuts fractions off")],
    "Normalization": [
        ("needs `mean` and `variance`", "Keras waits for `adapt`, which no spec can call"),
        ("twice", "Keras counts the axis once"),
    ],
    "GroupNormalization": [("computes on floats", "Keras cuts the results down to integers")],
    "LayerNormalization": [
        ("computes on floats", "Keras cuts the results down to integers"),
        ("is the batch axis", "Keras normalises over the batch where nothing is learned"),
    ],
    "UnitNormalization": [("is the batch axis", "Keras normalises over the batch")],
    "RMSNormalization": [
        ("computes on floats", "Keras cuts the results down to integers"),
        ("scales the last axes only", "Keras multiplies the last axes by numbers for others, if as many"),
    ],
    **{
        name: [
            ("Keras trains a ConvLSTM", "Keras does not hand `trainable` on to the cell, and the model trains it"),
            _PROCESSORS,
        ]
        for name in ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional", "TimeDistributed")
    },
    **{
        f"Conv{axes}DTranspose": [
            ("a window of even length", "of an axis of one Keras makes an empty one"),
            _PROCESSORS,
        ]
        for axes in (1, 2, 3)
    },
    "Dot": [
        ("computes on floats", "Keras sums integers in their own dtype, which overflows, and uint64 in uint32"),
        ("which [", "Keras counts negative axes round the batch axis more than once"),
    ],
    "Resizing": [
        ("[height, width, channels]", "Keras takes the batch for the height of one map"),
        ("computes on floats", "Keras keeps integers in a call, and in a graph makes floats of them"),
    ],
    "Average": [("computes on floats", "Keras averages int32 into float64 whatever the layer's dtype")],
    **{
        name: [("uint64", "Keras narrows uint64 to uint32")]
        for name in ("Add", "Subtract", "Multiply", "Maximum", "Minimum")
    },
}
