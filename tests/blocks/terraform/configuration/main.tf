# A stack in small, of what Terraform has built in: for recordings, and for running it for real.
terraform {
  required_version = ">= 1.11"
  backend "local" {}
}

variable "password" {
  type      = string
  sensitive = true
}

variable "size" {
  type    = number
  default = 1
}

variable "engine" {
  type    = string
  default = "17"
}

variable "note" {
  type    = string
  default = "hello"
}

variable "refuse" {
  type    = bool
  default = false
}

variable "wait_s" {
  type    = number
  default = 0
}

resource "terraform_data" "database" {
  # Its `output` repeats the password without a mark.
  input            = { name = "films", password = var.password }
  triggers_replace = [var.engine]
}

resource "terraform_data" "service" {
  input = { database = terraform_data.database.id, tasks = var.size }

  provisioner "local-exec" {
    command = "sleep ${var.wait_s}"
  }

  lifecycle {
    precondition {
      condition     = !var.refuse
      error_message = "This can't be: ${nonsensitive(var.password)} is not good enough."
    }
  }
}

resource "terraform_data" "worker" {
  count = var.size
  input = "worker ${count.index} of ${terraform_data.service.id}"
}

output "password" {
  value     = var.password
  sensitive = true
}

output "note" {
  value = var.note
}

output "service" {
  value = { id = terraform_data.service.id, tasks = var.size }
}
