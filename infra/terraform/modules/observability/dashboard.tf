locals {
  # Two rows: how the services do, and what they stand on.
  graphs = [
    {
      title   = "Processor of the services, %"
      metrics = [for name, service in var.services : ["AWS/ECS", "CPUUtilization", "ClusterName", var.cluster_name, "ServiceName", service.service, { label = name }]]
    },
    {
      title   = "Memory of the services, %"
      metrics = [for name, service in var.services : ["AWS/ECS", "MemoryUtilization", "ClusterName", var.cluster_name, "ServiceName", service.service, { label = name }]]
    },
    {
      title   = "Errors in the logs"
      metrics = [for name, service in var.services : [local.namespace, "${name}-errors", { label = name, stat = "Sum" }]]
    },
    {
      title   = "Processor of the database, %"
      metrics = [["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", var.database_identifier]]
    },
    {
      title   = "Connections to the database"
      metrics = [["AWS/RDS", "DatabaseConnections", "DBInstanceIdentifier", var.database_identifier]]
    },
    {
      title   = "Memory of the cache, %"
      metrics = [["AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "CacheClusterId", var.cache_node_id]]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.prefix
  dashboard_body = jsonencode({
    widgets = [for index, graph in local.graphs : {
      type   = "metric"
      x      = 8 * (index % 3)
      y      = 6 * floor(index / 3)
      width  = 8
      height = 6
      properties = {
        title   = graph.title
        region  = var.region
        view    = "timeSeries"
        period  = 300
        metrics = graph.metrics
      }
    }]
  })
}
