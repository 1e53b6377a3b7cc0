# Who may reach whom.

mock_provider "aws" {}

variables {
  prefix             = "films"
  region             = "us-east-2"
  cidr               = "10.42.0.0/16"
  availability_zones = ["a", "b"]
  allowed_cidrs      = ["198.51.100.0/25", "198.51.100.128/25"]
  api_port           = 8000
  load_balancer      = { enabled = false, https = false }
  prefect_inside     = false
}

run "without_load_balancer" {
  module { source = "./modules/network" }

  assert {
    condition     = [for subnet in aws_subnet.public : subnet.cidr_block] == ["10.42.0.0/24", "10.42.1.0/24"] && [for subnet in aws_subnet.private : subnet.cidr_block] == ["10.42.128.0/24", "10.42.129.0/24"]
    error_message = "Every subnet must have addresses of its own."
  }
  assert {
    condition     = [for subnet in aws_subnet.private : subnet.availability_zone] == ["us-east-2a", "us-east-2b"]
    error_message = "The database needs subnets in two zones."
  }
  assert {
    condition     = alltrue([for link in aws_route_table_association.private : link.route_table_id == aws_route_table.private.id]) && aws_route.internet.route_table_id == aws_route_table.public.id
    error_message = "Only public subnets may have a way out."
  }
  assert {
    condition = alltrue([
      for rule in aws_vpc_security_group_ingress_rule.store_from_tasks :
      rule.referenced_security_group_id == aws_security_group.tasks.id && rule.cidr_ipv4 == null
    ])
    error_message = "Only tasks may reach database and cache."
  }
  assert {
    condition     = { for name, rule in aws_vpc_security_group_ingress_rule.store_from_tasks : name => rule.to_port } == { database = 5432, cache = 6379 }
    error_message = "Database and cache are reached at one port each."
  }
  assert {
    condition = join(",", keys(aws_vpc_security_group_ingress_rule.api_from_people)) == "198.51.100.0/25,198.51.100.128/25" && alltrue([
      for rule in aws_vpc_security_group_ingress_rule.api_from_people : rule.from_port == 8000 && rule.to_port == 8000 && rule.security_group_id == aws_security_group.api.id
    ])
    error_message = "Who is allowed reaches the API's port, and no other."
  }
  assert {
    condition     = length(aws_security_group.load_balancer) == 0 && length(aws_vpc_security_group_egress_rule.tasks_to_prefect) == 0
    error_message = "What isn't there needs no rule."
  }
  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.s3.service_name == "com.amazonaws.us-east-2.s3"
    error_message = "S3 must be reached without the internet."
  }
}

run "behind_a_load_balancer" {
  module { source = "./modules/network" }
  variables { load_balancer = { enabled = true, https = true } }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.api_from_people) == 0
    error_message = "People must not get past the load balancer."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.api_from_load_balancer[0].referenced_security_group_id == aws_security_group.load_balancer[0].id
    error_message = "The load balancer must reach the API."
  }
  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.load_balancer : rule.to_port]) == toset([80, 443]) && length(aws_vpc_security_group_ingress_rule.load_balancer) == 4
    error_message = "With a certificate both ports are open to each allowed block."
  }
}

run "load_balancer_without_certificate" {
  module { source = "./modules/network" }
  variables { load_balancer = { enabled = true, https = false } }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.load_balancer : rule.to_port]) == toset([80])
    error_message = "Without a certificate only port 80 is open."
  }
}

run "prefect_inside" {
  module { source = "./modules/network" }
  variables {
    prefect_inside = true
    prefect_port   = 4200
  }

  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.prefect_from_tasks[0].referenced_security_group_id == aws_security_group.tasks.id &&
      aws_vpc_security_group_egress_rule.tasks_to_prefect[0].referenced_security_group_id == aws_security_group.tasks.id &&
      aws_vpc_security_group_egress_rule.tasks_to_prefect[0].cidr_ipv4 == null
    )
    error_message = "Only tasks may reach Prefect's server."
  }
}

run "prefect_outside_at_another_port" {
  module { source = "./modules/network" }
  variables { prefect_port = 4200 }

  assert {
    condition     = aws_vpc_security_group_egress_rule.tasks_to_prefect[0].cidr_ipv4 == "0.0.0.0/0" && length(aws_vpc_security_group_ingress_rule.prefect_from_tasks) == 0
    error_message = "Tasks must reach Prefect's server outside, and nobody them."
  }
}
