# Bucket, registry, database and cache, each by itself: what makes them safe.

mock_provider "aws" {}

run "bucket" {
  module { source = "./modules/storage" }
  variables {
    bucket        = "films"
    force_destroy = false
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "All public access must be blocked."
  }
  assert {
    condition     = one(aws_s3_bucket_versioning.this.versioning_configuration).status == "Enabled"
    error_message = "Versions must be kept."
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_server_side_encryption_configuration.this.rule :
      rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    ])
    error_message = "Objects must be encrypted."
  }
  assert {
    condition = {
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule :
      rule.filter[0].prefix => rule.expiration[0].days if try(rule.expiration[0].days, 0) > 0
    } == { "temp/" = 7, "generations/" = 30, "compositions/" = 90 }
    error_message = "Objects must go after 7, 30 and 90 days by what their keys begin with."
  }
  assert {
    condition = [
      for rule in aws_s3_bucket_lifecycle_configuration.this.rule :
      rule.abort_incomplete_multipart_upload[0].days_after_initiation if length(rule.abort_incomplete_multipart_upload) > 0
    ] == [1]
    error_message = "Uploads that were broken off must go after a day."
  }
  assert {
    condition = anytrue([
      for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement :
      statement.Effect == "Deny" && statement.Principal == "*" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false" && length(statement.Resource) == 2
    ])
    error_message = "Without TLS nobody may reach bucket or objects."
  }
  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_cors_configuration.this.cors_rule :
      rule.allowed_methods == toset(["GET", "HEAD"]) && rule.allowed_headers == toset(["Range"])
    ])
    error_message = "Pages of other origins may read what they have a link to, and write nothing."
  }
  assert {
    condition     = !aws_s3_bucket.this.force_destroy
    error_message = "A bucket with films must refuse to be deleted."
  }
}

run "registry" {
  module { source = "./modules/registry" }
  variables {
    name         = "films"
    force_delete = false
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE"
    error_message = "A tag must not be moved to another image."
  }
  assert {
    condition     = aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "Every image must be scanned."
  }
  assert {
    condition     = [for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : rule.selection.countNumber] == [7, 50]
    error_message = "Untagged images must go after 7 days, and fifty images stay."
  }
}

run "database_whose_password_rds_keeps" {
  # An apply of a test asks for every ephemeral variable, also for those that may be left out.
  command = plan
  module { source = "./modules/database" }
  variables {
    identifier            = "films-db"
    secret_name           = "films/database"
    instance_class        = "db.t4g.micro"
    storage_gb            = 20
    multi_az              = false
    backup_retention_days = 7
    deletion_protection   = true
    log_retention_days    = 30
    subnet_ids            = ["subnet-1", "subnet-2"]
    security_group_id     = "sg-1"
  }
  override_resource {
    target          = aws_db_instance.this
    override_during = plan
    values = {
      address            = "films-db.example.com"
      port               = 5432
      master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:us-east-2:123456789012:secret:rds!db-1" }]
    }
  }

  assert {
    condition     = !aws_db_instance.this.publicly_accessible && aws_db_instance.this.storage_encrypted
    error_message = "The database must be private and encrypted."
  }
  assert {
    condition     = aws_db_instance.this.engine == "postgres" && aws_db_instance.this.engine_version == "17"
    error_message = "The database must be PostgreSQL 17."
  }
  assert {
    condition     = { for parameter in aws_db_parameter_group.this.parameter : parameter.name => parameter.value }["rds.force_ssl"] == "1"
    error_message = "TLS must be forced."
  }
  assert {
    condition     = aws_db_instance.this.manage_master_user_password == true && length(module.secret) == 0
    error_message = "RDS must make and keep the password."
  }
  assert {
    condition     = aws_db_instance.this.deletion_protection && !aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.final_snapshot_identifier == "films-db-final"
    error_message = "A protected database must refuse to go, and leave a snapshot when it does."
  }
  assert {
    condition     = aws_db_instance.this.backup_retention_period == 7
    error_message = "Backups must be kept."
  }
  assert {
    condition     = output.endpoint == "films-db.example.com:5432" && output.secret_arn == "arn:aws:secretsmanager:us-east-2:123456789012:secret:rds!db-1"
    error_message = "Endpoint and secret must be told."
  }
}

run "database_whose_password_is_given" {
  module { source = "./modules/database" }
  variables {
    identifier            = "films-db"
    password              = "Xk29-long-enough-and-odd"
    password_version      = 3
    secret_name           = "films/database"
    instance_class        = "db.t4g.micro"
    storage_gb            = 20
    multi_az              = true
    backup_retention_days = 1
    deletion_protection   = false
    log_retention_days    = 1
    subnet_ids            = ["subnet-1", "subnet-2"]
    security_group_id     = "sg-1"
  }

  assert {
    condition     = aws_db_instance.this.manage_master_user_password == null && aws_db_instance.this.password_wo_version == 3
    error_message = "The given password must be used, and its version noted."
  }
  assert {
    condition     = aws_db_instance.this.password_wo == null && aws_db_instance.this.password == null
    error_message = "The password must not be in the state."
  }
  assert {
    condition     = length(module.secret) == 1
    error_message = "Tasks must find the password in Secrets Manager."
  }
  assert {
    condition     = !aws_db_instance.this.deletion_protection && aws_db_instance.this.skip_final_snapshot && aws_db_instance.this.multi_az
    error_message = "What is asked for must be done."
  }
}

run "secret_is_in_no_state" {
  module { source = "./modules/secret" }
  variables {
    name            = "films/replicate"
    description     = "Token"
    value           = "r8_0123456789abcdefghij"
    value_version   = 2
    recovery_window = 30
  }

  assert {
    condition     = aws_secretsmanager_secret_version.this.secret_string_wo == null && aws_secretsmanager_secret_version.this.secret_string_wo_version == 2
    error_message = "Only the version of a secret may be in the state."
  }
}

run "cache" {
  module { source = "./modules/cache" }
  variables {
    replication_group_id = "films-redis"
    node_type            = "cache.t4g.micro"
    auth_token           = "0123456789abcdef0123456789abcdef"
    auth_token_version   = 1
    subnet_ids           = ["subnet-1", "subnet-2"]
    security_group_id    = "sg-1"
  }
  override_resource {
    target = aws_elasticache_replication_group.this
    values = { primary_endpoint_address = "films-redis.example.com" }
  }

  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.transit_encryption_mode == "required"
    error_message = "TLS must be forced."
  }
  assert {
    condition     = tobool(aws_elasticache_replication_group.this.at_rest_encryption_enabled)
    error_message = "What it keeps must be encrypted."
  }
  assert {
    condition     = aws_elasticache_replication_group.this.auth_token_wo == null && aws_elasticache_replication_group.this.auth_token_wo_version == 1
    error_message = "Clients must show a token, which is in no state."
  }
  assert {
    condition     = one(aws_elasticache_parameter_group.this.parameter).value == "noeviction"
    error_message = "Events must not vanish one by one."
  }
  assert {
    condition     = output.endpoint == "films-redis.example.com:6379"
    error_message = "The endpoint must be told."
  }
}
