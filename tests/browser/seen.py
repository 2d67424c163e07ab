"""What a page shows, read in one step: an element drawn anew between two steps is gone in the second."""


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
    """Where the elements that fit are within the window, CSS px, in the order of the document."""
    return page.evaluate(
        """selector => [...document.querySelectorAll(selector)].map(found => {
            const { x, y, width, height } = found.getBoundingClientRect();
            return { x, y, width, height };
        })""",
        selector,
    )
