# A secret whose value comes from a variable and is in no state: only its version is.

variable "name" {
  description = "Name of the secret."
  type        = string
}

variable "description" {
  description = "What the secret is."
  type        = string
}

variable "value" {
  description = "Value of the secret."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "value_version" {
  description = "Raised when the value changes."
  type        = number
}

variable "recovery_window" {
  description = "Days for which a deleted secret can be had back."
  type        = number
}

resource "aws_secretsmanager_secret" "this" {
  #checkov:skip=CKV_AWS_149:Secrets Manager encrypts with AWS's key of the account; one's own would cost a dollar a month.
  #checkov:skip=CKV2_AWS_57:Its value is given from outside, by a person, so nothing here can renew it.
  name                    = var.name
  description             = var.description
  recovery_window_in_days = var.recovery_window
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = var.value
  secret_string_wo_version = var.value_version
}

output "arn" {
  description = "ARN of the secret, known once it has its value."
  value       = aws_secretsmanager_secret_version.this.arn
}
