# Prefect's server as a service of the cluster, found by the other tasks under a name of the VPC.

variable "family" {
  description = "Name of the service and of its task definitions."
  type        = string
}

variable "domain" {
  description = "Domain that is known inside the VPC."
  type        = string
}

variable "database" {
  description = "Where Prefect keeps what it knows."
  type        = object({ host = string, port = number, username = string })
}

variable "password_address" {
  description = "Where a container finds the database's password."
  type        = string
}

variable "task_role_arn" {
  description = "What the container may do in AWS."
  type        = string
}

variable "vpc_id" {
  description = "VPC in which the name is known."
  type        = string
}

variable "security_group_ids" {
  description = "Security groups of a task."
  type        = list(string)
}

variable "shared" {
  description = "What every service has in common."
  type        = any
}

locals {
  port    = 4200
  address = "http://prefect.${var.domain}:${local.port}/api"
}

resource "aws_service_discovery_private_dns_namespace" "this" {
  name        = var.domain
  description = "Names of tasks inside the VPC"
  vpc         = var.vpc_id
}

resource "aws_service_discovery_service" "this" {
  name = "prefect"

  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.this.id
    routing_policy = "MULTIVALUE"

    dns_records {
      type = "A"
      # Seconds until a replaced task is found at its new address.
      ttl = 10
    }
  }
}

module "service" {
  source = "../service"

  family      = var.family
  container   = "prefect"
  entry_point = ["prefect"]
  command     = ["server", "start", "--host", "0.0.0.0", "--port", tostring(local.port), "--no-prompt"]
  port        = local.port
  health_path = "/api/health"
  cpu         = 512
  memory      = 1024
  # Prefect's own, and a little.
  stop_timeout = 40
  environment = {
    HOST                           = "0.0.0.0"
    PORT                           = tostring(local.port)
    PREFECT_SERVER_DATABASE_DRIVER = "postgresql+asyncpg"
    PREFECT_SERVER_DATABASE_HOST   = var.database.host
    PREFECT_SERVER_DATABASE_PORT   = tostring(var.database.port)
    PREFECT_SERVER_DATABASE_USER   = var.database.username
    # The database that every instance has: the application's own is beside it.
    PREFECT_SERVER_DATABASE_NAME     = "postgres"
    PREFECT_UI_API_URL               = local.address
    PREFECT_SERVER_ANALYTICS_ENABLED = "false"
    # In memory they would be forgotten with the task, and the slots that they hold never given back.
    PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE = "prefect.server.concurrency.lease_storage.filesystem"
    # What runs every five minutes would fill the database; seconds.
    PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED          = "events,flow_runs"
    PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD = tostring(30 * 24 * 3600)
  }
  secrets            = { PREFECT_SERVER_DATABASE_PASSWORD = var.password_address }
  task_role_arn      = var.task_role_arn
  security_group_ids = var.security_group_ids
  registry           = { arn = aws_service_discovery_service.this.arn }
  shared             = var.shared
}

output "service" {
  description = "How the service is found."
  value       = module.service.service
}

output "api_url" {
  description = "Address of Prefect's API inside the VPC."
  value       = local.address
}
