"""The tables of the product, as SQLModel classes."""

from app.models.columns import METADATA
from app.models.deliveries import DeliveryStatus, WebhookDelivery
from app.models.generation import (
    AspectRatio,
    Clip,
    ClipStatus,
    Composition,
    CompositionStatus,
    GenerationJob,
    JobStatus,
    JobType,
)
from app.models.operations import (
    Direction,
    DispatchStatus,
    JobMetric,
    QueuedTask,
    SchemaMigration,
    SystemConfig,
)
from app.models.sessions import ASSET_LIFETIME, SESSION_LIFETIME, AssetKind, BrandAsset, UserSession
from app.models.spending import Prediction, PredictionState, Purpose

__all__ = [
    "ASSET_LIFETIME",
    "METADATA",
    "SESSION_LIFETIME",
    "AspectRatio",
    "AssetKind",
    "BrandAsset",
    "Clip",
    "ClipStatus",
    "Composition",
    "CompositionStatus",
    "DeliveryStatus",
    "Direction",
    "DispatchStatus",
    "GenerationJob",
    "JobMetric",
    "JobStatus",
    "JobType",
    "Prediction",
    "PredictionState",
    "Purpose",
    "QueuedTask",
    "SchemaMigration",
    "SystemConfig",
    "UserSession",
    "WebhookDelivery",
]
