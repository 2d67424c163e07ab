"""Every screen that the page knows, at three sizes and in two themes: nothing complains, nothing is cut off,
everything can be reached, hit and read. `matrix.py` and `checks.js` say how it is looked at.
"""

from __future__ import annotations

import pytest

from tests.browser.matrix import SIZES, TABLET, THEMES, Gym, Walk, furnish

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def gym(tmp_path_factory):
    """One server for all: nobody changes anything."""
    running = Gym(tmp_path_factory.mktemp("gym"))
    furnish(running)
    yield running
    running.stop()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_every_screen(size, theme, gym, browser):
    with Walk(browser, gym, size, theme) as walk:
        addresses = walk.addresses()
        assert addresses[0] == "live"
        for address in addresses:
            walk.go(address)
            walk.layout()
            walk.axe()
            if theme == "light":  # what follows does not depend on the colours
                walk.magnified()
            if (size, theme) == (TABLET, "light"):
                walk.keyboard()
            if (size, theme) == (TABLET, "dark"):
                walk.adapted()
    complaints = [f"{address}: {one}" for address, all_ in walk.found.items() for one in all_]
    assert complaints == [], "\n" + "\n".join(complaints)
