"""Decodes `fit:` into the arguments of model.fit and the callbacks, held against what the training measures."""

from __future__ import annotations

from collections.abc import Mapping, Set
from string import Formatter
from typing import Any

from specc.diagnostics import Diagnostics, did_you_mean
from specc.ops._keras_objects import KerasObject
from specc.source import Mapping as MappingNode
from specc.source import Span
from specc.spec import _hints as hints
from specc.spec._callbacks import CALLBACKS
from specc.spec._training_objects import FIT
from specc.spec.fields import Fields

# Either keeps data for validation, or says that the script brings some.
_VALIDATES = ("validation_split", "validation_steps", "validation_batch_size")
_LOSS = "loss"
_EPOCH, _BATCH = "epoch", "batch"
_WRONG: Any = object()


def decode_fit(
    fields: Fields, measured: Mapping[str, str] | None, optimizer: KerasObject, diagnostics: Diagnostics
) -> tuple[dict[str, Any], tuple[KerasObject, ...]]:
    """The settings and the callbacks of a `training:`.

    `measured` are the names of what is measured beside the loss, each with the `mode` in which it gets better; None
    where mistakes leave that open.
    """
    mapping = fields.mapping("fit", "write `fit: {batch_size: 32, epochs: 10}`")
    if mapping is None:
        return {}, ()
    inner = Fields(mapping, "`fit`", diagnostics)
    inner.only([*FIT, *CALLBACKS], hints.FIT_KEYS)
    settings = {key: inner.get(key, kind) for key, (kind, _) in FIT.items() if key in inner.entries}
    settings = {key: value for key, value in settings.items() if value is not None}
    split = inner.entry("validation_split")
    if split is not None and settings.get("validation_split") == 1:
        diagnostics.report(
            "bad-training",
            "`validation_split` of 1 keeps no data to train with",
            (split.value.span, "all of it"),
            help="give the share that is kept for validation: `validation_split: 0.1`",
        )
    validates = any(
        settings.get(key) or (key in inner.entries and key not in settings) or key in inner.misspelt.values()
        for key in _VALIDATES
    )
    if "reduce_lr" in inner.entries and isinstance(optimizer.argument("learning_rate"), KerasObject):
        diagnostics.report(
            "bad-training",
            "`reduce_lr` sets the learning rate, and that of the optimizer is a schedule, which cannot be set",
            (inner.entries["reduce_lr"].key.span, "has nothing to set"),
            help="keep one of them",
        )
    found = [
        _Callback(key, inner, measured, validates, diagnostics).decode() for key in inner.entries if key in CALLBACKS
    ]
    return settings, tuple(one for one in found if one is not None)


class _Callback:
    def __init__(
        self, key: str, inner: Fields, measured: Mapping[str, str] | None, validates: bool, diagnostics: Diagnostics
    ) -> None:
        self.key, self.kind, self.measured = key, CALLBACKS[key], measured
        self.validates, self.diagnostics = validates, diagnostics
        self.span = inner.entries[key].key.span
        help = f"write `{key}: {self.kind.example}`"
        self.fields = Fields(inner.entries[key].value, f"`{key}`", diagnostics, help)

    def decode(self) -> KerasObject | None:
        fields, arguments = self.fields, self.kind.arguments
        if not isinstance(fields.node, MappingNode):
            return None
        fields.only(arguments)
        for name, (_, default) in arguments.items():
            if default is ... and name not in fields.entries:
                fields.missing(name, self.span, f"write `{self.key}: {self.kind.example}`")
        decoded = {
            name: fields.get(name, kind, _WRONG) for name, (kind, _) in arguments.items() if name in fields.entries
        }
        given = {name: value for name, value in decoded.items() if value is not _WRONG}
        unsure = {*(decoded.keys() - given.keys()), *fields.misspelt.values()}
        self.check(given, unsure)
        if not {"monitor", "mode"} & unsure:
            self.resolve_mode(given)
        return KerasObject("callbacks", self.kind.name, tuple(given.items()))

    def check(self, given: Mapping[str, Any], unsure: Set[str]) -> None:
        """Reports what does not fit; nothing that depends on an argument whose own mistake has been reported."""
        monitor = given.get("monitor", self.kind.arguments["monitor"][1] if "monitor" in self.kind.arguments else None)
        is_watched = self.key != "checkpoint" or given.get("save_best_only")
        is_sure = "monitor" not in unsure and ("monitor" in given or "save_best_only" not in unsure)
        if monitor is not None and is_sure and (is_watched or "monitor" in given):
            self.check_measured(monitor, "monitor")
        if self.key == "checkpoint" and "filepath" in given:
            self.check_file(given, unsure)
        if self.key == "reduce_lr" and given.get("factor") == 1:
            self.bad("factor", "a `factor` of 1 leaves the learning rate as it is", "no change", "write `factor: 0.5`")
        if self.key == "csv_log" and len(given.get("separator", ",")) != 1:
            self.bad("separator", "a `separator` is one character", "not one", 'write `separator: ";"`')

    def resolve_mode(self, given: dict[str, Any]) -> None:
        """Keras finds out by itself which way a value gets better only for some, and of models with one output."""
        name = str(given.get("monitor", "")).removeprefix("val_")
        if given.get("mode", "auto") == "auto" and self.measured is not None and name in self.measured:
            given["mode"] = self.measured[name]

    def check_measured(self, name: str, argument: str) -> None:
        """Keras only warns about a value that is never measured, and the callback then never acts."""
        what = f"`{self.key}`"
        if name.startswith("val_") and not self.validates:
            self.bad(
                argument,
                f"{what} watches `{name}`, and `fit` keeps no data for validation",
                "never measured",
                "add `validation_split: 0.1` to `fit`, or watch `loss`; where the training script brings validation "
                "data, say so with `validation_batch_size`",
            )
        elif self.measured is not None and name.removeprefix("val_") not in (_LOSS, *self.measured):
            known = [_LOSS, *self.measured]
            close = did_you_mean(name.removeprefix("val_"), known)
            prefix = "val_" if name.startswith("val_") else ""
            listed = ", ".join(f"`{prefix}{one}`" for one in known)
            help = f"did you mean `{prefix}{close}`?" if close else f"measured are {listed}"
            self.bad(argument, f"{what} watches `{name}`, which is not measured", "never measured", help)

    def check_file(self, given: Mapping[str, Any], unsure: Set[str]) -> None:
        path: str = given["filepath"]
        ends = (".weights.h5",) if given.get("save_weights_only") else (".keras", ".h5")
        if not path.endswith(ends) and "save_weights_only" not in unsure:
            what = "the weights alone" if given.get("save_weights_only") else "a model"
            listed = f"`{ends[0]}`"
            self.bad(
                "filepath", f"a file of {what} ends in {listed}", "another ending", f"let the path end in {listed}"
            )
        for _, name, _, _ in Formatter().parse(path):
            if name == _BATCH and given.get("save_freq", _EPOCH) == _EPOCH and "save_freq" not in unsure:
                help = "write `{epoch}`, or set `save_freq` to a number of batches"
                self.bad("filepath", "`{batch}` is known only where `save_freq` counts batches", "not known", help)
            elif name is not None and name not in (_EPOCH, _BATCH):
                self.check_measured(name, "filepath")

    def bad(self, argument: str, message: str, label: str, help: str) -> None:
        entry = self.fields.entry(argument)
        span: Span = entry.value.span if entry else self.span
        self.diagnostics.report("bad-training", message, (span, label), help=help)
