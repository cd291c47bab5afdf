"""A page as PDF, laid out by WeasyPrint where the system has what that needs.

The package comes with the program; Pango, which it draws text with, comes from the system
(docs/deployment.md). Without it pages say that there is no PDF here, and why.
"""

from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.utils.translation import gettext as _


class PdfUnavailableError(Exception):
    """There is no PDF on this machine; the text says why."""


@cache
def _weasyprint() -> Any:
    """The package, or what kept it from being loaded."""
    try:
        import weasyprint
    except (ImportError, OSError) as reason:  # cffi raises OSError for a library that is missing
        return str(reason).strip().splitlines()[0]
    return weasyprint


def why_no_pdf() -> str:
    """Why there is no PDF on this machine; empty where there is."""
    found = _weasyprint()
    if not isinstance(found, str):
        return ""
    return _("A library of the system is missing (%(reason)s).") % {"reason": found}


def to_pdf(html: str, *, stylesheet: str) -> bytes:
    """``html`` laid out with the program's own ``stylesheet`` (a name below ``static/``).

    Nothing is fetched: whatever the page refers to is refused. The PDF is tagged (PDF/UA-1), so
    that a screen reader reads it in order.
    """
    engine = _weasyprint()
    if isinstance(engine, str):
        raise PdfUnavailableError(why_no_pdf())
    path = finders.find(stylesheet)
    if path is None:
        raise FileNotFoundError(stylesheet)
    fetcher = _refusing()
    style = engine.CSS(filename=path, url_fetcher=fetcher)
    page = engine.HTML(string=html, url_fetcher=fetcher)
    written: bytes = page.write_pdf(stylesheets=[style], pdf_variant="pdf/ua-1")
    return written


def _refusing() -> Any:
    from weasyprint.urls import URLFetcher

    class Refusing(URLFetcher):
        """Fetches nothing, from wherever: WeasyPrint goes on without what it was refused."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError(f"A page that becomes a PDF may fetch nothing: {url}")

    return Refusing()
