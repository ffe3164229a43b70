"""What people write who know another framework, or another place for it, and what a spec says instead."""

from __future__ import annotations

from specc.spec.fields import MERGE, NO_MERGE

# The top level

_TRAINING = "it stands under `training`"
TOP_LEVEL = {  # top-level keys that people try, and where it goes here
    "batch_size": "it stands in `fit`, under `training`",
    "callbacks": _TRAINING,
    "compile": _TRAINING,
    "connections": "the wiring is each node's `from`",
    "constants": "values with a name stand under `params`",
    "description": "it is called `doc`",
    "edges": "the wiring is each node's `from`",
    "epochs": "it stands in `fit`, under `training`",
    "fit": _TRAINING,
    "graph": "the nodes stand under `nodes`",
    "layers": "the layers are called `nodes`, each with a name",
    "loss": _TRAINING,
    "losses": _TRAINING,
    "metrics": _TRAINING,
    "optimizer": _TRAINING,
    "states": "states stand in a loop: `loops: {settle: {passes: 5, states: …}}`",
    "target": "`budget: {targets: [tidl]}` holds every check against it; `specc build --target tidl` builds for it",
    "variables": "values with a name stand under `params`",
    "version": "the language version is `specc: 1`",
}


NAMING = {"inputs", "nodes", "loops"}  # the sections that name values
TAKEN_FOR_NODES = {"graph", "layers", "states"}
SECTION_HINTS = {
    "blocks": "name every block: `blocks: {conv_relu: {params: …, inputs: x, nodes: {conv: …}, outputs: conv}}`",
    "inputs": "name what goes in: `inputs: {features: [13]}`",
    "nodes": "name every node: `nodes: {hidden: {op: Dense, units: 20}}`",
    "loops": "name every loop: `loops: {settle: {passes: 5, states: {a: {init: A, next: sum}}}}`",
    "states": "name what is carried: `states: {a: {init: A, next: sum}}`",
    "scan": "name the rows of a sequence: `scan: {x_t: features}`",
    "collect": "name what is collected: `collect: {history: sum}`",
    "targets": "name the targets: `targets: {tidl: {device: am68a}}`",
}

# Nodes

_SHAPES = "shapes of inputs stand under `inputs`; all others are inferred"
_NO_MASKS = "specc has no masks: every step counts; cut or pad the sequences, or multiply by the mask as an input"
READS = "what a node reads is its `from`"
KIND = "the Keras class is given as `op`"
NODE = {
    "name": "a node's name is its key",
    "input_shape": _SHAPES,
    "batch_input_shape": _SHAPES,
    "batch_shape": _SHAPES,
    "input_dim": _SHAPES,
    "weights": "a spec holds no weights; load them into the built model",
    "mask": _NO_MASKS,
    "zero_output_for_mask": _NO_MASKS,
    "inputs": READS,
    "input": READS,
    "type": KIND,
    "class_name": KIND,
    "layer": KIND,
    MERGE: NO_MERGE,
}

# Training

_IN_FIT = "it stands in `fit`"
_CALLBACKS = ("early_stopping", "checkpoint", "reduce_lr", "tensorboard", "csv_log")
_LISTED = ", ".join(f"`{name}`" for name in _CALLBACKS)
TRAINING = {
    "batch_size": _IN_FIT,
    **dict.fromkeys(_CALLBACKS, _IN_FIT),
    "callbacks": f"`fit` has {_LISTED}; other callbacks are the training script's",
    "epochs": _IN_FIT,
    "learning_rate": "it stands in the optimizer: `optimizer: {op: Adam, learning_rate: 0.001}`",
    "lr": "it stands in the optimizer: `optimizer: {op: Adam, learning_rate: 0.001}`",
    "patience": "it stands in `early_stopping`, in `fit`",
    "validation_split": _IN_FIT,
}
FIT_KEYS = {
    "callbacks": f"write {_LISTED}; other callbacks are the training script's",
    "EarlyStopping": "write `early_stopping`",
    "ModelCheckpoint": "write `checkpoint`",
    "TensorBoard": "write `tensorboard`",
    "ReduceLROnPlateau": "write `reduce_lr`",
    "CSVLogger": "write `csv_log`",
    "model_checkpoint": "write `checkpoint`",
    "reduce_lr_on_plateau": "write `reduce_lr`",
    "csv_logger": "write `csv_log`",
    "filepath": "it stands in `checkpoint`",
    "log_dir": "it stands in `tensorboard`",
    "monitor": "it stands in `early_stopping`, `checkpoint` or `reduce_lr`",
    "patience": "it stands in `early_stopping` or `reduce_lr`",
    "validation_data": "a spec holds no data; say that the script brings some with `validation_batch_size`",
    "verbose": "how much is printed is the training script's matter",
    "x": "a spec holds no data",
    "y": "a spec holds no data",
}
