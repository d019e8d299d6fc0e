"""The reference pages are what the code says today."""

from __future__ import annotations

import pytest

from tests.repository.reference import DOCS, PAGES


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_current(page: str) -> None:
    """A changed setting or option fails here until `make docs` has written the page again."""
    assert (DOCS / page).read_text() == PAGES[page]()
