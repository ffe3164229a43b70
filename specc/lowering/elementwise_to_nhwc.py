"""Ops that treat every element alike, or look along the last axis only, work on the layout as they are."""

from __future__ import annotations

from specc.lowering._lowered import Value
from specc.lowering._pattern import Lowering, Site

_IDENTITIES = ("ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "Identity")
_ALIKE = ("Activation", "LeakyReLU", "ReLU", "Rescaling", *_IDENTITIES)
_ALONG_LAST = ("softmax", "log_softmax", "sparsemax")


def matches(site: Site) -> bool:
    if site.op not in _ALIKE or not site.is_logical or site.result.rank > 3:
        return False
    return getattr(site.attributes, "noise_shape", None) is None


def rewrite(site: Site) -> Value:
    value = site.operand
    if getattr(site.attributes, "activation", "") in _ALONG_LAST:
        value = site.canonical(value)
    return site.add(site.op, site.attributes, value, logical=site.result)


LOWERING = Lowering(f"{', '.join(f'`{op}`' for op in _ALIKE)} on the layout.", matches, rewrite)
