"""Tests of `specc.diagnostics`: collecting, suggesting, rendering."""
