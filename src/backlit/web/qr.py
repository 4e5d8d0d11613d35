"""An address as a QR code: an SVG that a page shows as an image."""

from __future__ import annotations

import io

import segno

from backlit.errors import BacklitError
from backlit.web.refusal import RefusalError

MOST_CHARACTERS = 2_000
"""Of an address; a code of more is too fine for a phone to read from a projector."""

PIXELS, QUIET_MODULES = 4, 4
"""Of a module of the code, and the width of the margin, which ISO/IEC 18004 asks for."""


def qr_code(text: object) -> str:
    """A text as a QR code, black on white, with its margin.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        An ``<svg>`` element, a file of its own.

    Raises
    ------
    BacklitError
        If it is no text, is empty, or is too long.

    Examples
    --------
    >>> qr_code("https://example.org/sigmoid.html#step=5").startswith("<?xml")
    True
    """
    if not isinstance(text, str) or not text:
        raise BacklitError("the request has no text for a QR code")
    if len(text) > MOST_CHARACTERS:
        raise RefusalError("qr_long")
    drawn = io.BytesIO()
    try:
        code = segno.make_qr(text, error="m", boost_error=False)
    except segno.DataOverflowError:
        raise RefusalError("qr_long") from None
    code.save(drawn, kind="svg", scale=PIXELS, border=QUIET_MODULES, light="white", omitsize=True)
    return drawn.getvalue().decode()
