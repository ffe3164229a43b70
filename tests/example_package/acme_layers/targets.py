"""Where the target files are."""

from __future__ import annotations

from pathlib import Path


def pico() -> Path:
    return Path(__file__).with_name("pico.yaml")
