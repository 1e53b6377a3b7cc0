# ---------------------------------------------------------------------------
# Where
# ---------------------------------------------------------------------------

variable "aws_region" {
  description = "AWS region of everything."
  type        = string
  default     = "us-east-2"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.aws_region))
    error_message = "aws_region must be the name of a region, such as us-east-2."
  }
}

variable "environment" {
  description = "Which environment this is: dev, staging, prod, or sandbox for a rehearsal."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "staging", "prod", "sandbox"], var.environment)
    error_message = "environment must be dev, staging, prod or sandbox."
  }
}

variable "name_prefix" {
  description = "Begins every name: alone in prod, followed by the environment elsewhere."
  type        = string
  default     = "ai-video"
  nullable    = false

  # With the longest environment and suffix it must fit a load balancer's name, which has 32 characters.
  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name_prefix)) && length(var.name_prefix) <= 16
    error_message = "name_prefix must be 1 to 16 lower-case letters, digits and single hyphens, and begin with a letter."
  }
}

variable "availability_zones" {
  description = "Letters of the region's zones to use. RDS and load balancers ask for two at least."
  type        = list(string)
  default     = ["a", "b"]
  nullable    = false

  validation {
    condition = (
      length(distinct(var.availability_zones)) == length(var.availability_zones) &&
      length(var.availability_zones) >= 2 && length(var.availability_zones) <= 6 &&
      alltrue([for zone in var.availability_zones : can(regex("^[a-f]$", zone))])
    )
    error_message = "availability_zones must be two to six different letters from a to f."
  }
}

# ---------------------------------------------------------------------------
# Network and address
# ---------------------------------------------------------------------------

variable "vpc_cidr" {
  description = "Addresses of the VPC; each subnet takes a 256th of them."
  type        = string
  default     = "10.42.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.vpc_cidr, 0)) && can(regex("/(16|17|18|19|20)$", var.vpc_cidr))
    error_message = "vpc_cidr must be an IPv4 block from /16 to /20, such as 10.42.0.0/16."
  }
}

variable "allowed_cidrs" {
  description = "IPv4 blocks that may reach the API, through the load balancer or, without one, at the task's public address."
  type        = list(string)
  default     = ["0.0.0.0/0"]
  nullable    = false

  validation {
    condition     = alltrue([for block in var.allowed_cidrs : can(cidrhost(block, 0))])
    error_message = "allowed_cidrs must be IPv4 blocks, such as 198.51.100.0/24."
  }
}

variable "load_balancer" {
  description = "Whether a load balancer stands before the API. Without one, the API answers at its task's public address, which changes with every task."
  type        = bool
  default     = false
  nullable    = false
}

variable "certificate_arn" {
  description = "ACM certificate with which the load balancer answers HTTPS. Null: it answers HTTP only."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of a certificate in ACM."
  }
}

variable "cors_origins" {
  description = "Origins of other sites whose pages may call the API, separated by commas. Empty: only the API's own page may."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition = alltrue([
      for origin in compact(split(",", var.cors_origins)) : can(regex("^https?://[^/ ]+$", trimspace(origin)))
    ])
    error_message = "cors_origins must be origins such as https://films.example.com, separated by commas, without a path."
  }
}

# ---------------------------------------------------------------------------
# Media
# ---------------------------------------------------------------------------

variable "s3_bucket_name" {
  description = "Name of the media bucket, unique in all of AWS. Null: made of the prefix, the environment and the account's number."
  type        = string
  default     = null

  validation {
    condition = var.s3_bucket_name == null || (
      can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.s3_bucket_name)) && !can(regex("\\.\\.", var.s3_bucket_name))
    )
    error_message = "s3_bucket_name must be 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

# ---------------------------------------------------------------------------
# Database and cache
# ---------------------------------------------------------------------------

variable "db_password" {
  description = "Password of the database's master user, if it isn't RDS that makes and keeps it. In no state and no plan; give it at every run, and db_password_version with it."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.db_password == null || can(regex("^[!#-.0-?A-~]{16,128}$", var.db_password))
    error_message = "db_password must be 16 to 128 printable characters without /, @, double quote or space."
  }
}

variable "db_password_version" {
  description = "Raise it when db_password changes. Null: RDS makes the password, keeps it in Secrets Manager and renews it."
  type        = number
  default     = null

  validation {
    condition     = var.db_password_version == null || try(var.db_password_version >= 1, false)
    error_message = "db_password_version must be 1 or more."
  }
}

