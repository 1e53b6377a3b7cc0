variable "aws_region" {
  description = "AWS region of the environment."
  type        = string
  default     = "us-east-2"
  nullable    = false
}

variable "environment" {
  description = "Which environment this is for: dev, staging, prod, or sandbox for a rehearsal."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "staging", "prod", "sandbox"], var.environment)
    error_message = "environment must be dev, staging, prod or sandbox."
  }
}

variable "name_prefix" {
  description = "Begins every name, as in ../terraform."
  type        = string
  default     = "ai-video"
  nullable    = false
}

variable "s3_bucket_name" {
  description = "Name of the media bucket, as in ../terraform. Null: the name that is made there."
  type        = string
  default     = null
}

variable "prefect_mode" {
  description = "As in ../terraform. Only self_hosted needs rights on names inside the VPC."
  type        = string
  default     = "external"
  nullable    = false

  validation {
    condition     = contains(["external", "self_hosted"], var.prefect_mode)
    error_message = "prefect_mode must be external or self_hosted."
  }
}

variable "deployer_principals" {
  description = "ARNs of the users and roles that may deploy. Empty: whoever the account's own policies let take on the role."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.deployer_principals : can(regex("^arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:", arn))])
    error_message = "deployer_principals must be ARNs of IAM users or roles."
  }
}
