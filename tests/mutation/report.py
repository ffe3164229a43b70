"""The faults of each family, tried out side by side, and the table of what notices them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.mutation import emission, frontend, lowering, ops, passes, training
from tests.mutation.faults import Fault
from tests.mutation.trial import Notice, try_out

FAMILIES: dict[str, tuple[Fault, ...]] = {
    "lowering": lowering.FAULTS,
    "emission": emission.FAULTS,
    "ops": ops.FAULTS,
    "front end": frontend.FAULTS,
    "passes": passes.FAULTS,
    "training": training.FAULTS,
}


def main(arguments: Sequence[str]) -> int:
    """Tries the faults of the families named, or of all; `--builds-only` leaves the tests out."""
    with_tests = "--builds-only" not in arguments
    wanted = [one for one in arguments if not one.startswith("-")] or list(FAMILIES)
    table: dict[str, Counter[Notice]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        for family in wanted:
            faults = FAMILIES[family]
            table[family] = Counter()
            found = workers.map(try_out, faults, [with_tests] * len(faults))
            for fault, (notice, said) in zip(faults, found, strict=True):
                table[family][notice] += 1
                print(f"{notice.value}: {fault.name}\n    {said}", flush=True)
    print()
    print("family".ljust(12), *(notice.value for notice in Notice), sep="  ")
    for family, counted in table.items():
        print(family.ljust(12), *(str(counted[notice]).rjust(len(notice.value)) for notice in Notice), sep="  ")
    total = sum(table.values(), Counter[Notice]())
    print("all".ljust(12), *(str(total[notice]).rjust(len(notice.value)) for notice in Notice), sep="  ")
    return 0
