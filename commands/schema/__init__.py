"""The schema of databases, and their backups."""
