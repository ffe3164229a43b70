"""`python -m tests.mutation [FAMILY …]` plants every fault and prints what notices it."""

from __future__ import annotations

import sys

from tests.mutation.report import main

sys.exit(main(sys.argv[1:]))
