locals {
  # Where the passwords of the instance are: RDS names its secret by itself, and marks whose it is.
  database_secret = {
    Effect    = "Allow"
    Action    = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    Resource  = "arn:aws:secretsmanager:${local.here}:secret:rds!db-*"
    Condition = { StringEquals = { "aws:ResourceTag/aws:rds:primaryDBInstanceArn" = local.database } }
  }

  boundary = [
    {
      Sid    = "Media"
      Effect = "Allow"
      Action = [
        "s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject",
      ]
      Resource = ["arn:aws:s3:::${local.media_bucket}", "arn:aws:s3:::${local.media_bucket}/*"]
    },
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
      Resource = "arn:aws:ecr:${local.here}:repository/${local.prefix}-backend"
    },
    {
      Sid      = "OwnSecrets"
      Effect   = "Allow"
      Action   = "secretsmanager:GetSecretValue"
      Resource = "arn:aws:secretsmanager:${local.here}:secret:${local.prefix}/*"
    },
    merge(local.database_secret, { Sid = "DatabaseSecret", Action = "secretsmanager:GetSecretValue" }),
    {
      Sid      = "Logs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "arn:aws:logs:${local.here}:log-group:/ecs/${var.environment}/${local.prefix}-*:*"
    },
  ]
}
