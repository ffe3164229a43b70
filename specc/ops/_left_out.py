"""Keras layers that are no ops, each with the reason, and the second names that Keras has for others.

The reference lists the reasons, and the diagnostic of an unknown op gives them; a test holds both tables against the
installed Keras. What must not grow here: layers that are merely not written yet.
"""

from __future__ import annotations

_CODE = "it runs code, and a spec never loads any: an op of your own comes through the entry point `specc.ops`"
_FOREIGN = "it runs another framework's code, and a spec never loads any: describe the layers themselves"
_WORDS = "it works on text, or on a vocabulary learned from the data: prepare the data before the model, with `tf.data`"
_COLUMNS = "it prepares columns of a table: do so before the model, with `tf.data`, and declare the result as an input"
_IMAGES = "it changes images for training: do so before the model, with `dataset.map` in the training script"
_EXAMPLES = "it mixes examples and their labels: do so before the model, with `dataset.map` in the training script"
_SOUND = "it makes an image of sound, once for each recording: do so before the model, and declare it as an input"
_CELL = "a cell stands in an RNN: `{op: RNN, cell: {op: LSTMCell, units: 4}}`"
_BASE = "it is what layers are made from, and computes nothing itself: name the layer"

LEFT_OUT: dict[str, str] = {
    # no layers by themselves
    "InputLayer": "an input is no node: declare it under `inputs`, as in `inputs: {features: [13]}`",
    "InputSpec": "it says what a layer takes, and is no layer: shapes are inferred and checked from `inputs` on",
    "Layer": _BASE,
    "Wrapper": _BASE,
    **dict.fromkeys(["GRUCell", "LSTMCell", "SimpleRNNCell"], _CELL),
    "StackedRNNCells": "a stack is a list of cells: `{op: RNN, cell: [{op: LSTMCell, units: 4}, …]}`",
    "Pipeline": "it applies layers one after another: write each as a node, or make a block of them",
    # code
    "FlaxLayer": _FOREIGN,
    "JaxLayer": _FOREIGN,
    "Lambda": _CODE,
    "TFSMLayer": "it runs a saved model, code and weights in one, and a spec holds neither: describe its layers",
    "TorchModuleWrapper": _FOREIGN,
    # what a spec says in another way
    "EinsumDense": "its equation decides what its axes are: write Dense, with Reshape and Permute around it",
    "Masking": "specc has no masks: every step counts; cut or pad the sequences, or multiply by the mask as an input",
    "ReversibleEmbedding": "it is called in two ways, and a node in one: write Embedding, and Dense for the way back",
    "SpectralNormalization": "it rewrites another layer's kernel at every training step, and weights belong to one "
    "layer here: bound the kernel by a constraint, `kernel_constraint: {op: MaxNorm}`",
    # the data before the model
    **dict.fromkeys(["IntegerLookup", "StringLookup", "TextVectorization"], _WORDS),
    **dict.fromkeys(["CategoryEncoding", "Discretization", "HashedCrossing", "Hashing"], _COLUMNS),
    **dict.fromkeys(["MelSpectrogram", "STFTSpectrogram"], _SOUND),
    **dict.fromkeys(["CutMix", "MixUp"], _EXAMPLES),
    "CenterCrop": "it crops or enlarges by the size of each image: write Cropping2D or Resizing",
    "MaxNumBoundingBoxes": "it pads lists of boxes beside images: do so before the model, with `tf.data`",
    **dict.fromkeys(
        [
            "AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "Equalization", "RandAugment",
            "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomCrop",
            "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale",
            "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomRotation",
            "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom", "Solarization",
        ],
        _IMAGES,
    ),
}  # fmt: skip

SECOND_NAMES: dict[str, str] = {
    **{f"AvgPool{axes}D": f"AveragePooling{axes}D" for axes in (1, 2, 3)},
    **{f"MaxPool{axes}D": f"MaxPooling{axes}D" for axes in (1, 2, 3)},
    **{f"GlobalAvgPool{axes}D": f"GlobalAveragePooling{axes}D" for axes in (1, 2, 3)},
    **{f"GlobalMaxPool{axes}D": f"GlobalMaxPooling{axes}D" for axes in (1, 2, 3)},
    **{f"Convolution{axes}D": f"Conv{axes}D" for axes in (1, 2, 3)},
    **{f"Convolution{axes}DTranspose": f"Conv{axes}DTranspose" for axes in (1, 2, 3)},
    **{f"SeparableConvolution{axes}D": f"SeparableConv{axes}D" for axes in (1, 2)},
}
