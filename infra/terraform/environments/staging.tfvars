environment = "staging"

# As prod, so that what passes here passes there.
task_cpu    = 512
task_memory = 1024
worker_cpu  = 512

db_backup_retention_days = 3
log_retention_days       = 14

# Given where it is deployed from (TF_VAR_prefect_api_url): prefect_api_url
