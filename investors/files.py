"""Files that people attach: which are taken, and how they are stored."""

import zipfile
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from ifa_crm.staff.models import User
from investors.models import Attachment

_ZIP = b"PK\x03\x04"
_OFFICE = "application/vnd.openxmlformats-officedocument"
_FOLDER: Final = {"docx": "word/", "xlsx": "xl/"}
# Extension → (what the file begins with, the type it is served as). The type that the browser
# claims is never trusted. An Office file is a ZIP archive with a folder of its own kind.
TAKEN: Final[dict[str, tuple[bytes, str]]] = {
    "pdf": (b"%PDF-", "application/pdf"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "docx": (_ZIP, f"{_OFFICE}.wordprocessingml.document"),
    "xlsx": (_ZIP, f"{_OFFICE}.spreadsheetml.sheet"),
}


def content_type_of(file: "UploadedFile[bytes]") -> str:
    """The type of a file by its name and its first bytes; ``ValidationError`` if not taken."""
    stem, _dot, extension = (file.name or "").lower().rpartition(".")
    if not stem or extension not in TAKEN:
        raise ValidationError(
            _("“%(name)s” is not taken: attach PDF, PNG, JPEG, DOCX or XLSX."),
            "file_type",
            {"name": file.name},
        )
    start, content_type = TAKEN[extension]
    file.seek(0)
    if file.read(len(start)) != start or not _has_office_part(file, extension):
        raise ValidationError(
            _("“%(name)s” is not what its name says."), "file_content", {"name": file.name}
        )
    file.seek(0)
    return content_type


def _has_office_part(file: "UploadedFile[bytes]", extension: str) -> bool:
    """Whether an Office file has the folder of its kind inside; true for every other file."""
    if extension not in _FOLDER:
        return True
    try:
        with zipfile.ZipFile(file) as archive:
            return any(name.startswith(_FOLDER[extension]) for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def check_file(file: "UploadedFile[bytes]") -> str:
    """Check size and type; return the type."""
    if (file.size or 0) > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError(
            _("“%(name)s” is larger than 20 MB."), "file_size", {"name": file.name}
        )
    if not file.size:
        raise ValidationError(_("“%(name)s” is empty."), "file_empty", {"name": file.name})
    return content_type_of(file)


def attach(file: "UploadedFile[bytes]", *, uploaded_by: User, **holder: Any) -> Attachment:
    """Store ``file`` on its one holder (``lead``, ``interaction`` or ``engagement``)."""
    attachment = Attachment(
        name=get_valid_filename(file.name or "file")[-150:],
        content_type=check_file(file),
        size=file.size or 0,
        uploaded_by=uploaded_by,
        **holder,
    )
    attachment.file.save(attachment.ref, file, save=False)
    attachment.full_clean()
    attachment.save()
    return attachment
