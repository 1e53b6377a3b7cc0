"""A repository of ECR as a Prefect block."""

from __future__ import annotations

import base64

from pydantic import Field, SecretStr

from blocks.aws import AwsBlock, aws_errors
from blocks.image import distribution
from blocks.image.contract import BuiltImage, Login, LoginRefused, OnProgress, TagTaken, ignore


class Registry(AwsBlock):
    """A repository of ECR: which images it has, and pushing to it."""

    _block_type_name = "Image Registry"
    _block_type_slug = "image-registry"
    _description = "Pushes images to a repository of ECR, and tells which it has."
    _code_example = """```python
from blocks.registry import Registry

Registry.load("prod").digest_of("0f3c…")
```"""

    repository_url: str = Field(
        title="Repository",
        description="With the registry's host: 123456789012.dkr.ecr.us-east-2.amazonaws.com/name.",
    )

    def login(self) -> Login:
        """A login that lasts twelve hours: ask for it right before it is used."""
        with aws_errors("log in to the registry"):
            found = self.client("ecr").get_authorization_token()["authorizationData"][0]
        user, _, password = base64.b64decode(found["authorizationToken"]).decode().partition(":")
        return Login(url=found["proxyEndpoint"], user=user, password=SecretStr(password))

    def digest_of(self, reference: str) -> str | None:
        """The digest under a tag, or the digest itself when it is there; None when it is not.

        Raises:
            PushBrokenOff, LoginRefused, PushFailed, AwsError: the registry can't be asked.
        """
        return distribution.digest_of(self.login(), self.repository_url, reference)

    def push(self, image: BuiltImage, tag: str, on_progress: OnProgress = ignore) -> str:
        """Pushes an image under a tag and returns its digest. A tag that is there already is kept.

        Raises:
            PushBrokenOff, LoginRefused, PushFailed, AwsError: it is not there.
        """
        try:
            try:
                return image.push(self.login(), self.repository_url, tag, on_progress)
            except LoginRefused:
                # The login may have ended meanwhile; what was sent before is not sent again.
                return image.push(self.login(), self.repository_url, tag, on_progress)
        except TagTaken:
            if digest := self.digest_of(tag):
                return digest
            raise

    def reference(self, digest: str) -> str:
        """How a task definition names an image: by its digest, since a tag is but looked up once."""
        return f"{self.repository_url}@{digest}"
