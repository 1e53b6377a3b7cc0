# Groups first, rules after: two groups may then name each other.

resource "aws_security_group" "load_balancer" {
  #checkov:skip=CKV2_AWS_5:Used by the load balancer, in a module of its own.
  count = var.load_balancer.enabled ? 1 : 0

  name        = "${var.prefix}-load-balancer"
  description = "The load balancer"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.prefix}-load-balancer" }
}

resource "aws_security_group" "tasks" {
  #checkov:skip=CKV2_AWS_5:Used by the services, in a module of their own.
  name        = "${var.prefix}-tasks"
  description = "Every task"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.prefix}-tasks" }
}

resource "aws_security_group" "api" {
  #checkov:skip=CKV2_AWS_5:Used by the API's service, in a module of its own.
  name        = "${var.prefix}-api"
  description = "Tasks of the API"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.prefix}-api" }
}

resource "aws_security_group" "database" {
  #checkov:skip=CKV2_AWS_5:Used by the database, in a module of its own.
  name        = "${var.prefix}-database"
  description = "The database"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.prefix}-database" }
}

resource "aws_security_group" "cache" {
  #checkov:skip=CKV2_AWS_5:Used by the cache, in a module of its own.
  name        = "${var.prefix}-cache"
  description = "The cache"
  vpc_id      = aws_vpc.this.id

  tags = { Name = "${var.prefix}-cache" }
}

# ---------------------------------------------------------------------------
# People to the API
# ---------------------------------------------------------------------------

locals {
  # With a certificate port 80 only sends to 443.
  public_ports = var.load_balancer.enabled ? toset(var.load_balancer.https ? ["80", "443"] : ["80"]) : toset([])
  public_rules = {
    for pair in setproduct(local.public_ports, var.allowed_cidrs) : "${pair[0]}-${pair[1]}" => { port = tonumber(pair[0]), cidr = pair[1] }
  }
}

resource "aws_vpc_security_group_ingress_rule" "load_balancer" {
  #checkov:skip=CKV_AWS_260:Port 80 is open where it is asked for, by allowed_cidrs; with a certificate it only redirects.
  for_each = local.public_rules

  security_group_id = aws_security_group.load_balancer[0].id
  description       = "People"
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
}

resource "aws_vpc_security_group_egress_rule" "load_balancer_to_api" {
  count = var.load_balancer.enabled ? 1 : 0

  security_group_id            = aws_security_group.load_balancer[0].id
  description                  = "API"
  ip_protocol                  = "tcp"
  from_port                    = var.api_port
  to_port                      = var.api_port
  referenced_security_group_id = aws_security_group.api.id
}

resource "aws_vpc_security_group_ingress_rule" "api_from_load_balancer" {
  count = var.load_balancer.enabled ? 1 : 0

  security_group_id            = aws_security_group.api.id
  description                  = "Load balancer"
  ip_protocol                  = "tcp"
  from_port                    = var.api_port
  to_port                      = var.api_port
  referenced_security_group_id = aws_security_group.load_balancer[0].id
}

resource "aws_vpc_security_group_ingress_rule" "api_from_people" {
  for_each = toset(var.load_balancer.enabled ? [] : var.allowed_cidrs)

  security_group_id = aws_security_group.api.id
  description       = "People"
  ip_protocol       = "tcp"
  from_port         = var.api_port
  to_port           = var.api_port
  cidr_ipv4         = each.value
}

# ---------------------------------------------------------------------------
# Tasks to what they need
# ---------------------------------------------------------------------------

resource "aws_vpc_security_group_egress_rule" "tasks_to_https" {
  security_group_id = aws_security_group.tasks.id
  description       = "Registry, secrets, logs, media, Replicate, Prefect Cloud"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

locals {
  stores = {
    database = { group = aws_security_group.database.id, port = 5432 }
    cache    = { group = aws_security_group.cache.id, port = 6379 }
  }
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_store" {
  for_each = local.stores

  security_group_id            = aws_security_group.tasks.id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = each.value.group
}

resource "aws_vpc_security_group_ingress_rule" "store_from_tasks" {
  for_each = local.stores

  security_group_id            = each.value.group
  description                  = "Tasks"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.tasks.id
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_prefect" {
  count = var.prefect_port == null ? 0 : 1

  security_group_id            = aws_security_group.tasks.id
  description                  = "Server of Prefect"
  ip_protocol                  = "tcp"
  from_port                    = var.prefect_port
  to_port                      = var.prefect_port
  referenced_security_group_id = var.prefect_inside ? aws_security_group.tasks.id : null
  cidr_ipv4                    = var.prefect_inside ? null : "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "prefect_from_tasks" {
  count = var.prefect_inside ? 1 : 0

  security_group_id            = aws_security_group.tasks.id
  description                  = "Other tasks, to the server of Prefect"
  ip_protocol                  = "tcp"
  from_port                    = var.prefect_port
  to_port                      = var.prefect_port
  referenced_security_group_id = aws_security_group.tasks.id
}
