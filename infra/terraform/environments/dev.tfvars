environment = "dev"

# As small as it runs.
task_cpu    = 256
task_memory = 1024
worker_cpu  = 512

db_backup_retention_days = 1
log_retention_days       = 7
budget_limit_usd         = 60

# Given where it is deployed from (TF_VAR_prefect_api_url): prefect_api_url
