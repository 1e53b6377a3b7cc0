locals {
  namespace = "Reelflow/${var.prefix}"

  # One row an alarm: what is measured, and what is too much of it for how many minutes.
  for_services = merge([
    for name, service in var.services : {
      "${name}-cpu" = {
        description = "${name} has used nearly all of its processor for a quarter of an hour"
        metric      = ["AWS/ECS", "CPUUtilization", { ClusterName = var.cluster_name, ServiceName = service.service }]
        statistic   = "Average", over = 90, minutes = 15
      }
      "${name}-memory" = {
        description = "${name} is close to being killed for want of memory"
        metric      = ["AWS/ECS", "MemoryUtilization", { ClusterName = var.cluster_name, ServiceName = service.service }]
        statistic   = "Maximum", over = 90, minutes = 5
      }
      "${name}-errors" = {
        description = "${name} has logged more than ten errors in five minutes"
        metric      = [local.namespace, "${name}-errors", {}]
        statistic   = "Sum", over = 10, minutes = 5
      }
    }
  ]...)

  for_stores = {
    database-cpu = {
      description = "The database has used nearly all of its processor for a quarter of an hour"
      metric      = ["AWS/RDS", "CPUUtilization", { DBInstanceIdentifier = var.database_identifier }]
      statistic   = "Average", over = 90, minutes = 15
    }
    database-storage = {
      description = "Less than a tenth of the database's storage is free"
      metric      = ["AWS/RDS", "FreeStorageSpace", { DBInstanceIdentifier = var.database_identifier }]
      # Bytes.
      statistic = "Minimum", under = var.database_storage_gb * 100 * 1024 * 1024, minutes = 5
    }
    cache-memory = {
      description = "The cache is nearly full, and refuses to write when it is"
      metric      = ["AWS/ElastiCache", "DatabaseMemoryUsagePercentage", { CacheClusterId = var.cache_node_id }]
      statistic   = "Maximum", over = 80, minutes = 5
    }
  }

  for_load_balancer = var.load_balancer == null ? {} : {
    load-balancer-errors = {
      description = "The API has answered more than ten requests with 5xx in five minutes"
      metric      = ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", { LoadBalancer = var.load_balancer.name }]
      statistic   = "Sum", over = 10, minutes = 5
    }
    load-balancer-unhealthy = {
      description = "The load balancer has found a task of the API unhealthy for five minutes"
      metric = ["AWS/ApplicationELB", "UnHealthyHostCount", {
        LoadBalancer = var.load_balancer.name, TargetGroup = var.load_balancer.target_group
      }]
      statistic = "Minimum", over = 0, minutes = 5
    }
  }

  alarms = merge(local.for_services, local.for_stores, local.for_load_balancer)
}

resource "aws_cloudwatch_log_metric_filter" "errors" {
  for_each = var.services

  name           = "${var.prefix}-${each.key}-errors"
  log_group_name = each.value.log_group
  pattern        = "{ $.level = \"error\" || $.level = \"critical\" }"

  metric_transformation {
    namespace     = local.namespace
    name          = "${each.key}-errors"
    value         = "1"
    default_value = "0"
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name        = "${var.prefix}-${each.key}"
  alarm_description = each.value.description

  namespace           = each.value.metric[0]
  metric_name         = each.value.metric[1]
  dimensions          = each.value.metric[2]
  statistic           = each.value.statistic
  comparison_operator = can(each.value.over) ? "GreaterThanThreshold" : "LessThanThreshold"
  threshold           = try(each.value.over, each.value.under)
  period              = 60 * each.value.minutes
  evaluation_periods  = 1
  # Before the first release there is nothing to measure.
  treat_missing_data = "notBreaching"

  alarm_actions = [aws_sns_topic.alarms.arn]
  ok_actions    = [aws_sns_topic.alarms.arn]
}

resource "aws_sns_topic" "alarms" {
  #checkov:skip=CKV_AWS_26:CloudWatch and Budgets can't publish to a topic that is encrypted with AWS's key; one's own would cost a dollar a month. Alarms hold no secret.
  name = "${var.prefix}-alarms"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AlarmsAndBudget"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] }
      Action    = "sns:Publish"
      Resource  = "arn:aws:sns:${var.region}:${var.account_id}:${var.prefix}-alarms"
      Condition = { StringEquals = { "aws:SourceAccount" = var.account_id } }
    }]
  })
}

resource "aws_sns_topic_subscription" "email" {
  count = var.alert_email == null ? 0 : 1

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = var.alert_email
}
