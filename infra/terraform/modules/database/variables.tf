variable "identifier" {
  description = "Name of the instance."
  type        = string
}

variable "password" {
  description = "Password of the master user. Null: RDS makes it."
  type        = string
  default     = null
  sensitive   = true
  ephemeral   = true
}

variable "password_version" {
  description = "Raised when the password changes. Null: RDS makes it."
  type        = number
  default     = null
}

variable "secret_name" {
  description = "Secret that keeps the password where RDS does not."
  type        = string
}

variable "instance_class" {
  description = "Class of the instance."
  type        = string
}

variable "storage_gb" {
  description = "Storage in GB to begin with."
  type        = number
}

variable "multi_az" {
  description = "Whether a standby is kept in another zone."
  type        = bool
}

variable "backup_retention_days" {
  description = "Days for which daily backups are kept."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the instance refuses to be deleted, and leaves a snapshot when it is."
  type        = bool
}

variable "log_retention_days" {
  description = "Days for which its logs are kept."
  type        = number
}

variable "subnet_ids" {
  description = "Private subnets, in two zones at least."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group that says who may connect."
  type        = string
}
