"""Measures and prints the table: `python -m tests.benchmarks [cold] [scale] [models]`; exits 1 over a limit."""

from __future__ import annotations

import argparse
import importlib
import sys

from tests.benchmarks.measure import Row, table

_ROUNDS = {"cold": 15, "scale": 5, "models": 41}  # cold first: a process that holds TensorFlow starts others slowly


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(_ROUNDS)}; all if none is named")
    parser.add_argument("--rounds", type=int, help="how often each run is repeated")
    arguments = parser.parse_args()
    rows: list[Row] = []
    for group, rounds in _ROUNDS.items():
        if not arguments.groups or group in arguments.groups:
            rows += importlib.import_module(f"tests.benchmarks.{group}").rows(arguments.rounds or rounds)
    print(table(rows))
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
