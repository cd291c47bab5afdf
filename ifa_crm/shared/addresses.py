"""The address of a record by its reference, at the price of joining three texts.

Django's ``reverse`` matches its argument against the pattern each time; a page has hundreds of
addresses that differ in nothing but the reference.
"""

from functools import lru_cache

from django.urls import get_script_prefix, get_urlconf, reverse


def record_address(url_name: str, ref: str) -> str:
    """``reverse(url_name, args=[ref])`` for a reference of letters, digits, - and _."""
    before, after = _around(url_name, get_urlconf(), get_script_prefix())
    return f"{before}{ref}{after}"


@lru_cache(maxsize=512)
def _around(url_name: str, urlconf: str | None, prefix: str) -> tuple[str, str]:
    """What stands before and after the reference."""
    probe = "0-ref-0"
    before, _probe, after = reverse(url_name, args=[probe]).partition(probe)
    return before, after
