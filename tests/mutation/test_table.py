"""The faults that `python -m tests.mutation` plants: each can be planted, its spec is right, and a sample is caught."""

from __future__ import annotations

import pytest

from tests.checks import check_text
from tests.mutation.faults import Fault
from tests.mutation.report import FAMILIES
from tests.mutation.tree import is_planted_once
from tests.mutation.trial import Notice, try_out

FAULTS = [fault for faults in FAMILIES.values() for fault in faults]
SAMPLE = FAMILIES["lowering"][::12]


def _name(fault: Fault) -> str:
    return fault.name


def test_there_are_enough_faults_and_no_two_are_the_same() -> None:
    assert len({(fault.file, fault.old, fault.new, fault.spec) for fault in FAULTS}) == len(FAULTS) >= 120


@pytest.mark.parametrize("fault", FAULTS, ids=_name)
def test_the_text_of_a_fault_stands_once_in_its_file(fault: Fault) -> None:
    assert is_planted_once(fault)


@pytest.mark.parametrize("fault", FAULTS, ids=_name)
def test_the_spec_of_a_fault_is_right(fault: Fault) -> None:
    found = check_text(fault.spec, targets=fault.targets)
    assert found.ok, [one.message for one in found.diagnostics]


@pytest.mark.keras
@pytest.mark.parametrize("fault", SAMPLE, ids=_name)
def test_the_build_catches_a_sample(fault: Fault) -> None:
    notice, said = try_out(fault, with_tests=False)
    assert notice is Notice.BUILD, said
