environment = "sandbox"

# The image is built where it runs.
cpu_architecture = "X86_64"
load_balancer    = true
worker_spot      = false

# As often as ECS lets them be, and with as much time for an answer and a start as one small machine needs.
health_check = { interval = 5, timeout = 20, retries = 3, start_period = 300 }

log_retention_days  = 1
deletion_protection = false
