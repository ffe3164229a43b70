"""A lowered graph into the text of a Python module, and, with TensorFlow, into model files that are proven equal.

`module_text` never imports TensorFlow; everything that does is behind `runtime`.
"""

from specc.emit.module import module_text

__all__ = ["module_text"]
