locals {
  # The state with its lock, the lock of the environment, the records of its releases and of its operation; and secrets.
  state = [
    {
      Sid      = "FindState"
      Effect   = "Allow"
      Action   = ["s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket", "s3:ListBucketVersions"]
      Resource = "arn:aws:s3:::${local.state_bucket}"
    },
    {
      Sid      = "KeepState"
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject"]
      Resource = [for folder in ["locks", "operation", "releases", var.environment] : "arn:aws:s3:::${local.state_bucket}/${folder}/*"]
    },
    {
      # Older versions stay, whoever deletes or overwrites: they are what a lost state is restored from.
      Sid      = "NeverForgetState"
      Effect   = "Deny"
      Action   = ["s3:DeleteObjectVersion", "s3:PutBucketVersioning", "s3:PutLifecycleConfiguration", "s3:DeleteBucket"]
      Resource = ["arn:aws:s3:::${local.state_bucket}", "arn:aws:s3:::${local.state_bucket}/*"]
    },
    {
      Sid      = "ReadOwnSecrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetResourcePolicy", "secretsmanager:GetSecretValue"]
      Resource = "arn:aws:secretsmanager:${local.here}:secret:${local.prefix}/*"
    },
    merge(local.database_secret, { Sid = "ReadDatabaseSecret" }),
    {
      # Passwords that are given by variable.
      Sid    = "KeepGivenSecrets"
      Effect = "Allow"
      Action = [
        "secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:PutSecretValue",
        "secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
        "secretsmanager:UpdateSecretVersionStage",
      ]
      Resource = [for name in ["database", "replicate"] : "arn:aws:secretsmanager:${local.here}:secret:${local.prefix}/${name}-*"]
    },
    {
      # RDS makes its secret in the name of who creates the instance; nobody else can make one of such a name.
      Sid      = "MakeDatabaseSecret"
      Effect   = "Allow"
      Action   = ["secretsmanager:CreateSecret", "secretsmanager:RotateSecret", "secretsmanager:TagResource"]
      Resource = "arn:aws:secretsmanager:${local.here}:secret:rds!db-*"
    },
  ]
}
