locals {
  stores = [
    {
      Sid    = "Database"
      Effect = "Allow"
      Action = ["rds:AddTagsToResource", "rds:CreateDBInstance", "rds:CreateDBParameterGroup", "rds:CreateDBSnapshot", "rds:CreateDBSubnetGroup", "rds:DeleteDBInstance", "rds:DeleteDBParameterGroup", "rds:DeleteDBSnapshot", "rds:DeleteDBSubnetGroup", "rds:DescribeDBParameters", "rds:ListTagsForResource", "rds:ModifyDBInstance", "rds:ModifyDBParameterGroup", "rds:ModifyDBSubnetGroup", "rds:RebootDBInstance", "rds:RemoveTagsFromResource", "rds:ResetDBParameterGroup", "rds:RestoreDBInstanceFromDBSnapshot"]
      # With the instances around a restore, whose names begin so: the restored one, and the one that it replaces.
      Resource = [local.database, "${local.database}-*", "arn:aws:rds:${local.here}:og:default:postgres-17", "arn:aws:rds:${local.here}:pg:${local.prefix}-db-*", "arn:aws:rds:${local.here}:snapshot:${local.prefix}-db-*", "arn:aws:rds:${local.here}:snapshot:${var.environment}-*", "arn:aws:rds:${local.here}:subgrp:${local.prefix}-db"]
    },
    {
      Sid      = "SeeStores"
      Effect   = "Allow"
      Action   = ["elasticache:Describe*", "rds:DescribeDBEngineVersions", "rds:DescribeDBInstances", "rds:DescribeDBParameterGroups", "rds:DescribeDBSnapshots", "rds:DescribeDBSubnetGroups", "rds:DescribeEvents", "rds:DescribeOrderableDBInstanceOptions", "rds:DescribePendingMaintenanceActions"]
      Resource = "*"
    },
    {
      Sid      = "Cache"
      Effect   = "Allow"
      Action   = ["elasticache:AddTagsToResource", "elasticache:CreateCacheParameterGroup", "elasticache:CreateCacheSubnetGroup", "elasticache:CreateReplicationGroup", "elasticache:DeleteCacheParameterGroup", "elasticache:DeleteCacheSubnetGroup", "elasticache:DeleteReplicationGroup", "elasticache:ListTagsForResource", "elasticache:ModifyCacheParameterGroup", "elasticache:ModifyCacheSubnetGroup", "elasticache:ModifyReplicationGroup", "elasticache:RemoveTagsFromResource", "elasticache:ResetCacheParameterGroup"]
      Resource = ["arn:aws:elasticache:${local.here}:cluster:${local.prefix}-redis-*", "arn:aws:elasticache:${local.here}:parametergroup:${local.prefix}-redis-*", "arn:aws:elasticache:${local.here}:replicationgroup:${local.prefix}-redis", "arn:aws:elasticache:${local.here}:subnetgroup:${local.prefix}-redis"]
    },
    {
      Sid    = "MediaBucket"
      Effect = "Allow"
      Action = [
        "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:GetAccelerateConfiguration", "s3:GetBucket*",
        "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration", "s3:GetReplicationConfiguration", "s3:ListBucket",
        "s3:ListBucketVersions", "s3:ListTagsForResource", "s3:PutBucketCORS", "s3:PutBucketOwnershipControls", "s3:PutBucketPolicy",
        "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration", "s3:TagResource", "s3:UntagResource",
      ]
      Resource = "arn:aws:s3:::${local.media_bucket}"
    },
    {
      # Only where an environment may be taken down with what it holds; in prod the deployer touches no film.
      Sid      = "EmptyMediaBucket"
      Effect   = var.environment == "prod" ? "Deny" : "Allow"
      Action   = ["s3:DeleteObject", "s3:DeleteObjectVersion"]
      Resource = "arn:aws:s3:::${local.media_bucket}/*"
    },
    {
      # RDS and ElastiCache encrypt with AWS's own keys.
      Sid       = "EncryptStores"
      Effect    = "Allow"
      Action    = ["kms:CreateGrant", "kms:DescribeKey"]
      Resource  = "arn:aws:kms:${local.here}:key/*"
      Condition = { StringLike = { "kms:ViaService" = [for name in ["rds", "elasticache", "secretsmanager"] : "${name}.${var.aws_region}.amazonaws.com"] } }
    },
  ]
}
