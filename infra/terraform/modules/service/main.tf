locals {
  # The image has no curl, and HOST may be one address of many.
  ask_for_health = join("; ", [
    "import http.client, os",
    "c = http.client.HTTPConnection(os.environ['HOST'], int(os.environ['PORT']), timeout=4)",
    "c.request('GET', '${var.health_path}')",
    "raise SystemExit(c.getresponse().status != 200)",
  ])

  # All that a container may write to; the rest of its file system it only reads.
  writable = {
    state     = "/var/lib/reelflow"
    temporary = "/tmp"
  }

  # Every field is said, as ECS fills in what is left out and the next plan would take that for a change.
  container = merge(
    {
      name                   = var.container
      image                  = var.shared.image
      essential              = true
      command                = var.command
      environment            = [for name in sort(keys(var.environment)) : { name = name, value = var.environment[name] }]
      secrets                = [for name in sort(keys(var.secrets)) : { name = name, valueFrom = var.secrets[name] }]
      portMappings           = [{ containerPort = var.port, hostPort = var.port, protocol = "tcp" }]
      mountPoints            = [for name, path in local.writable : { sourceVolume = name, containerPath = path, readOnly = false }]
      volumesFrom            = []
      systemControls         = []
      readonlyRootFilesystem = true
      # Something that reaps what flows leave behind, and passes SIGTERM on.
      linuxParameters = { initProcessEnabled = true }
      stopTimeout     = var.stop_timeout
      healthCheck = {
        command     = ["CMD", "python", "-c", local.ask_for_health]
        interval    = var.shared.health_check.interval
        timeout     = var.shared.health_check.timeout
        retries     = var.shared.health_check.retries
        startPeriod = var.shared.health_check.start_period
      }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.this.name
          awslogs-region        = var.shared.region
          awslogs-stream-prefix = var.container
        }
      }
    },
    var.entry_point == null ? {} : { entryPoint = var.entry_point },
  )
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts logs with AWS's key; one's own would cost a dollar a month.
  #checkov:skip=CKV_AWS_338:Kept as long as log_retention_days says; a year of logs is paid for and not read.
  name              = "/ecs/${var.shared.environment}/${var.family}"
  retention_in_days = var.shared.log_retention_days
}

# The base of every release: the roll-out registers a revision of its own that names the image by digest.
resource "aws_ecs_task_definition" "this" {
  family                   = var.family
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = tostring(var.cpu)
  memory                   = tostring(var.memory)
  execution_role_arn       = var.shared.execution_role_arn
  task_role_arn            = var.task_role_arn
  container_definitions    = jsonencode([local.container])
  # A rollback may need any earlier revision.
  skip_destroy = true

  runtime_platform {
    cpu_architecture        = var.shared.cpu_architecture
    operating_system_family = "LINUX"
  }

  dynamic "volume" {
    for_each = local.writable

    content {
      name = volume.key
    }
  }
}

resource "aws_ecs_service" "this" {
  #checkov:skip=CKV_AWS_333:Without a NAT gateway, which costs more than half of the budget, a task needs a public address to reach the registry; security groups close it.
  name            = var.family
  cluster         = var.shared.cluster_arn
  task_definition = aws_ecs_task_definition.this.arn
  # There is no image yet: the first roll-out starts the first task.
  desired_count = 0

  capacity_provider_strategy {
    capacity_provider = var.spot ? "FARGATE_SPOT" : "FARGATE"
    weight            = 1
  }

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  availability_zone_rebalancing      = "ENABLED"
  # Only where a load balancer could find a task unhealthy while it is still starting.
  health_check_grace_period_seconds = var.target_group == null ? null : var.shared.health_check.start_period

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.shared.subnet_ids
    security_groups  = var.security_group_ids
    assign_public_ip = true
  }

  dynamic "load_balancer" {
    for_each = var.target_group == null ? [] : [var.target_group.arn]

    content {
      target_group_arn = load_balancer.value
      container_name   = var.container
      container_port   = var.port
    }
  }

  dynamic "service_registries" {
    for_each = var.registry == null ? [] : [var.registry.arn]

    content {
      registry_arn = service_registries.value
    }
  }

  enable_ecs_managed_tags = true
  propagate_tags          = "SERVICE"
  wait_for_steady_state   = false

  lifecycle {
    # The roll-out's: an apply must not undo it.
    ignore_changes = [task_definition, desired_count]
  }
}
