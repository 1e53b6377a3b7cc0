output "alarm_names" {
  description = "Every alarm."
  value       = sort([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name])
}

output "topic_arn" {
  description = "Topic that alarms are told to."
  value       = aws_sns_topic.alarms.arn
}
