"""What can go wrong in the media engine, each with its cause and what to do next."""


class MediaError(Exception):
    """Base of the engine's errors.

    Attributes:
        what: what happened.
        cause: why it happened.
        remedy: what to do next.
    """

    def __init__(self, what: str, cause: str, remedy: str) -> None:
        # Positional arguments keep the exception picklable across processes.
        super().__init__(what, cause, remedy)
        self.what = what
        self.cause = cause
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}: {self.cause}. {self.remedy}"


class EncodingFailed(MediaError):
    """ffmpeg or a muxer ended with an error."""


class DeadlineExceeded(MediaError):
    """The work took longer than it was allowed to; its processes were killed."""


class Cancelled(MediaError):
    """The caller cancelled; the processes were killed and nothing was kept."""


class DiskFull(MediaError):
    """The file system or a file size limit refused more bytes."""


class SourceRejected(MediaError):
    """An arriving file is not what the engine can use: unreadable, or too short."""


class ProbeFailed(MediaError):
    """A finished file differs from what was asked for; every difference is named."""


class TimelineInvalid(MediaError):
    """The timeline asks for something its clips or assets cannot give."""
