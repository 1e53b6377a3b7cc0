# What an administrator makes once for an environment, before anybody deploys to it: the role that deploys,
# instead of AdministratorAccess, and the boundary that no role made by it can go beyond. It is no part of
# ../terraform, since a deployer that could change its own rights would be an administrator.

data "aws_caller_identity" "current" {}

locals {
  prefix       = var.environment == "prod" ? var.name_prefix : "${var.name_prefix}-${var.environment}"
  account      = data.aws_caller_identity.current.account_id
  here         = "${var.aws_region}:${local.account}"
  media_bucket = coalesce(var.s3_bucket_name, "${local.prefix}-media-${local.account}")
  state_bucket = "${local.prefix}-terraform-state-${local.account}"
  database     = "arn:aws:rds:${local.here}:db:${local.prefix}-db"
  families     = ["backend", "worker", "prefect"]
  # By name: the prefix of prod begins the names of the other environments too.
  roles = [for name in concat(["backup", "execution"], local.families) : "arn:aws:iam::${local.account}:role/${local.prefix}-${name}"]
  # What Terraform has made carries these tags.
  ours = { "aws:ResourceTag/Project" = "reelflow", "aws:ResourceTag/Environment" = var.environment }
  # What it is about to make.
  to_be_ours = { "aws:RequestTag/Project" = "reelflow", "aws:RequestTag/Environment" = var.environment }

  policies = {
    state    = local.state
    network  = local.network
    stores   = local.stores
    services = concat(local.services, [for statement in local.names : statement if var.prefect_mode == "self_hosted"])
    identity = local.identity
    watching = local.watching
  }
}

resource "aws_iam_policy" "boundary" {
  name        = "${local.prefix}-boundary"
  description = "The most that a role of ${local.prefix} can do, whatever else it is given"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.boundary })
}

resource "aws_iam_policy" "deployer" {
  #checkov:skip=CKV_AWS_355:Actions that list or describe, and logging in to the registry, know no resource.
  for_each = local.policies

  name        = "${local.prefix}-deployer-${each.key}"
  description = "What deploying ${local.prefix} needs: ${each.key}"
  policy      = jsonencode({ Version = "2012-10-17", Statement = each.value })
}

resource "aws_iam_role" "deployer" {
  name        = "${local.prefix}-deployer"
  description = "Deploys ${local.prefix}"
  # A first deployment waits for RDS.
  max_session_duration = 2 * 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = length(var.deployer_principals) > 0 ? var.deployer_principals : ["arn:aws:iam::${local.account}:root"] }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "deployer" {
  for_each = local.policies

  role       = aws_iam_role.deployer.name
  policy_arn = aws_iam_policy.deployer[each.key].arn
}

output "deployer_role_arn" {
  description = "Role to take on for deploying."
  value       = aws_iam_role.deployer.arn
}

output "boundary_arn" {
  description = "Boundary of every role that ../terraform makes."
  value       = aws_iam_policy.boundary.arn
}
