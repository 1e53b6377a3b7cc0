"""Where one service fails to come up, those that did are not left running."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stack.embedded import _running
from stack.shared_process import ServiceFailed
from tests.stack.test_shared_process import web_server


def test_a_service_that_fails_leaves_no_other_running(tmp_path: Path) -> None:
    broken = replace(web_server(tmp_path, program="no_such_module"), name="broken")
    whole = web_server(tmp_path)
    with pytest.raises(ServiceFailed), _running([broken, whole]):
        pass
    assert whole.running() is None
