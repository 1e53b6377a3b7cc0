"""What looks after a deployed environment, day after day."""
