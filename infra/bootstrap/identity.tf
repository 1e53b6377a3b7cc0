locals {
  identity = [
    {
      Sid      = "SeeRoles"
      Effect   = "Allow"
      Action   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies", "iam:ListRoleTags"]
      Resource = local.roles
    },
    {
      # Whatever rights such a role is given, it has none beyond the boundary.
      Sid       = "MakeBoundedRoles"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"]
      Resource  = local.roles
      Condition = { StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::${local.account}:policy/${local.prefix}-boundary" } }
    },
    {
      Sid      = "ChangeRoles"
      Effect   = "Allow"
      Action   = ["iam:DeleteRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
      Resource = local.roles
    },
    {
      Sid       = "GiveRolesToTasks"
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = local.roles
      Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    },
    {
      # The first cluster, database, cache and load balancer of an account bring theirs.
      Sid      = "LetServicesMakeTheirRoles"
      Effect   = "Allow"
      Action   = "iam:CreateServiceLinkedRole"
      Resource = "arn:aws:iam::${local.account}:role/aws-service-role/*"
      Condition = { StringEquals = { "iam:AWSServiceName" = [
        "ecs.amazonaws.com", "elasticache.amazonaws.com", "elasticloadbalancing.amazonaws.com", "rds.amazonaws.com",
      ] } }
    },
    {
      Sid    = "NeverChangeOwnRights"
      Effect = "Deny"
      Action = [
        "iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion",
        "iam:DeleteRolePermissionsBoundary", "iam:DetachRolePolicy", "iam:SetDefaultPolicyVersion",
      ]
      Resource = "*"
    },
  ]
}
