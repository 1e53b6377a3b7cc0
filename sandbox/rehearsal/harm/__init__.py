"""What goes wrong in a rehearsed deployment: AWS's API, a part of the environment, the deployer itself."""

from __future__ import annotations

from sandbox.rehearsal.harm.contract import Harm, NotReached, Scene, at_stage, together, unharmed

__all__ = ["Harm", "NotReached", "Scene", "at_stage", "together", "unharmed"]
