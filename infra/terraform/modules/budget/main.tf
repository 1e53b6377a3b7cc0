variable "name" {
  description = "Name of the budget."
  type        = string
}

variable "limit_usd" {
  description = "What a month may cost, in US dollars."
  type        = number
}

variable "topic_arn" {
  description = "Topic that is told."
  type        = string
}

# Of the whole account: a filter by tag would count nothing until somebody activates the tag for billing.
resource "aws_budgets_budget" "this" {
  name         = var.name
  budget_type  = "COST"
  limit_amount = tostring(var.limit_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  notification {
    notification_type         = "ACTUAL"
    comparison_operator       = "GREATER_THAN"
    threshold                 = 80
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [var.topic_arn]
  }

  notification {
    notification_type         = "FORECASTED"
    comparison_operator       = "GREATER_THAN"
    threshold                 = 100
    threshold_type            = "PERCENTAGE"
    subscriber_sns_topic_arns = [var.topic_arn]
  }
}
