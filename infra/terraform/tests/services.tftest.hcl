# How a service runs, what it may do, and who is told when it goes wrong.

mock_provider "aws" {}

variables {
  shared = {
    environment        = "dev"
    region             = "us-east-2"
    cluster_arn        = "arn:aws:ecs:us-east-2:123456789012:cluster/films"
    image              = "123456789012.dkr.ecr.us-east-2.amazonaws.com/films-backend:unreleased"
    execution_role_arn = "arn:aws:iam::123456789012:role/films-execution"
    cpu_architecture   = "ARM64"
    subnet_ids         = ["subnet-1", "subnet-2"]
    log_retention_days = 7
    health_check       = { interval = 10, timeout = 5, retries = 3, start_period = 90 }
  }
}

run "worker_on_spare_capacity" {
  module { source = "./modules/service" }
  variables {
    family             = "films-worker"
    container          = "worker"
    command            = ["worker"]
    port               = 8080
    cpu                = 512
    memory             = 2048
    spot               = true
    stop_timeout       = 120
    environment        = { ENVIRONMENT = "dev", AWS_REGION = "us-east-2" }
    secrets            = { SECRET_KEY = "arn:aws:secretsmanager:us-east-2:123456789012:secret:films/app-abcdef:SECRET_KEY::" }
    task_role_arn      = "arn:aws:iam::123456789012:role/films-worker"
    security_group_ids = ["sg-1"]
  }

  assert {
    condition     = aws_ecs_service.this.desired_count == 0
    error_message = "Before there is an image no task may be started."
  }
  assert {
    condition     = aws_ecs_service.this.deployment_circuit_breaker[0].enable && aws_ecs_service.this.deployment_circuit_breaker[0].rollback
    error_message = "ECS must stop a deployment whose tasks don't start, and roll back."
  }
  assert {
    condition     = aws_ecs_service.this.deployment_minimum_healthy_percent == 100 && aws_ecs_service.this.deployment_maximum_percent == 200
    error_message = "New tasks must be healthy before old ones leave."
  }
  assert {
    condition     = one(aws_ecs_service.this.capacity_provider_strategy).capacity_provider == "FARGATE_SPOT"
    error_message = "What may be interrupted runs on spare capacity."
  }
  assert {
    condition     = length(aws_ecs_service.this.load_balancer) == 0 && aws_ecs_service.this.health_check_grace_period_seconds == null
    error_message = "A worker has no load balancer."
  }
  assert {
    condition     = aws_ecs_task_definition.this.skip_destroy && aws_ecs_task_definition.this.network_mode == "awsvpc"
    error_message = "Earlier revisions must stay for a rollback."
  }
  assert {
    condition     = aws_ecs_task_definition.this.cpu == "512" && aws_ecs_task_definition.this.memory == "2048" && aws_ecs_task_definition.this.runtime_platform[0].cpu_architecture == "ARM64"
    error_message = "A task must have the size that is asked for."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].command == ["worker"] && !can(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].entryPoint)
    error_message = "The image's own program must be run, with this command."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment == [{ name = "AWS_REGION", value = "us-east-2" }, { name = "ENVIRONMENT", value = "dev" }]
    error_message = "Variables must be in one order, or every plan has a change."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets[0].valueFrom == "arn:aws:secretsmanager:us-east-2:123456789012:secret:films/app-abcdef:SECRET_KEY::"
    error_message = "Secrets must be named, never given."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].readonlyRootFilesystem && [for mount in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].mountPoints : mount.containerPath] == ["/var/lib/reelflow", "/tmp"]
    error_message = "A container may write to its volumes only."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.startPeriod == 90 && strcontains(jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command[3], "'/health'")
    error_message = "ECS must ask the container whether it is healthy."
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/ecs/dev/films-worker" && aws_cloudwatch_log_group.this.retention_in_days == 7
    error_message = "Logs must be where the guide looks for them, and go in time."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].stopTimeout == 120
    error_message = "A film needs the two minutes that AWS gives."
  }
}

