environment = "sandbox"

# The image is built where it runs.
cpu_architecture = "X86_64"
load_balancer    = true
worker_spot      = false

# As quick as ECS lets them be.
health_check = { interval = 5, timeout = 5, retries = 3, start_period = 90 }

log_retention_days  = 1
deletion_protection = false
