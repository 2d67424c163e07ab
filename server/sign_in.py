"""The page for a browser that has no token: says so, and takes one. No script, no style of its own."""

from __future__ import annotations

from starlette.responses import HTMLResponse

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Upright: sign in</title></head>
<body>
<h1>Upright needs a token</h1>
{tried}<p>Scan the code that the server shows, or type the token that it printed. With the page open on the
server's computer, both are under Settings, Access.</p>
<form method="get" action="/">
<p><label for="token">Token</label></p>
<p><input id="token" name="token" required size="28"
autocomplete="off" autocapitalize="none" spellcheck="false"></p>
<p><button>Sign in</button></p>
</form>
</body>
</html>
"""
_TRIED = "<p><strong>That token is not one of this server's</strong>: mistyped, or renewed since.</p>\n"


def sign_in_page(status: int, *, was_tried: bool) -> HTMLResponse:
    """Make the page.

    Parameters
    ----------
    status : int
        Of the answer.
    was_tried : bool
        Whether a token was given that is none of ours.
    """
    return HTMLResponse(_PAGE.format(tried=_TRIED if was_tried else ""), status)
