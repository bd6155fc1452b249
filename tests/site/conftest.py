"""The built book behind an address, served once for each process of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from roadbook_site.serve import serving


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """The address of the landing page, with a slash at its end."""
    with serving(built) as found:
        yield found
