locals {
  username = "reelflow"
  # By the version, since a password decides about nothing that is kept.
  managed = var.password_version == null
  logs    = toset(["postgresql", "upgrade"])
}

resource "aws_db_subnet_group" "this" {
  name        = var.identifier
  description = "Private subnets of the database"
  subnet_ids  = var.subnet_ids
}

resource "aws_db_parameter_group" "this" {
  name        = "${var.identifier}-postgres17"
  family      = "postgres17"
  description = "TLS only; slow statements and changes of the schema are logged"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  parameter {
    name  = "log_statement"
    value = "ddl"
  }

  # Milliseconds.
  parameter {
    name  = "log_min_duration_statement"
    value = "1000"
  }
}

# RDS would make them itself, and keep them for ever.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts logs with AWS's key; one's own would cost a dollar a month.
  #checkov:skip=CKV_AWS_338:Kept as long as log_retention_days says; a year of logs is paid for and not read.
  for_each = local.logs

  name              = "/aws/rds/instance/${var.identifier}/${each.key}"
  retention_in_days = var.log_retention_days
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_157:A standby doubles the cost; db_multi_az switches it on.
  #checkov:skip=CKV_AWS_118:Enhanced monitoring is charged as logs; the alarms use the metrics that are free.
  #checkov:skip=CKV_AWS_353:The smallest classes have no Performance Insights.
  #checkov:skip=CKV_AWS_161:The application signs in with a password that RDS renews; a token would change every 15 minutes.
  #checkov:skip=CKV_AWS_293:Protected where var.deletion_protection says so, which is in prod.
  identifier = var.identifier

  engine         = "postgres"
  engine_version = "17"
  instance_class = var.instance_class
  db_name        = "reelflow"
  username       = local.username

  manage_master_user_password = local.managed ? true : null
  password_wo                 = var.password
  password_wo_version         = var.password_version

  storage_type          = "gp3"
  allocated_storage     = var.storage_gb
  max_allocated_storage = 5 * var.storage_gb
  storage_encrypted     = true

  db_subnet_group_name   = aws_db_subnet_group.this.name
  vpc_security_group_ids = [var.security_group_id]
  publicly_accessible    = false
  multi_az               = var.multi_az
  parameter_group_name   = aws_db_parameter_group.this.name

  # UTC; the backup is done when the maintenance begins.
  backup_retention_period = var.backup_retention_days
  backup_window           = "07:00-08:00"
  maintenance_window      = "sun:08:30-sun:09:30"
  copy_tags_to_snapshot   = true

  auto_minor_version_upgrade      = true
  apply_immediately               = true
  enabled_cloudwatch_logs_exports = local.logs

  deletion_protection       = var.deletion_protection
  skip_final_snapshot       = !var.deletion_protection
  final_snapshot_identifier = var.deletion_protection ? "${var.identifier}-final" : null

  depends_on = [aws_cloudwatch_log_group.this]
}

module "secret" {
  source = "../secret"
  count  = local.managed ? 0 : 1

  name            = var.secret_name
  description     = "Username and password of the database's master user."
  value           = jsonencode({ username = local.username, password = var.password })
  value_version   = var.password_version
  recovery_window = var.deletion_protection ? 30 : 0
}
