"""A diagnostic's sentences as one text, for formats that have a single field for them."""

from __future__ import annotations

from specc.diagnostics.model import Diagnostic


def prose(diagnostic: Diagnostic) -> str:
    """Message, notes and help, one a line."""
    notes = [f"note: {note}" for note in diagnostic.notes]
    help = [f"help: {diagnostic.help}"] if diagnostic.help else []
    return "\n".join((diagnostic.message, *notes, *help))
