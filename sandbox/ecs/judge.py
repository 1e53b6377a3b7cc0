"""What becomes of deployments: completed, rolled back, given up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from sandbox.ecs.records import Service, ServiceDeployment, World, now
from sandbox.ecs.rollout import Fate, breaker_threshold, fate


class Judge:
    """Does to deployments what `rollout.fate` says."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, service: Service, steady: int, others: int) -> None:
        """Judges the deployment of a service that goes on, if one does.

        Args:
            steady: how many of its tasks are steady.
            others: how many tasks of other deployments have not stopped yet.
        """
        current = service.current
        if current is None:
            self._note_steadiness(service, steady, others)
            return
        alarms = self._ringing(current)
        outcome = self._outcome(service, current, steady, others, alarms)
        rolling_back = current.status == "ROLLBACK_IN_PROGRESS"
        match outcome:
            case Fate.COMPLETED:
                self._complete(service, current)
            case Fate.ROLLS_BACK | Fate.FAILED if rolling_back:
                self._give_up(service, current, "ROLLBACK_FAILED", "tasks of the rollback failed to start.")
            case Fate.ROLLS_BACK:
                self._roll_back(service, current, alarms)
            case Fate.FAILED:
                self._give_up(service, current, "STOPPED", "tasks failed to start.")

    def _outcome(
        self,
        service: Service,
        current: ServiceDeployment,
        steady: int,
        others: int,
        alarms: Sequence[str],
    ) -> Fate:
        breaker = current.configuration.get("deploymentCircuitBreaker") or {}
        watched = current.configuration.get("alarms") or {}
        threshold = breaker_threshold(service.desired, breaker, fewest=self._world.timing.breaker_failures)
        asked = current.status == "ROLLBACK_REQUESTED"
        rolling_back = current.status == "ROLLBACK_IN_PROGRESS"
        if threshold is not None and not rolling_back:
            current.breaker = {
                "status": "MONITORING",
                "failureCount": current.deployment.failed,
                "threshold": threshold,
            }
        return fate(
            desired=service.desired,
            steady=steady,
            others=others,
            failed=service.primary.failed,
            threshold=threshold,
            # A rollback that goes on is what the alarm has asked for.
            alarmed=(bool(alarms) or asked) and not rolling_back,
            rollback=bool(asked or breaker.get("rollback") or (alarms and watched.get("rollback"))),
        )

    def _complete(self, service: Service, current: ServiceDeployment) -> None:
        primary = service.primary
        primary.rollout_state, primary.completed = "COMPLETED", True
        primary.reason = f"ECS deployment {primary.id} completed."
        primary.updated_at = current.finished_at = current.updated_at = now()
        rolled_back = current.status == "ROLLBACK_IN_PROGRESS"
        current.status = "ROLLBACK_SUCCESSFUL" if rolled_back else "SUCCESSFUL"
        if current.breaker:
            current.breaker["status"] = "TRIGGERED" if rolled_back else "MONITORING_COMPLETE"
        service.say(f"(deployment {primary.id}) deployment completed.")

    def _roll_back(self, service: Service, current: ServiceDeployment, alarms: Sequence[str]) -> None:
        """Makes the deployment that was completed last the wanted one again."""
        failed = service.primary
        cause = f"alarm detected: {', '.join(alarms)}" if alarms else "tasks failed to start"
        before = next(
            (
                record.deployment
                for record in reversed(service.history)
                if record.deployment.completed and record.deployment is not failed
            ),
            None,
        )
        if before is None:
            self._give_up(service, current, "ROLLBACK_FAILED", f"{cause}, and no deployment to roll back to.")
            return
        service.say(f"(deployment {failed.id}) deployment failed: {cause}.")
        service.say(f"rolling back to deployment {before.id}.")
        failed.status, failed.rollout_state = "ACTIVE", "FAILED"
        failed.reason = f"ECS deployment circuit breaker: {cause}." if not alarms else cause
        if before in service.deployments:
            service.deployments.remove(before)
        service.deployments.insert(0, before)
        before.status, before.rollout_state, before.failed = "PRIMARY", "IN_PROGRESS", 0
        before.reason = f"ECS deployment circuit breaker: rolling back to deploymentId {before.id}."
        before.updated_at = failed.updated_at = current.updated_at = now()
        current.status = "ROLLBACK_IN_PROGRESS"
        current.reason = f"Service deployment rolled back because of {cause}."
        current.triggered_alarms = list(alarms)
        current.rollback = {
            "reason": current.reason,
            "startedAt": now(),
            "serviceRevisionArn": before.revision_arn,
        }
        if current.breaker:
            current.breaker["status"] = "TRIGGERED"
        service.given["taskDefinition"] = before.definition.arn
        service.steady = False

    def _give_up(self, service: Service, current: ServiceDeployment, status: str, cause: str) -> None:
        primary = service.primary
        service.say(f"(deployment {primary.id}) deployment failed: {cause}")
        primary.rollout_state = "FAILED"
        primary.reason = f"ECS deployment circuit breaker: {cause}"
        if current.breaker:
            current.breaker["status"] = "TRIGGERED"
        current.status, current.reason = status, primary.reason
        current.finished_at = current.updated_at = primary.updated_at = now()

    def _note_steadiness(self, service: Service, steady: int, others: int) -> None:
        reached = steady >= service.desired and others == 0 and service.primary.rollout_state != "FAILED"
        if reached and not service.steady:
            service.say("has reached a steady state.")
        service.steady = reached

    def _ringing(self, current: ServiceDeployment) -> list[str]:
        watched: dict[str, Any] = current.configuration.get("alarms") or {}
        if not watched.get("enable"):
            return []
        alarms = cloudwatch_backends[self._world.account][self._world.region].alarms
        return [
            name
            for name in watched.get("alarmNames", [])
            if name in alarms and alarms[name].state_value == "ALARM"
        ]
