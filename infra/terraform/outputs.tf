# ---------------------------------------------------------------------------
# The guide's
# ---------------------------------------------------------------------------

output "ecr_repository_url" {
  description = "Repository of the image, without a tag."
  value       = module.registry.url
}

output "s3_bucket_name" {
  description = "Bucket of the media."
  value       = module.storage.bucket
}

output "database_endpoint" {
  description = "Host and port of the database."
  value       = module.database.endpoint
}

output "redis_endpoint" {
  description = "Host and port of the cache."
  value       = module.cache.endpoint
}

output "ecs_cluster_name" {
  description = "Cluster of every service."
  value       = module.cluster.name
}

output "ecs_service_name" {
  description = "Service of the API."
  value       = module.backend.service.service
}

output "ecs_task_family" {
  description = "Family of the API's task definitions."
  value       = module.backend.service.family
}

output "ecs_task_public_ip" {
  description = "Always null: a task's address changes with every task, so it is asked for when needed (reelflow status)."
  value       = null
}

# ---------------------------------------------------------------------------
# For the deployment
# ---------------------------------------------------------------------------

output "services" {
  description = "What runs, by name: how to find it, and what the roll-out is to bring it to."
  value       = local.services
}

output "network" {
  description = "Where a one-off task runs."
  value = {
    subnet_ids         = module.network.public_subnet_ids
    security_group_ids = [module.network.tasks_security_group_id]
    assign_public_ip   = true
  }
}

output "api_url" {
  description = "Address of the API at the load balancer. Null without one."
  value       = var.load_balancer ? module.load_balancer[0].url : null
}

output "target_group_arn" {
  description = "Target group of the API. Null without a load balancer."
  value       = var.load_balancer ? module.load_balancer[0].target_group_arn : null
}

output "database_identifier" {
  description = "Instance of the database."
  value       = module.database.identifier
}

output "database_secret_arn" {
  description = "Secret with the database's username and password."
  value       = module.database.secret_arn
}

output "app_secret_arn" {
  description = "Secret with the application's keys, made by reelflow bootstrap."
  value       = data.aws_secretsmanager_secret.app.arn
}

output "backup_role_arn" {
  description = "Role of tasks that read and write backups."
  value       = module.iam.task_role_arns["backup"]
}

output "redis_replication_group_id" {
  description = "Replication group of the cache."
  value       = module.cache.replication_group_id
}

output "media_bucket" {
  description = "Bucket of the media."
  value       = module.storage.bucket
}

output "alarm_names" {
  description = "Every alarm of this environment."
  value       = module.observability.alarm_names
}

output "account_id" {
  description = "Account that all this is in."
  value       = local.account_id
}

output "region" {
  description = "Region that all this is in."
  value       = var.aws_region
}
