"""Views of a graph for people: a table, and pictures of the folded and of the unrolled graph."""

from specc.analysis.views.picture import Picture, folded, unrolled
from specc.analysis.views.summary import Row, summary_rows

__all__ = ["Picture", "Row", "folded", "summary_rows", "unrolled"]
