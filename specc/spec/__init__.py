"""The document: syntax nodes decoded into typed data, parameters substituted, references resolved into a Graph."""

from specc.spec.build import Built, build_graph
from specc.spec.decode import decode
from specc.spec.document import Spec

__all__ = ["Built", "Spec", "build_graph", "decode"]
