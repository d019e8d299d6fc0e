"""What the compiler watches is answered, and a case that is not stops the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds_service.golden_cases import case_folders
from cds_service.rehearsal import rehearse


def test_every_golden_case_is_answered() -> None:
    """Each case is posted to the service of its hook as often as asked, and answered."""
    cases = case_folders()
    assert rehearse(cases, 2) == 2 * len(cases) > 40


def test_a_case_that_is_refused_stops_the_build(tmp_path: Path) -> None:
    """A build that watches refusals would lay the code out for them: it says so instead."""
    (tmp_path / "request.json").write_text('{"hook": "patient-view"}')
    with pytest.raises(RuntimeError, match="status 400"):
        rehearse([tmp_path], 1)
