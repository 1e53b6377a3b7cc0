"""The steps of the database schema, run by ``app.migrate``."""
