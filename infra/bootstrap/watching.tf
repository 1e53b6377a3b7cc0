locals {
  log_groups = [
    "arn:aws:logs:${local.here}:log-group:/aws/rds/instance/${local.prefix}-db/*",
    "arn:aws:logs:${local.here}:log-group:/ecs/${var.environment}/${local.prefix}-*",
  ]

  watching = [
    {
      Sid    = "Logs"
      Effect = "Allow"
      Action = [
        "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteMetricFilter", "logs:DeleteRetentionPolicy",
        "logs:DescribeLogStreams", "logs:DescribeMetricFilters", "logs:FilterLogEvents", "logs:GetLogEvents",
        "logs:ListTagsForResource", "logs:PutMetricFilter", "logs:PutRetentionPolicy", "logs:StartLiveTail",
        "logs:TagResource", "logs:UntagResource",
      ]
      Resource = local.log_groups
    },
    {
      Sid    = "Alarms"
      Effect = "Allow"
      Action = [
        "cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource", "cloudwatch:UntagResource",
      ]
      Resource = "arn:aws:cloudwatch:${local.here}:alarm:${local.prefix}-*"
    },
    {
      Sid      = "Dashboard"
      Effect   = "Allow"
      Action   = ["cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource", "cloudwatch:PutDashboard", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
      Resource = "arn:aws:cloudwatch::${local.account}:dashboard/${local.prefix}"
    },
    {
      # Nor do costs, or the tags of all services, know a resource.
      Sid      = "SeeWhatIsWatched"
      Effect   = "Allow"
      Action   = ["ce:GetCostAndUsage", "ce:GetCostForecast", "cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "logs:DescribeLogGroups", "tag:GetResources"]
      Resource = "*"
    },
    {
      Sid    = "Topic"
      Effect = "Allow"
      Action = [
        "sns:CreateTopic", "sns:DeleteTopic", "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource", "sns:SetTopicAttributes", "sns:Subscribe",
        "sns:TagResource", "sns:Unsubscribe", "sns:UntagResource",
      ]
      Resource = "arn:aws:sns:${local.here}:${local.prefix}-alarms"
    },
    {
      Sid      = "Budget"
      Effect   = "Allow"
      Action   = ["budgets:ListTagsForResource", "budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource", "budgets:ViewBudget"]
      Resource = "arn:aws:budgets::${local.account}:budget/${local.prefix}-monthly"
    },
  ]
}
