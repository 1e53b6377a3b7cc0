"""What every schema shares: frozen models, and pages of a list."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")

MOST_PER_PAGE = 100
DEFAULT_PER_PAGE = 20


class Schema(BaseModel):
    """Base of what the API gives."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


class Request(Schema):
    """Base of what the API takes: a field that is not known is refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")


class Page(Schema, Generic[T]):
    """A page of a list, newest first."""

    items: list[T]

    next_cursor: str | None = Field(default=None, examples=["MjAyNi0xMS0yNFQxMDowMDowMFovM2Y2"])
    """Give it as `cursor` to get the next page; null on the last one."""
