"""What decides about a rollback: where it leads, what has to be undone for that, and how it is asked for."""
