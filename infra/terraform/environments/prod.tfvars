environment = "prod"

# Within $60 a month by ../../prices.toml: no load balancer, ARM, films on spare capacity.
task_cpu    = 512
task_memory = 1024
worker_cpu  = 512

log_retention_days = 30
budget_limit_usd   = 60

# Given where it is deployed from (TF_VAR_prefect_api_url): prefect_api_url
