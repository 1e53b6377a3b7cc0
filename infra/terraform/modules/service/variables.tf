variable "family" {
  description = "Name of the service and of its task definitions."
  type        = string
}

variable "container" {
  description = "Name of the container."
  type        = string
}

variable "entry_point" {
  description = "Program that is run instead of the image's. Null: the image's."
  type        = list(string)
  default     = null
}

variable "command" {
  description = "Arguments of the program."
  type        = list(string)
}

variable "port" {
  description = "Port at which the container answers."
  type        = number
}

variable "health_path" {
  description = "Path at which the container says whether it is healthy."
  type        = string
  default     = "/health"
}

variable "cpu" {
  description = "CPU units of a task; 1024 are one vCPU."
  type        = number
}

variable "memory" {
  description = "Memory of a task in MiB."
  type        = number
}

variable "spot" {
  description = "Whether tasks run on spare capacity."
  type        = bool
  default     = false
}

variable "stop_timeout" {
  description = "Seconds from SIGTERM to SIGKILL."
  type        = number
}

variable "environment" {
  description = "Environment variables of the container."
  type        = map(string)
}

variable "secrets" {
  description = "Environment variables whose values are in Secrets Manager, with the address of each."
  type        = map(string)
}

variable "task_role_arn" {
  description = "What the container may do in AWS."
  type        = string
}

variable "security_group_ids" {
  description = "Security groups of a task."
  type        = list(string)
}

# Objects, since whether there is one must be known before its ARN is.

variable "target_group" {
  description = "Target group of the load balancer before it. Null: none is."
  type        = object({ arn = string })
  default     = null
}

variable "registry" {
  description = "Service discovery in which its tasks are found. Null: none."
  type        = object({ arn = string })
  default     = null
}

variable "shared" {
  description = "What every service has in common."
  type = object({
    environment        = string
    region             = string
    cluster_arn        = string
    image              = string
    execution_role_arn = string
    cpu_architecture   = string
    subnet_ids         = list(string)
    log_retention_days = number
    health_check       = object({ interval = number, timeout = number, retries = number, start_period = number })
  })
}
