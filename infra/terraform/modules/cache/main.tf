variable "replication_group_id" {
  description = "Name of the replication group."
  type        = string
}

variable "node_type" {
  description = "Type of its node."
  type        = string
}

variable "auth_token" {
  description = "What clients must show, in no state and no plan."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "auth_token_version" {
  description = "Raised when the token changes."
  type        = number
}

variable "subnet_ids" {
  description = "Private subnets."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group that says who may connect."
  type        = string
}

resource "aws_elasticache_subnet_group" "this" {
  name        = var.replication_group_id
  description = "Private subnets of the cache"
  subnet_ids  = var.subnet_ids
}

resource "aws_elasticache_parameter_group" "this" {
  name        = "${var.replication_group_id}-redis7"
  family      = "redis7"
  description = "A full cache refuses to write: it holds events, which must not vanish one by one"

  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

resource "aws_elasticache_replication_group" "this" {
  #checkov:skip=CKV_AWS_31:Encrypted in transit, and the token is set: as auth_token_wo, which this check does not know yet.
  #checkov:skip=CKV_AWS_191:ElastiCache encrypts with AWS's key; one's own would cost a dollar a month.
  #checkov:skip=CKV2_AWS_50:A second node doubles the cost; the database is the truth, and Redis may vanish with nothing lost.
  replication_group_id = var.replication_group_id
  description          = "Events of films that are being made"

  engine               = "redis"
  engine_version       = "7.1"
  node_type            = var.node_type
  num_cache_clusters   = 1
  port                 = 6379
  parameter_group_name = aws_elasticache_parameter_group.this.name

  subnet_group_name  = aws_elasticache_subnet_group.this.name
  security_group_ids = [var.security_group_id]

  at_rest_encryption_enabled = true
  transit_encryption_enabled = true
  transit_encryption_mode    = "required"
  auth_token_wo              = var.auth_token
  auth_token_wo_version      = var.auth_token_version

  automatic_failover_enabled = false
  multi_az_enabled           = false
  auto_minor_version_upgrade = true
  maintenance_window         = "sun:09:30-sun:10:30"
  apply_immediately          = true
  # What it holds is short-lived: no backups.
  snapshot_retention_limit = 0
}

output "replication_group_id" {
  description = "Name of the replication group."
  value       = aws_elasticache_replication_group.this.replication_group_id
}

output "endpoint" {
  description = "Host and port of the cache."
  value       = "${aws_elasticache_replication_group.this.primary_endpoint_address}:${aws_elasticache_replication_group.this.port}"
}
