"""The tasks of the generation DAG, one stage a file, and what they share."""
