"""The stages of a deployment, one verb a file: a task, its retries, its way back and its verdict."""

from flows.stages import expand, reapply, restore, roll_out, undo_steps

# The ways back, by the name of the stage whose change they undo. Names are in release records: keep them.
WAYS_BACK = {
    expand.NAME: expand.undo,
    roll_out.NAME: roll_out.undo,
    undo_steps.MAKE_WAY: undo_steps.undo,
    reapply.NAME: reapply.undo,
    restore.NAME: restore.undo,
}
