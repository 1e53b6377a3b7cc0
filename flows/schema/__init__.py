"""The schema and its backups, in flows: what is asked of the image in the network, and decided here."""
