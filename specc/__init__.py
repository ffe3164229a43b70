"""specc compiles neural networks written as YAML into Keras modules, Dense-based or conv-only, proven equal."""

from __future__ import annotations

__all__ = [
    "BuildResult",
    "Checked",
    "Diagnostic",
    "SpeccError",
    "__version__",
    "build",
    "check",
    "load_model",
]

from specc._version import __version__

TYPE_CHECKING = False  # not from `typing`, which takes a while to import
if TYPE_CHECKING:
    from typing import Any

    from specc.diagnostics import Diagnostic, SpeccError
    from specc.driver import BuildResult, Checked, build, check, load_model

_HOMES = {"Diagnostic": "specc.diagnostics", "SpeccError": "specc.diagnostics"}


def __getattr__(name: str) -> Any:
    """The public names, imported when first used: `import specc` alone costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'specc' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES.get(name, "specc.driver")), name)
