# A task can start only once its role may do what it needs.

output "execution_role_arn" {
  description = "Role with which ECS starts tasks."
  value       = aws_iam_role.execution.arn
  depends_on  = [aws_iam_role_policy.execution]
}

output "task_role_arns" {
  description = "Role of each service's tasks."
  value       = { for name, role in aws_iam_role.task : name => role.arn }
  depends_on  = [aws_iam_role_policy.media, aws_iam_role_policy.backups]
}
