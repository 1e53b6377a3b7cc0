"""The commands that look after a deployed environment."""
