"""What Keras raises while a built model is proven: a fault of the build, laid to the node at which it shows."""

from __future__ import annotations

import linecache
import re
import traceback
from collections.abc import Generator
from contextlib import contextmanager

from specc.diagnostics import Diagnostics
from specc.emit._modules import modules
from specc.emit.naming import layer_name
from specc.ir import Graph, Node
from specc.proof import OracleError
from specc.source import Span

_LINE = re.compile(r"# line (\d+)")
_LAYER = re.compile(r'name="(\w+)"')
_RESULT = re.compile(r"\s*(\w+)(?:, [\w, \[\]]+)? = ")
_RESOURCES = ("MemoryError", "ResourceExhaustedError", "OutOfMemoryError")


class ModelError(Exception):
    """A model that cannot be built or run. `op` is that of the node, where it is known."""

    def __init__(self, message: str, node: str | None, span: Span | None, op: str = "") -> None:
        super().__init__(message)
        self.message, self.node, self.span, self.op = message, node, span, op


@contextmanager
def locating(graph: Graph) -> Generator[None]:
    """Turns what the models of a graph raise into a `ModelError`, unless the machine is too small."""
    try:
        yield
    except OracleError as error:
        found = graph.by_name.get(error.node)
        raise ModelError(error.message, error.node, error.span, found.op if found else "") from error
    except Exception as error:
        if type(error).__name__ in _RESOURCES or isinstance(error, (AssertionError, NameError, AttributeError)):
            raise
        node = _node(error, graph)
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        message = f"{type(error).__name__}: {lines[0] if lines else 'no reason given'}"
        raise ModelError(
            message, node.name if node else None, node.origin.span if node else None, node.op if node else ""
        ) from error


def _node(error: Exception, graph: Graph) -> Node | None:
    """The node whose line of an emitted module raised an error, as far as the line tells."""
    lines = {node.origin.span.line: node for node in reversed(graph.nodes) if node.origin.span}
    names = {layer_name(node.name): node for node in graph.nodes}
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not (frame.filename.startswith("<") and frame.lineno):
            continue
        text = linecache.getline(frame.filename, frame.lineno)
        line, layer, result = _LINE.search(text), _LAYER.search(text), _RESULT.match(text)
        named = names.get(layer[1]) if layer else names.get(result[1].rstrip("_")) if result else None
        found = named or (lines.get(int(line[1])) if line else None)
        if found is not None:
            return found
    return None


def report_model_error(error: ModelError, diagnostics: Diagnostics) -> None:
    """A bug of specc, or of the package whose layer it is."""
    where = f"`{error.node}`: " if error.node else ""
    if error.op and modules([error.op]):
        diagnostics.report(
            "build-failed",
            f"{where}{error.message}",
            (error.span, "this node"),
            notes=["no artifact was replaced"],
            help=f"the op `{error.op}` is a package's: please report it there",
        )
        return
    diagnostics.report(
        "internal-error",
        f"the model that was built cannot be run: {where}{error.message}",
        (error.span, "at this node"),
        notes=["no artifact was replaced"],
        help="this is a bug in specc or in what it builds on: please report the spec",
    )
