variable "prefix" {
  description = "Begins every name."
  type        = string
}

variable "environment" {
  description = "The environment, as its log groups name it."
  type        = string
}

variable "region" {
  description = "Region of the services."
  type        = string
}

variable "account_id" {
  description = "Account of the services."
  type        = string
}

variable "permissions_boundary" {
  description = "Policy that no role of the environment can go beyond, whatever else it is given."
  type        = string
}

variable "repository_arn" {
  description = "Repository that images are pulled from."
  type        = string
}

variable "bucket_arn" {
  description = "Bucket of the media."
  type        = string
}

variable "secret_arns" {
  description = "Secrets that containers are started with."
  type        = list(string)
}