variable "db_instance_class" {
  description = "Instance class of the database."
  type        = string
  default     = "db.t4g.micro"
  nullable    = false

  validation {
    condition     = can(regex("^db\\.[a-z0-9]+\\.[a-z0-9]+$", var.db_instance_class))
    error_message = "db_instance_class must be a class of RDS, such as db.t4g.micro."
  }
}

variable "db_storage_gb" {
  description = "Storage of the database in GB; it grows by itself to five times that."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.db_storage_gb >= 20 && var.db_storage_gb <= 1000 && floor(var.db_storage_gb) == var.db_storage_gb
    error_message = "db_storage_gb must be a whole number from 20 to 1000."
  }
}

variable "db_backup_retention_days" {
  description = "Days for which RDS keeps its daily backups."
  type        = number
  default     = 7
  nullable    = false

  # 0 would switch backups off.
  validation {
    condition     = var.db_backup_retention_days >= 1 && var.db_backup_retention_days <= 35
    error_message = "db_backup_retention_days must be from 1 to 35."
  }
}

variable "db_multi_az" {
  description = "Whether a standby in another zone takes over when the database's zone fails; it doubles the database's cost."
  type        = bool
  default     = false
  nullable    = false
}

variable "redis_node_type" {
  description = "Node type of the cache."
  type        = string
  default     = "cache.t4g.micro"
  nullable    = false

  validation {
    condition     = can(regex("^cache\\.[a-z0-9]+\\.[a-z0-9]+$", var.redis_node_type))
    error_message = "redis_node_type must be a node type of ElastiCache, such as cache.t4g.micro."
  }
}

variable "redis_auth_token_version" {
  description = "Raise it when REDIS_PASSWORD in the application's secret has changed: the cache then takes the new one."
  type        = number
  default     = 1
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether database, load balancer, bucket and registry refuse to be deleted with what they hold. Null: in prod only."
  type        = bool
  default     = null
}

# ---------------------------------------------------------------------------
# API
# ---------------------------------------------------------------------------

variable "cpu_architecture" {
  description = "Processor of every task: ARM64 costs a fifth less than X86_64. The image must be built for it."
  type        = string
  default     = "ARM64"
  nullable    = false

  validation {
    condition     = contains(["ARM64", "X86_64"], var.cpu_architecture)
    error_message = "cpu_architecture must be ARM64 or X86_64."
  }
}

variable "task_cpu" {
  description = "CPU units of an API task; 1024 are one vCPU."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.task_cpu)
    error_message = "task_cpu must be 256, 512, 1024, 2048 or 4096."
  }
}

variable "task_memory" {
  description = "Memory of an API task in MiB: from two to eight times its CPU units, as Fargate has it."
  type        = number
  default     = 2048
  nullable    = false

  validation {
    condition     = var.task_memory >= 2 * var.task_cpu && var.task_memory <= 8 * var.task_cpu && (var.task_memory % 1024 == 0 || var.task_memory == 512)
    error_message = "task_memory must be 512 or a multiple of 1024, from two to eight times task_cpu."
  }
}

variable "desired_count" {
  description = "API tasks that run. The roll-out sets it; Terraform itself creates the service with none."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.desired_count >= 1 && var.desired_count <= 20 && floor(var.desired_count) == var.desired_count
    error_message = "desired_count must be a whole number from 1 to 20."
  }
}

variable "health_check" {
  description = "How ECS asks a container whether it is healthy, in seconds and failures in a row."
  type = object({
    interval     = optional(number, 10)
    timeout      = optional(number, 5)
    retries      = optional(number, 3)
    start_period = optional(number, 90)
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.health_check.interval >= 5 && var.health_check.interval <= 300 &&
      var.health_check.timeout >= 2 && var.health_check.timeout <= 60 &&
      var.health_check.retries >= 1 && var.health_check.retries <= 10 &&
      var.health_check.start_period >= 0 && var.health_check.start_period <= 300
    )
    error_message = "health_check must be: interval 5-300, timeout 2-60, retries 1-10, start_period 0-300."
  }
}

# ---------------------------------------------------------------------------
# Render worker
# ---------------------------------------------------------------------------

variable "worker_cpu" {
  description = "CPU units of a render worker; 1024 are one vCPU."
  type        = number
  default     = 1024
  nullable    = false

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.worker_cpu)
    error_message = "worker_cpu must be 256, 512, 1024, 2048 or 4096."
  }
}

variable "worker_memory" {
  description = "Memory of a render worker in MiB: from two to eight times its CPU units."
  type        = number
  default     = 2048
  nullable    = false

  # A film of 36 clips takes 1.4 GiB to compose.
  validation {
    condition     = var.worker_memory >= 2048 && var.worker_memory >= 2 * var.worker_cpu && var.worker_memory <= 8 * var.worker_cpu && var.worker_memory % 1024 == 0
    error_message = "worker_memory must be a multiple of 1024, at least 2048, from two to eight times worker_cpu."
  }
}