run "api_behind_a_load_balancer" {
  module { source = "./modules/service" }
  variables {
    family             = "films-backend"
    container          = "backend"
    command            = ["serve"]
    port               = 8000
    cpu                = 512
    memory             = 1024
    stop_timeout       = 40
    environment        = {}
    secrets            = {}
    task_role_arn      = "arn:aws:iam::123456789012:role/films-backend"
    security_group_ids = ["sg-1", "sg-2"]
    target_group       = { arn = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/films-backend/1" }
  }

  assert {
    condition     = one(aws_ecs_service.this.load_balancer).container_port == 8000 && one(aws_ecs_service.this.load_balancer).container_name == "backend"
    error_message = "The load balancer must be told where the API answers."
  }
  assert {
    condition     = aws_ecs_service.this.health_check_grace_period_seconds == 90
    error_message = "A task that is starting must not be found unhealthy by the load balancer."
  }
  assert {
    condition     = one(aws_ecs_service.this.capacity_provider_strategy).capacity_provider == "FARGATE"
    error_message = "The API must not be interrupted."
  }
}

run "roles" {
  module { source = "./modules/iam" }
  variables {
    prefix               = "films"
    environment          = "dev"
    region               = "us-east-2"
    account_id           = "123456789012"
    permissions_boundary = "arn:aws:iam::123456789012:policy/films-boundary"
    repository_arn       = "arn:aws:ecr:us-east-2:123456789012:repository/films-backend"
    bucket_arn           = "arn:aws:s3:::films"
    secret_arns          = ["arn:aws:secretsmanager:us-east-2:123456789012:secret:films/app-abcdef"]
  }

  assert {
    condition     = alltrue([for role in concat([aws_iam_role.execution], values(aws_iam_role.task)) : role.permissions_boundary == "arn:aws:iam::123456789012:policy/films-boundary"])
    error_message = "No role may go beyond the boundary."
  }
  assert {
    condition = alltrue([
      for role in concat([aws_iam_role.execution], values(aws_iam_role.task)) :
      jsondecode(role.assume_role_policy).Statement[0].Condition.StringEquals["aws:SourceAccount"] == "123456789012"
    ])
    error_message = "ECS may use a role for this account only."
  }
  assert {
    condition = alltrue(flatten([
      for policy in concat([aws_iam_role_policy.execution, aws_iam_role_policy.backups], values(aws_iam_role_policy.media)) : [
        for statement in jsondecode(policy.policy).Statement : [
          for action in flatten([statement.Action]) : !strcontains(action, "*") && (statement.Resource != "*" || action == "ecr:GetAuthorizationToken")
        ]
      ]
    ]))
    error_message = "Every right must name its action and, where there is one, its resource."
  }
  assert {
    condition     = join(",", keys(aws_iam_role_policy.media)) == "backend,worker"
    error_message = "Prefect's server has no business with the media."
  }
  assert {
    condition = alltrue([
      for policy in values(aws_iam_role_policy.media) : anytrue([
        for statement in jsondecode(policy.policy).Statement :
        statement.Effect == "Deny" && endswith(statement.Resource, "/backups/*") && contains(flatten([statement.Action]), "s3:GetObject") && contains(flatten([statement.Action]), "s3:DeleteObject")
      ])
    ])
    error_message = "A service must neither read nor delete backups."
  }
  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.backups.policy).Statement :
      endswith(statement.Resource, "/backups/*") || try(statement.Condition.StringLike["s3:prefix"], "") == "backups/*"
    ])
    error_message = "What makes backups must see nothing but backups."
  }
  assert {
    condition = !anytrue(flatten([
      for policy in values(aws_iam_role_policy.media) : [
        for statement in jsondecode(policy.policy).Statement : [for action in flatten([statement.Action]) : startswith(action, "secretsmanager:")]
      ]
    ]))
    error_message = "What runs in a task must not read secrets: ECS gives it those it needs."
  }
}

run "load_balancer_with_certificate" {
  module { source = "./modules/load_balancer" }
  variables {
    name                = "films"
    target_group_name   = "films-backend"
    port                = 8000
    certificate_arn     = "arn:aws:acm:us-east-2:123456789012:certificate/1"
    deletion_protection = true
    vpc_id              = "vpc-1"
    subnet_ids          = ["subnet-1", "subnet-2"]
    security_group_id   = "sg-1"
  }

  assert {
    condition     = aws_lb_listener.http.default_action[0].redirect[0].protocol == "HTTPS" && aws_lb_listener.https[0].ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    error_message = "HTTP must be sent to HTTPS, with TLS 1.2 or later."
  }
  assert {
    condition     = aws_lb_target_group.backend.target_type == "ip" && aws_lb_target_group.backend.health_check[0].path == "/health"
    error_message = "Tasks are targets by address, and are asked for their health."
  }
  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.enable_deletion_protection
    error_message = "The load balancer must be protected."
  }
}

run "load_balancer_without_certificate" {
  module { source = "./modules/load_balancer" }
  variables {
    name                = "films"
    target_group_name   = "films-backend"
    port                = 8000
    certificate_arn     = null
    deletion_protection = false
    vpc_id              = "vpc-1"
    subnet_ids          = ["subnet-1", "subnet-2"]
    security_group_id   = "sg-1"
  }

  assert {
    condition     = length(aws_lb_listener.https) == 0 && aws_lb_listener.http.default_action[0].type == "forward"
    error_message = "Without a certificate HTTP goes to the API."
  }
}

run "alarms" {
  module { source = "./modules/observability" }
  variables {
    prefix              = "films"
    region              = "us-east-2"
    account_id          = "123456789012"
    alert_email         = "operations@example.com"
    cluster_name        = "films"
    services            = { backend = { service = "films-backend", log_group = "/ecs/dev/films-backend" } }
    database_identifier = "films-db"
    database_storage_gb = 20
    cache_node_id       = "films-redis-001"
    load_balancer       = null
  }

  assert {
    condition     = output.alarm_names == tolist(["films-backend-cpu", "films-backend-errors", "films-backend-memory", "films-cache-memory", "films-database-cpu", "films-database-storage"])
    error_message = "Every part must be watched."
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["database-storage"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.this["database-storage"].threshold == 2097152000
    error_message = "Less than 2000 MiB of 20 GB must be told."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching"])
    error_message = "An environment that is being made must not ring."
  }
  assert {
    condition     = length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 6
    error_message = "The dashboard must show six graphs."
  }
  assert {
    condition     = aws_sns_topic_subscription.email[0].endpoint == "operations@example.com"
    error_message = "Somebody must be told."
  }
}

run "budget" {
  module { source = "./modules/budget" }
  variables {
    name      = "films-monthly"
    limit_usd = 60
    topic_arn = "arn:aws:sns:us-east-2:123456789012:films-alarms"
  }

  assert {
    condition     = aws_budgets_budget.this.limit_amount == "60" && aws_budgets_budget.this.time_unit == "MONTHLY"
    error_message = "The budget must be $60 a month."
  }
  assert {
    condition     = { for notification in aws_budgets_budget.this.notification : notification.notification_type => notification.threshold } == { ACTUAL = 80, FORECASTED = 100 }
    error_message = "At 80 percent somebody must be told, and before it is overrun."
  }
}
