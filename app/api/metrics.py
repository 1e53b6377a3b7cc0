"""`/metrics`: what Prometheus reads."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.job_metrics import JobMetrics

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """This process's figures, and those of all jobs."""
    job_metrics: JobMetrics = request.app.state.job_metrics
    await job_metrics.refresh()
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})
