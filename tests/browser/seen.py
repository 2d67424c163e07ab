"""What a page shows, read in one step: an element drawn anew between two steps is gone in the second."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

CHECKS = Path(__file__).with_name("checks.js").read_text(encoding="utf-8")


def text(page, selector):
    return page.locator(selector).first.inner_text()


def expect_text(page, selector, wanted, timeout=None):
    """Wait until the first element that fits holds ``wanted``; ``timeout`` in ms, None: the page's own."""
    page.wait_for_function(
        "([selector, wanted]) => document.querySelector(selector)?.textContent.includes(wanted)",
        arg=[selector, wanted],
        timeout=timeout,
    )


def boxes(page, selector):
    """Wait until elements that fit have a size; give their places in the window, CSS px, in document order.

    Those without a size are left out: zeros would be within every bound.
    """
    return page.wait_for_function(
        """selector => {
            const found = [...document.querySelectorAll(selector)].map(one => {
                const { x, y, width, height } = one.getBoundingClientRect();
                return { x, y, width, height };
            }).filter(({ width, height }) => width > 0 && height > 0);
            return found.length > 0 && found;
        }""",
        arg=selector,
    ).json_value()


def settle(page):
    """Wait until everything has its size, a frame after its place is known, and what moves has arrived."""
    page.evaluate("""async () => {
        for (let i = 0; i < 2; i += 1) await new Promise(done => requestAnimationFrame(done));
        const ends = ({ effect }) => effect.getComputedTiming().endTime < Infinity;
        await Promise.allSettled(document.getAnimations().filter(ends).map(one => one.finished));
    }""")


@contextmanager
def next_screen(page):
    """Do what leads to another screen, then wait until it is there: until then the one before stays."""
    page.wait_for_selector("#screen h1", state="attached")
    page.evaluate(CHECKS)
    page.evaluate("checks.leave()")
    yield
    assert page.evaluate("checks.settled(150, 20000)"), f"{page.url} is not there"


def go(page, hash_):
    """Show the screen of another address."""
    with next_screen(page):
        page.evaluate("hash => { location.hash = hash; }", hash_)


def unfold(page):
    """Open all that is folded; what is drawn only then is there afterwards."""
    page.evaluate("() => document.querySelectorAll('details').forEach(one => { one.open = true; })")
    settle(page)
