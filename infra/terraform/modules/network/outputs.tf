output "vpc_id" {
  description = "The VPC."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "Subnets of tasks and load balancer."
  value       = [for zone in var.availability_zones : aws_subnet.public[zone].id]
}

output "private_subnet_ids" {
  description = "Subnets of database and cache."
  value       = [for zone in var.availability_zones : aws_subnet.private[zone].id]
}

output "load_balancer_security_group_id" {
  description = "Security group of the load balancer. Null without one."
  value       = one(aws_security_group.load_balancer[*].id)
}

output "tasks_security_group_id" {
  description = "Security group of every task."
  value       = aws_security_group.tasks.id
}

output "api_security_group_id" {
  description = "Security group of the API's tasks, beside that of every task."
  value       = aws_security_group.api.id
}

output "database_security_group_id" {
  description = "Security group of the database."
  value       = aws_security_group.database.id
}

output "cache_security_group_id" {
  description = "Security group of the cache."
  value       = aws_security_group.cache.id
}
