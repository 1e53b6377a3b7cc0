"""What Terraform has told is found in a fault and in what led to it."""

from __future__ import annotations

import itertools

from blocks.terraform.errors import TerraformFailed
from blocks.terraform.events import Diagnostic
from flows.explaining.enrich import diagnostics

SAID = Diagnostic("error", "it is there already")


def _chained(*faults: BaseException) -> BaseException:
    for fault, cause in itertools.pairwise(faults):
        fault.__cause__ = cause
    return faults[0]


def test_it_is_found_behind_other_faults() -> None:
    failed = TerraformFailed("Can't apply", "it is there", "Import it", (SAID,))
    assert list(diagnostics(_chained(RuntimeError(), failed))) == [SAID]
    assert list(diagnostics(None)) == []


def test_a_ring_of_causes_has_an_end() -> None:
    one, other = RuntimeError("one"), TerraformFailed("Can't apply", "it is there", "Import it", (SAID,))
    assert list(diagnostics(_chained(one, other, one))) == [SAID]
