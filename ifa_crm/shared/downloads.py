"""Files that leave: always to keep, never drawn by the browser, never kept by a cache."""

from typing import IO

from django.http import FileResponse


def to_keep(
    file: IO[bytes], name: str, content_type: str = "application/octet-stream"
) -> FileResponse:
    """The answer that gives ``file`` under ``name``; who may have it was asked before."""
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
