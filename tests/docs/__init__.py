"""The documentation, held against what it documents; and the tool that writes its outputs and reference pages."""
