"""The one place that holds specc's version."""

__version__ = "0.1.0"
