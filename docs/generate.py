"""Rewrites the reference pages and every shown output: `python docs/generate.py [--quick] [page …]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.docs.generate import main

sys.exit(main(sys.argv[1:]))
