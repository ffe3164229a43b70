"""Keras' callbacks as values of `fit`, with Keras' arguments and defaults, and the paths that they write to.

A test compares the table with the installed Keras. Left out: what takes functions, or belongs to one run of a script
and not to the model (BackupAndRestore, ProgbarLogger, RemoteMonitor and the like).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from string import Formatter

from specc.ops._attributes import BadValue, Bool, Enum, Float, Int, Kind, ListOf, OneOf, Schema, Str, optional
from specc.ops._keras_objects import Arguments
from specc.source import Node


class RelativePath(Kind):
    """A path that stays in the folder that the training runs in: a spec from elsewhere must not write anywhere else."""

    @property
    def expects(self) -> str:
        return "a relative path"

    def decode(self, node: Node) -> str:
        path = Str().decode(node)
        windows = PureWindowsPath(path)
        leaves = ".." in windows.parts or path.startswith("~") or "://" in path
        if not path.strip() or leaves or PurePosixPath(path).is_absolute() or windows.anchor:
            message = f'expected {self.expects} within the folder of the training, found "{path}"'
            raise BadValue(node.span, message, "write it from that folder, without `..`: `logs/net`", "bad-value")
        return path

    def schema(self) -> Schema:
        return {"type": "string", "minLength": 1}


class PathPattern(RelativePath):
    """A path with the epoch and what is measured in it: `net-{epoch:02d}-{val_loss:.2f}.keras`."""

    def decode(self, node: Node) -> str:
        path = super().decode(node)
        try:
            fields = [name for _, name, _, _ in Formatter().parse(path) if name is not None]
        except ValueError as error:
            raise BadValue(node.span, f"a `{{` or `}}` too many: {error}", "double a brace", "bad-value") from None
        for name in fields:
            if not name.isidentifier():
                raise BadValue(
                    node.span,
                    f"`{{{name}}}` is nothing that is measured",
                    "write `{epoch}` or `{val_loss}`",
                    "bad-value",
                )
        return path


@dataclass(frozen=True, slots=True)
class Callback:
    """A Keras callback by the name it has in `fit`; `example` is how its mapping may look."""

    name: str
    arguments: Arguments
    example: str


_VERBOSE: Arguments = {"verbose": (Int(0, 1), 0)}
_MONITOR: Arguments = {"monitor": (Str(), "val_loss")}
_MODE: Arguments = {"mode": (Enum("auto", "min", "max"), "auto")}

CALLBACKS: dict[str, Callback] = {
    "early_stopping": Callback(
        "EarlyStopping",
        {
            **_MONITOR,
            "min_delta": (Float(0), 0),
            "patience": (Int(0), 0),
            **_VERBOSE,
            **_MODE,
            "baseline": (optional(Float()), None),
            "restore_best_weights": (Bool(), False),
            "start_from_epoch": (Int(0), 0),
        },
        "{monitor: val_loss, patience: 50}",
    ),
    "checkpoint": Callback(
        "ModelCheckpoint",
        {
            "filepath": (PathPattern(), ...),
            **_MONITOR,
            **_VERBOSE,
            "save_best_only": (Bool(), False),
            "save_weights_only": (Bool(), False),
            **_MODE,
            "save_freq": (OneOf(Enum("epoch"), Int(1)), "epoch"),
            "initial_value_threshold": (optional(Float()), None),
        },
        "{filepath: best.keras, save_best_only: true}",
    ),
    "reduce_lr": Callback(
        "ReduceLROnPlateau",
        {
            **_MONITOR,
            "factor": (Float(above=0, most=1), 0.1),
            "patience": (Int(0), 10),
            **_VERBOSE,
            **_MODE,
            "min_delta": (Float(0), 0.0001),
            "cooldown": (Int(0), 0),
            "min_lr": (Float(0), 0.0),
        },
        "{monitor: val_loss, factor: 0.5, patience: 10}",
    ),
    "tensorboard": Callback(
        "TensorBoard",
        {
            "log_dir": (RelativePath(), "logs"),
            "histogram_freq": (Int(0), 0),
            "write_graph": (Bool(), True),
            "write_images": (Bool(), False),
            "write_steps_per_second": (Bool(), False),
            "update_freq": (OneOf(Enum("batch", "epoch"), Int(1)), "epoch"),
            "profile_batch": (OneOf(Int(0), ListOf(Int(1), 2, 2)), 0),
            "embeddings_freq": (Int(0), 0),
            "embeddings_metadata": (optional(RelativePath()), None),
        },
        "{log_dir: logs}",
    ),
    "csv_log": Callback(
        "CSVLogger",
        {"filename": (RelativePath(), ...), "separator": (Str(), ","), "append": (Bool(), False)},
        "{filename: log.csv}",
    ),
}
