"""A text into the keys of its outermost mapping, without composing the rest: enough to tell what a file is about."""

from __future__ import annotations

import re
from itertools import islice

import yaml

from specc.source.compose import LOADER, MAX_NODES

_LINE = re.compile(r"""^(?:\{[ \t]*)?["']?(\w+)["']?[ \t]*[:= \t][ \t]*(.*?)[ \t,}]*$""", re.MULTILINE)


def root_keys(text: str) -> dict[str, str]:
    """The keys and their scalars; a collection counts as an empty one.

    Where the text is not YAML or longer than a spec may be, lines that look like an entry count.
    """
    found: dict[str, str] = {}
    key: str | None = None
    depth = 0
    try:
        for event in islice(yaml.parse(text, Loader=LOADER), MAX_NODES):
            if isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth == 1 and isinstance(event, yaml.NodeEvent):
                scalar = event.value if isinstance(event, yaml.ScalarEvent) else ""
                if key is None:
                    key = scalar
                else:
                    found.setdefault(key, scalar)
                    key = None
            if isinstance(event, yaml.CollectionStartEvent):
                if depth == 0 and not isinstance(event, yaml.MappingStartEvent):
                    return found
                depth += 1
            if isinstance(event, yaml.DocumentEndEvent):
                return found
    except (yaml.YAMLError, ValueError, OverflowError):
        pass
    return {**dict(_LINE.findall(text)), **found}
