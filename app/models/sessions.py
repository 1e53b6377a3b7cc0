"""Who uses the generator and what they uploaded."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text

from app.models.columns import Table, big, check, moment, now, one_of, real, reference, uuid_key, whole, words

SESSION_LIFETIME = timedelta(days=7)
ASSET_LIFETIME = timedelta(days=30)
MEBIBYTE = 1024**2


class AssetKind(StrEnum):
    """What an upload is used as."""

    LOGO = "logo"
    IMAGE = "image"
    MUSIC = "music"
    AUDIO = "audio"


class UserSession(Table, table=True):
    """An anonymous user. Of the token only the SHA-256 is kept, so a leaked row opens nothing."""

    __tablename__ = "user_sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        check("token_hash_sha256", "token_hash ~ '^[0-9a-f]{64}$'"),
        check("expires_after_created", "expires_at > created_at"),
        Index("ix_user_sessions_expires_at", "expires_at"),
    )

    id: UUID = uuid_key()
    token_hash: str = words(nullable=False)
    created_at: datetime = now()
    last_seen_at: datetime = now()
    expires_at: datetime = moment(nullable=False, server_default="now() + interval '7 days'")


class BrandAsset(Table, table=True):
    """An uploaded logo, image, track or sound."""

    __tablename__ = "brand_assets"
    __table_args__ = (
        check("filename_length", "char_length(filename) BETWEEN 1 AND 255"),
        check(
            "size_by_kind",
            f"size_bytes > 0 AND (kind NOT IN ('logo', 'image') OR size_bytes <= {50 * MEBIBYTE})"
            f" AND (kind NOT IN ('music', 'audio') OR size_bytes <= {100 * MEBIBYTE})",
        ),
        check(
            "content_type_by_kind",
            "(kind NOT IN ('logo', 'image')"
            " OR content_type IN ('image/png', 'image/jpeg', 'image/webp'))"
            " AND (kind NOT IN ('music', 'audio')"
            " OR content_type IN ('audio/mpeg', 'audio/wav', 'audio/mp4', 'audio/aac'))",
        ),
        check(
            "measured_by_kind",
            "CASE WHEN kind IN ('logo', 'image')"
            " THEN num_nulls(width, height) = 0 AND width > 0 AND height > 0 AND duration_seconds IS NULL"
            " WHEN kind IN ('music', 'audio')"
            " THEN num_nonnulls(width, height) = 0 AND duration_seconds IS NOT NULL AND duration_seconds > 0"
            " END",
        ),
        check("sha256_hex", "sha256 ~ '^[0-9a-f]{64}$'"),
        check("expires_after_created", "expires_at > created_at"),
        Index("ix_brand_assets_session_id_sha256", "session_id", "sha256"),
        Index(
            "ix_brand_assets_session_id_created_at_id",
            "session_id",
            text("created_at DESC"),
            text("id DESC"),
        ),
        Index("ix_brand_assets_expires_at", "expires_at"),
    )

    id: UUID = uuid_key()
    # The row outlives its session: it is what housekeeping finds the stored bytes by.
    session_id: UUID | None = reference("user_sessions.id", ondelete="SET NULL", nullable=True)
    kind: AssetKind = one_of(AssetKind, name="kind")
    filename: str = words(nullable=False)
    content_type: str = words(nullable=False)
    size_bytes: int = big()
    sha256: str = words(nullable=False)
    storage_key: str = words(nullable=False)
    width: int | None = whole(nullable=True)
    height: int | None = whole(nullable=True)
    duration_seconds: float | None = real()
    created_at: datetime = now()
    expires_at: datetime = moment(nullable=False, server_default="now() + interval '30 days'")
