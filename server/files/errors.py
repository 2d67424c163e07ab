"""What can go wrong with the imports and exports of the page."""

from __future__ import annotations

from server.errors import ServerError


class FileJobError(ServerError):
    """An import or export of the page cannot go on.

    Attributes
    ----------
    code : str
        Of the error behind it, where one of ours is.
    status : int
        Likewise.
    """

    code = "job_failed"

    def __init__(
        self, message: str, hint: str = "", *, code: str | None = None, status: int | None = None
    ) -> None:
        super().__init__(message, hint)
        self.code = code or self.code
        self.status = status or self.status


class UploadRefusedError(FileJobError):
    """What is uploaded cannot be taken: its name, its size, or its job is over."""

    code = "upload_refused"
    status = 422


class DiskFullError(FileJobError):
    """There is no room for it."""

    code = "disk_full"
    status = 507
