"""The verbs of the `reelflow` command, one a file."""
