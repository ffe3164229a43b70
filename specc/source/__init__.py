"""Text with positions: YAML composed into nodes that remember where they stand.

Nothing here knows what a spec means; a problem found here is a plain `Problem`, because diagnostics
are a layer above.
"""

from specc.source.compose import compose
from specc.source.files import read_bytes, read_stdin
from specc.source.foreign import Foreign, foreign, foreign_folder
from specc.source.nodes import Entry, Mapping, Node, Problem, Scalar, Sequence
from specc.source.text import Source, Span, decode

__all__ = [
    "Entry",
    "Foreign",
    "Mapping",
    "Node",
    "Problem",
    "Scalar",
    "Sequence",
    "Source",
    "Span",
    "compose",
    "decode",
    "foreign",
    "foreign_folder",
    "read_bytes",
    "read_stdin",
]
