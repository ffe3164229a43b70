"""A spec's `targets:` section decoded: the options of a target, chosen."""

from __future__ import annotations

from dataclasses import replace

from specc.diagnostics import Diagnostics
from specc.ops._attributes import Enum
from specc.source import Mapping
from specc.spec.fields import Fields
from specc.targets._model import Target


def with_options(target: Target, node: Mapping, diagnostics: Diagnostics) -> Target:
    """The target with the options a spec gives; a wrong one is reported and the default stays."""
    fields = Fields(node, f"the options of target `{target.name}`", diagnostics)
    fields.only([option.name for option in target.options])
    chosen = {
        option.name: fields.get(option.name, Enum(*option.values, refused=option.refused), option.default)
        for option in target.options
    }
    return replace(target, chosen=chosen)