variable "worker_count" {
  description = "Render workers that run. The roll-out sets it; Terraform itself creates the service with none."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.worker_count >= 1 && var.worker_count <= 20 && floor(var.worker_count) == var.worker_count
    error_message = "worker_count must be a whole number from 1 to 20."
  }
}

variable "worker_spot" {
  description = "Whether render workers run on spare capacity, at a third to half of the price. AWS may take it back with two minutes' notice; a film then goes on elsewhere."
  type        = bool
  default     = true
  nullable    = false
}

# ---------------------------------------------------------------------------
# Prefect
# ---------------------------------------------------------------------------

variable "prefect_mode" {
  description = "Where Prefect's server is: external, at prefect_api_url, or self_hosted, as a service of this cluster."
  type        = string
  default     = "external"
  nullable    = false

  validation {
    condition     = contains(["external", "self_hosted"], var.prefect_mode)
    error_message = "prefect_mode must be external or self_hosted."
  }
}

variable "prefect_api_url" {
  description = "Address of the external Prefect server's API, ending in /api or, at Prefect Cloud, in the workspace. Null when self-hosted."
  type        = string
  default     = null

  validation {
    condition     = (var.prefect_mode == "external") == (var.prefect_api_url != null)
    error_message = "prefect_api_url belongs to prefect_mode external, and to that only."
  }

  validation {
    condition     = var.prefect_api_url == null || can(regex("^https?://[^/]+/.*[^/]$", var.prefect_api_url))
    error_message = "prefect_api_url must be an http or https address with a path and no slash at its end."
  }
}

variable "prefect_api_key_secret_arn" {
  description = "Secret in Secrets Manager whose value is the API key of Prefect Cloud, with a name that begins as the application's secret does: tasks can read no other. Null: the server asks for none."
  type        = string
  default     = null

  validation {
    condition     = var.prefect_api_key_secret_arn == null || can(regex("^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:${local.prefix}/", var.prefect_api_key_secret_arn))
    error_message = "prefect_api_key_secret_arn must be the ARN of a secret in Secrets Manager whose name begins with ${local.prefix}/."
  }
}

# ---------------------------------------------------------------------------
# Replicate
# ---------------------------------------------------------------------------

variable "replicate_api_token" {
  description = "Token for Replicate's models, if the application's secret does not hold it. In no state and no plan; give it at every run, and replicate_api_token_version with it."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.replicate_api_token == null || can(regex("^r8_[A-Za-z0-9_]{10,}$", var.replicate_api_token))
    error_message = "replicate_api_token must begin with r8_."
  }
}

variable "replicate_api_token_version" {
  description = "Raise it when replicate_api_token changes. Null: the token is REPLICATE_API_TOKEN of the application's secret."
  type        = number
  default     = null

  validation {
    condition     = var.replicate_api_token_version == null || try(var.replicate_api_token_version >= 1, false)
    error_message = "replicate_api_token_version must be 1 or more."
  }
}

# ---------------------------------------------------------------------------
# Provenance of the films
# ---------------------------------------------------------------------------

variable "c2pa_secret_arn" {
  description = "Secret in Secrets Manager with the keys C2PA_CERTIFICATE and C2PA_PRIVATE_KEY, PEM, with a name that begins as the application's secret does. Null: films go out without a C2PA manifest."
  type        = string
  default     = null

  validation {
    condition     = var.c2pa_secret_arn == null || can(regex("^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:${local.prefix}/", var.c2pa_secret_arn))
    error_message = "c2pa_secret_arn must be the ARN of a secret in Secrets Manager whose name begins with ${local.prefix}/."
  }
}

# ---------------------------------------------------------------------------
# What it says and what it may cost
# ---------------------------------------------------------------------------

variable "log_retention_days" {
  description = "Days for which CloudWatch keeps logs."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs knows, such as 7, 30 or 90."
  }
}

variable "container_insights" {
  description = "Whether ECS reports per-task metrics, which CloudWatch charges for."
  type        = bool
  default     = false
  nullable    = false
}

variable "alert_email" {
  description = "Address that is told of alarms and of the budget. Null: the topic has no subscriber yet."
  type        = string
  default     = null

  validation {
    condition     = var.alert_email == null || can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.alert_email))
    error_message = "alert_email must be an e-mail address."
  }
}

variable "budget_limit_usd" {
  description = "What the account may cost a month, in US dollars. At 80 percent of it somebody is told."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.budget_limit_usd > 0
    error_message = "budget_limit_usd must be more than 0."
  }
}
