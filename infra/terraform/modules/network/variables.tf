variable "prefix" {
  description = "Begins every name."
  type        = string
}

variable "region" {
  description = "Region of the VPC."
  type        = string
}

variable "cidr" {
  description = "Addresses of the VPC."
  type        = string
}

variable "availability_zones" {
  description = "Letters of the zones, one public and one private subnet in each."
  type        = list(string)
}

variable "allowed_cidrs" {
  description = "Blocks that may reach the API."
  type        = list(string)
}

variable "api_port" {
  description = "Port of the API's container."
  type        = number
}

variable "load_balancer" {
  description = "Whether a load balancer stands before the API, and whether it answers HTTPS."
  type        = object({ enabled = bool, https = bool })
}

variable "prefect_port" {
  description = "Port of Prefect's server where it isn't 443. Null: it is."
  type        = number
  default     = null
}

variable "prefect_inside" {
  description = "Whether Prefect's server is one of the tasks."
  type        = bool
}
