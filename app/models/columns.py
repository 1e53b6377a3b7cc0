"""The columns and constraints that several tables share."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Enum,
    FetchedValue,
    Float,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

# Fixed names, so that a migration can name what it changes.
SQLModel.metadata.naming_convention = {
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
}
METADATA: MetaData = SQLModel.metadata


class Table(SQLModel):
    """Base of every table. What the database fills in is read back with the row that was written."""

    if TYPE_CHECKING:
        # SQLModel types it as a method, for tables that compute their name.
        __tablename__: ClassVar[str]  # pyright: ignore[reportIncompatibleVariableOverride]

    __mapper_args__ = {"eager_defaults": True}


def uuid_key() -> Any:
    """A primary key drawn at random here, or by the server for rows written in SQL."""
    return Field(
        default_factory=uuid4,
        sa_column=Column(Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    )


def serial_key() -> Any:
    """A primary key counted up by the server."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))


def reference(target: str, *, ondelete: str, nullable: bool = False) -> Any:
    """A foreign key to the column ``table.column``, by UUID."""
    column = Column(Uuid, ForeignKey(target, ondelete=ondelete), nullable=nullable)
    return Field(default=None, sa_column=column)


def words(*, nullable: bool = True) -> Any:
    """Text of any length; a limit is a CHECK constraint of the table."""
    return Field(default=None, sa_column=Column(Text, nullable=nullable))


def one_of(values: type[StrEnum], *, name: str, default: StrEnum | None = None) -> Any:
    """Text that is one of an enumeration's values, checked as ``ck_<table>_<name>``."""
    kind = Enum(
        values,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )
    column = Column(kind, nullable=False, server_default=default.value if default else None)
    return Field(default=default, sa_column=column)


def small(*, nullable: bool = False, default: int | None = None) -> Any:
    """A whole number below 32,768."""
    return _number(SmallInteger, nullable, default)


def whole(*, nullable: bool = False, default: int | None = None) -> Any:
    """A whole number below 2³¹."""
    return _number(Integer, nullable, default)


def big(*, nullable: bool = False) -> Any:
    """A whole number below 2⁶³."""
    return _number(BigInteger, nullable, None)


def real(*, nullable: bool = True) -> Any:
    """A double precision number."""
    return _number(Float(53), nullable, None)


def flag(*, nullable: bool = False, default: bool | None = None) -> Any:
    """True or false; where it may be null, nobody has said yet."""
    server_default = None if default is None else text(str(default).lower())
    return Field(default=default, sa_column=Column(Boolean, nullable=nullable, server_default=server_default))


def usd(*, nullable: bool = False) -> Any:
    """US dollars to a hundredth of a cent; zero where a value is required and none is given."""
    server_default = None if nullable else text("0")
    column = Column(Numeric(10, 4), nullable=nullable, server_default=server_default)
    return Field(default=None, sa_column=column)


def document(*, nullable: bool = False, default: str | None = None) -> Any:
    """JSON that the server can search. ``default`` is the JSON text of the server's default."""
    server_default = None if default is None else text(f"'{default}'::jsonb")
    # None means SQL NULL: a JSON null would slip past NOT NULL.
    column = Column(JSONB(none_as_null=True), nullable=nullable, server_default=server_default)
    return Field(default=None, sa_column=column)


def now() -> Any:
    """When the row was written, by the server's clock: rows of all machines sort by one clock."""
    return Field(
        default=None,
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


def moment(*, nullable: bool = True, server_default: str | None = None) -> Any:
    """A point in time that the application writes; ``server_default`` is an SQL expression."""
    default = None if server_default is None else text(server_default)
    return Field(
        default=None,
        sa_column=Column(DateTime(timezone=True), nullable=nullable, server_default=default),
    )


def stamped(*, nullable: bool = True) -> Any:
    """A point in time that the trigger ``stamp_times`` writes on insert and update."""
    column = Column(
        DateTime(timezone=True),
        nullable=nullable,
        server_default=FetchedValue() if nullable else func.now(),
        server_onupdate=FetchedValue(),
    )
    return Field(default=None, sa_column=column)


def check(name: str, condition: str) -> CheckConstraint:
    """A CHECK constraint named ``ck_<table>_<name>``."""
    return CheckConstraint(condition, name=name)


def _number(kind: Any, nullable: bool, default: int | None) -> Any:
    server_default = None if default is None else text(str(default))
    return Field(default=default, sa_column=Column(kind, nullable=nullable, server_default=server_default))
