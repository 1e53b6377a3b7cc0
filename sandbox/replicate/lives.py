"""The life of each prediction: it waits, it runs, it ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sandbox.replicate.bill import Bill
from sandbox.replicate.conduct import Conduct
from sandbox.replicate.faults import FaultName
from sandbox.replicate.files import OutputFiles
from sandbox.replicate.making import make
from sandbox.replicate.making.circumstances import Circumstances, Failed
from sandbox.replicate.predictions import ENDED, Event, Prediction, Status
from sandbox.replicate.webhooks import Webhooks

# In the order in which they are met.
SPOILING: tuple[FaultName, ...] = ("short_output", "black_output", "frozen_output", "corrupt_output")


class Lives:
    """Runs predictions, so many at once. All of it on one event loop; outputs are made in threads."""

    def __init__(self, conduct: Conduct, bill: Bill, files: OutputFiles, webhooks: Webhooks) -> None:
        self._conduct, self._bill, self._files, self._webhooks = conduct, bill, files, webhooks
        self._slots = asyncio.Semaphore(conduct.at_once)
        self._going_on: dict[str, tuple[Prediction, asyncio.Task[None]]] = {}

    def begin(self, prediction: Prediction, cancel_after_s: float | None) -> None:
        """Starts a prediction's life; it is over after `cancel_after_s` seconds at the latest."""
        self._bill.note(prediction)
        task = asyncio.create_task(self._live(prediction))
        self._going_on[prediction.id] = prediction, task
        task.add_done_callback(lambda _: self._going_on.pop(prediction.id, None))
        if cancel_after_s is not None:
            asyncio.get_running_loop().call_later(cancel_after_s, self._give_up, prediction)

    def cancel(self, prediction: Prediction) -> None:
        """Ends it as cancelled, unless it has ended."""
        self._end(prediction, "canceled")

    async def close(self) -> None:
        going_on = dict(self._going_on)
        for prediction, task in going_on.values():
            prediction.stop.set()
            task.cancel()
        await asyncio.gather(*(task for _, task in going_on.values()), return_exceptions=True)

    def _give_up(self, prediction: Prediction) -> None:
        """Its deadline has come: before it began that is `aborted`, and costs nothing."""
        self._end(prediction, "aborted" if prediction.status == "starting" else "canceled")

    async def _live(self, prediction: Prediction) -> None:
        await asyncio.sleep(self._conduct.start_s)
        if "aborted" in prediction.faults:
            self._end(prediction, "aborted")
            return
        async with self._slots:
            prediction.status, prediction.started_at = "processing", self._conduct.clock()
            self._tell(prediction, "start")
            try:
                await self._run(prediction)
            except Exception as error:
                # A fault of ours; whoever waits for the prediction shall not wait for ever.
                self._end(prediction, "failed", error=f"The stand-in broke: {error!r}")
                raise

    async def _run(self, prediction: Prediction) -> None:
        slow = prediction.faults.get("slow")
        await asyncio.sleep(self._conduct.run_s + (slow.delay_s if slow else 0.0))
        if "failed" in prediction.faults:
            self._end(prediction, "failed", error="Prediction failed: this fault was switched on.")
            return
        key, directory = self._files.place()
        try:
            made = await asyncio.to_thread(make, prediction.order, directory, self._circumstances(prediction))
        except Failed as failed:
            self._end(prediction, "failed", error=str(failed))
            return
        output = [
            self._link(prediction, key, item) if isinstance(item, Path) else item for item in made.items
        ]
        prediction.output = output if prediction.order.kind in ("image", "text") else output[0]
        prediction.logs += "".join(f"{note}\n" for note in made.notes)
        self._tell(prediction, "logs")
        self._tell(prediction, "output")
        self._end(prediction, "succeeded")

    def _circumstances(self, prediction: Prediction) -> Circumstances:
        return Circumstances(
            cache=self._conduct.home / "cache",
            quick=self._conduct.quick,
            stop=prediction.stop,
            spoiled=tuple(name for name in SPOILING if name in prediction.faults),
        )

    def _link(self, prediction: Prediction, key: str, path: Path) -> str:
        faults = prediction.faults
        return self._files.publish(
            prediction.base,
            key,
            path,
            expired=faults.get("expired_link"),
            cut_off=faults.get("cut_off_download"),
        )

    def _tell(self, prediction: Prediction, event: Event) -> None:
        document = prediction.document(self._conduct.clock(), self._conduct.data_lifetime_s)
        self._webhooks.tell(prediction, event, document)

    def _end(self, prediction: Prediction, status: Status, *, error: str | None = None) -> None:
        if prediction.status in ENDED:
            return
        prediction.status, prediction.error = status, error
        prediction.completed_at = self._conduct.clock()
        prediction.stop.set()
        self._bill.note(prediction)
        prediction.ended.set()
        _, task = self._going_on.get(prediction.id, (None, None))
        if task and task is not asyncio.current_task():
            task.cancel()
        self._tell(prediction, "completed")
