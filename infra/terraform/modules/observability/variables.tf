variable "prefix" {
  description = "Begins every name."
  type        = string
}

variable "region" {
  description = "Region of what is watched."
  type        = string
}

variable "account_id" {
  description = "Account of what is watched."
  type        = string
}

variable "alert_email" {
  description = "Address that is told. Null: nobody is."
  type        = string
}

variable "cluster_name" {
  description = "Cluster of the services."
  type        = string
}

variable "services" {
  description = "Services by name, with their log groups."
  type        = map(object({ service = string, log_group = string }))
}

variable "database_identifier" {
  description = "Instance of the database."
  type        = string
}

variable "database_storage_gb" {
  description = "Storage of the database to begin with, in GB."
  type        = number
}

variable "cache_node_id" {
  description = "Node of the cache."
  type        = string
}

variable "load_balancer" {
  description = "How metrics name the load balancer and its target group. Null without one."
  type        = object({ name = string, target_group = string })
}
