"""Backups of the database in the media store: made, kept, restored into scratch databases, compared."""
