"""The base of every error that the application raises on purpose."""


class AppError(Exception):
    """Something went wrong that a person can do something about.

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
        return f"{self.what}: {self.cause}. {self.remedy}."
