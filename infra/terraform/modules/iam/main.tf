# Two kinds of roles: ECS takes on the execution role to start a task (pull, secrets, logs); what runs in the
# task takes on the task role of its service, and so never sees another service's rights nor ECS's own.

locals {
  # Only ECS, only for tasks of this account: nobody can have ECS use the roles for another's.
  assumed_by_tasks = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:${var.region}:${var.account_id}:*" }
      }
    }]
  })

  task_roles = {
    backend = "Uploads, films and their links"
    worker  = "Clips and films"
    prefect = "Nothing in AWS: Prefect's server asks for nothing there"
    backup  = "Backups of the database, and no film"
  }
}

resource "aws_iam_role" "execution" {
  name                 = "${var.prefix}-execution"
  description          = "Starts tasks"
  assume_role_policy   = local.assumed_by_tasks
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "execution" {
  #checkov:skip=CKV_AWS_355:Logging in to the registry knows no resource.
  name = "start-tasks"
  role = aws_iam_role.execution.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "LogInToRegistry"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "PullImage"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = var.repository_arn
      },
      {
        Sid      = "ReadSecrets"
        Effect   = "Allow"
        Action   = "secretsmanager:GetSecretValue"
        Resource = var.secret_arns
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:${var.region}:${var.account_id}:log-group:/ecs/${var.environment}/${var.prefix}-*:*"
      },
    ]
  })
}

resource "aws_iam_role" "task" {
  for_each = local.task_roles

  name                 = "${var.prefix}-${each.key}"
  description          = each.value
  assume_role_policy   = local.assumed_by_tasks
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_role_policy" "media" {
  for_each = toset(["backend", "worker"])

  name = "media"
  role = aws_iam_role.task[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Objects"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = "${var.bucket_arn}/*"
      },
      {
        Sid      = "ListObjects"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = var.bucket_arn
      },
      {
        # Whoever breaks into a service gets no copy of the database, and can destroy none.
        Sid      = "NoBackups"
        Effect   = "Deny"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = "${var.bucket_arn}/backups/*"
      },
    ]
  })
}

# One-off tasks take it on: backups, drills, and the copies that changes of the schema are tried on.
resource "aws_iam_role_policy" "backups" {
  name = "backups"
  role = aws_iam_role.task["backup"].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Backups"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
        Resource = "${var.bucket_arn}/backups/*"
      },
      {
        Sid       = "ListBackups"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = var.bucket_arn
        Condition = { StringLike = { "s3:prefix" = "backups/*" } }
      },
    ]
  })
}
