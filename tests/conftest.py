"""Settings that all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Generated tests are not judged by the clock: they share the machine with others. CI draws the same examples each time.
settings.register_profile("specc", deadline=None, derandomize=bool(os.environ.get("CI")), print_blob=True)
settings.load_profile("specc")
