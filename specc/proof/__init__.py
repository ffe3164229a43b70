"""A second implementation of the language, with which every build is compared.

It walks the YAML tree of a spec and calls Keras' layers. It shares no code with the compiler but the reading of YAML,
so that a mistake in one does not show in the other. It expects a spec that has passed `specc check`.
"""

from specc.proof.execution import OracleError
from specc.proof.live_weights import LiveWeights
from specc.proof.oracle import Kinds, Oracle, Run

__all__ = ["Kinds", "LiveWeights", "Oracle", "OracleError", "Run"]
