"""Why something failed: what AWS, Terraform, Prefect and the logs say, joined into one cause."""
