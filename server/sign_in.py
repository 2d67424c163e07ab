"""The page for a browser that has no token: says so, and takes one. It and its styles come unasked."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

STYLE_PATH = "/sign-in.css"
"""Of its styles: those of the dashboard are behind the token, and the policy allows none within the page."""

_PAGE = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Upright: sign in</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="{STYLE_PATH}"></head>
<body>
<main>
<h1>Upright needs a token</h1>
%s<p>Scan the code that the server shows, or type the token that it printed. A browser that is signed in for
administering has both under Settings, Access.</p>
<form method="get" action="/">
<label for="token">Token</label>
<input id="token" name="token" required autocomplete="off" autocapitalize="none" spellcheck="false">
<button>Sign in</button>
</form>
</main>
</body>
</html>
"""
_TRIED = "<p><strong>That token is not one of this server's</strong>: mistyped, or renewed since.</p>\n"
_STYLE = """:root { color-scheme: light dark; font: 18px/1.5 system-ui, sans-serif; }
body { margin: 0; background: light-dark(#f5f5f2, #0d0f12); color: light-dark(#14171b, #f1f3f5); }
main { max-width: 30rem; margin: 8vh auto; padding: 0 1rem; }
h1 { font-size: 1.75rem; line-height: 1.2; }
strong { color: light-dark(#b0241a, #ff9188); }
label { display: block; margin: 2rem 0 0.25rem; }
input, button { font: inherit; min-height: 56px; border-radius: 12px; box-sizing: border-box; }
input { width: 100%; padding: 0 1rem; font-family: ui-monospace, monospace;
  border: 1px solid light-dark(#767b82, #8f98a2); background: light-dark(#fff, #15181c); color: inherit; }
button { margin-top: 1rem; padding: 0 2rem; border: 1px solid transparent; font-weight: 600;
  background: light-dark(#2446c8, #8fa6ff); color: light-dark(#fff, #0d1330); }
:focus-visible { outline: 3px solid light-dark(#2446c8, #8fa6ff); outline-offset: 2px; }
"""


def sign_in_page(status: int, *, was_tried: bool) -> HTMLResponse:
    """Make the page.

    Parameters
    ----------
    status : int
        Of the answer.
    was_tried : bool
        Whether a token was given that is none of ours.
    """
    return HTMLResponse(_PAGE % (_TRIED if was_tried else ""), status)


def sign_in_style() -> Response:
    """Make its styles."""
    return Response(_STYLE, media_type="text/css")
