"""What specc has to say about a spec, where, and what to do: one type, collected, then rendered.

A user's mistake is data here and never an exception; `SpeccError` only carries finished diagnostics
out of the Python API.
"""

from specc.diagnostics.codes import CODES, Severity
from specc.diagnostics.collector import Diagnostics
from specc.diagnostics.model import Diagnostic, Fix, Label, SpeccError, Use
from specc.diagnostics.suggest import closest, did_you_mean, resemblance, short

__all__ = [
    "CODES",
    "Diagnostic",
    "Diagnostics",
    "Fix",
    "Label",
    "Severity",
    "SpeccError",
    "Use",
    "closest",
    "did_you_mean",
    "resemblance",
    "short",
]
