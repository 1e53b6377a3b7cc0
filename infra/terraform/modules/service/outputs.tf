output "service" {
  description = "How the service is found."
  value = {
    service         = aws_ecs_service.this.name
    family          = aws_ecs_task_definition.this.family
    container       = var.container
    port            = var.port
    task_definition = aws_ecs_task_definition.this.arn
    log_group       = aws_cloudwatch_log_group.this.name
  }
}
