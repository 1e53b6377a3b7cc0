"""Small documents in S3 that several processes may write: nobody overwrites what he has not read."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from blocks.media_store.contract import validate_key
from blocks.media_store.errors import ObjectMissing, StoreError
from blocks.media_store.s3 import S3MediaStore
from blocks.media_store.s3_errors import error_code, s3_errors

if TYPE_CHECKING:
    from blocks.environment import Environment

_CONFLICTS = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}


class RecordConflict(StoreError):
    """Somebody else has written the record since it was read."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was read.

    Attributes:
        version: an opaque word for exactly this content; what `write` has to name.
        age_s: seconds since it was written, by the store's own clock.
    """

    content: bytes
    version: str
    age_s: float


class RecordStore(S3MediaStore):
    """Keeps records in an S3 bucket, written by compare-and-swap.

    Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    """

    _block_type_name = "Record Store"
    _block_type_slug = "record-store"
    _description = "Keeps release records and locks in an S3 bucket."
    _code_example = """```python
from blocks.record_store import RecordStore

records = RecordStore.load("records")
version = records.write("locks/dev.json", b"{}", replaces=None)
```"""

    def read(self, key: str) -> Record | None:
        """The record; None when there is none.

        Raises:
            StoreUnavailable, AccessDenied, StoreMissing, StoreError: as of `MediaStore`.
        """
        try:
            with s3_errors(f"read {key!r}", key):
                answer = self._client().get_object(Bucket=self.bucket, Key=self._full(validate_key(key)))
                content = answer["Body"].read()
        except ObjectMissing:
            return None
        # Both by the server's clock: ours, or that of whoever wrote it, may be wrong.
        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        age_s = max(0.0, (now - answer["LastModified"]).total_seconds())
        return Record(content, answer["ETag"], age_s)

    def write(self, key: str, content: bytes, *, replaces: str | None) -> str:
        """Writes a record in the place of the version that was read.

        Args:
            replaces: the version that must be there now; None when there must be none.

        Returns:
            The version that is there now.

        Raises:
            RecordConflict: another version is there; nothing was written.
            StoreUnavailable, AccessDenied, StoreMissing, StoreFull, StoreError: as of `MediaStore`. After
                StoreUnavailable it may have been written all the same.
        """
        condition = {"IfNoneMatch": "*"} if replaces is None else {"IfMatch": replaces}
        try:
            with s3_errors(f"write {key!r}", key):
                answer = self._client().put_object(
                    Bucket=self.bucket,
                    Key=self._full(validate_key(key)),
                    Body=content,
                    ContentType="application/json",
                    **condition,
                )
        except StoreError as error:
            if isinstance(error.__cause__, ClientError) and error_code(error.__cause__) in _CONFLICTS:
                raise _conflict(key) from error
            # What it should replace is gone.
            if isinstance(error, ObjectMissing):
                raise _conflict(key) from error
            raise
        return answer["ETag"]


def records_of(environment: Environment) -> RecordStore:
    """An environment's records, beside Terraform's state: they are there before all else."""
    return RecordStore(
        bucket=environment.state_bucket, region=environment.region, credentials=environment.credentials
    )


def _conflict(key: str) -> RecordConflict:
    return RecordConflict(
        f"{key!r} was not written", "somebody else has written it since it was read", "Read it again"
    )
