data "aws_caller_identity" "current" {}

# Made by `reelflow bootstrap`: SECRET_KEY, REDIS_PASSWORD and REPLICATE_API_TOKEN. Here only its address is read.
data "aws_secretsmanager_secret" "app" {
  name = "${local.prefix}/app"
}

# Opened for the run only, and written to no state and no plan: the cache must be told its token.
ephemeral "aws_secretsmanager_secret_version" "app" {
  secret_id = data.aws_secretsmanager_secret.app.arn
}

locals {
  # In prod the names are those of the guide.
  prefix     = var.environment == "prod" ? var.name_prefix : "${var.name_prefix}-${var.environment}"
  account_id = data.aws_caller_identity.current.account_id

  protected   = coalesce(var.deletion_protection, var.environment == "prod")
  self_hosted = var.prefect_mode == "self_hosted"
  api_port    = 8000
  worker_port = 8080

  prefect_api_url = local.self_hosted ? module.prefect[0].api_url : var.prefect_api_url
  database_url    = "postgresql://${module.database.username}@${module.database.endpoint}/${module.database.name}?sslmode=require"

  environment = {
    ENVIRONMENT     = var.environment
    AWS_REGION      = var.aws_region
    DATABASE_URL    = local.database_url
    REDIS_URL       = "rediss://${module.cache.endpoint}/0"
    MEDIA_URL       = "s3://${module.storage.bucket}"
    PREFECT_API_URL = local.prefect_api_url
    LOG_FORMAT      = "json"
    HOST            = "0.0.0.0"
  }

  # Where a container finds each secret: a secret's ARN, or one key of it.
  secrets = merge(
    {
      DATABASE_PASSWORD = "${module.database.secret_arn}:password::"
      REDIS_PASSWORD    = "${data.aws_secretsmanager_secret.app.arn}:REDIS_PASSWORD::"
      SECRET_KEY        = "${data.aws_secretsmanager_secret.app.arn}:SECRET_KEY::"
      REPLICATE_API_TOKEN = (
        var.replicate_api_token_version == null
        ? "${data.aws_secretsmanager_secret.app.arn}:REPLICATE_API_TOKEN::"
        : module.replicate_token[0].arn
      )
    },
    var.prefect_api_key_secret_arn == null ? {} : { PREFECT_API_KEY = var.prefect_api_key_secret_arn },
    var.c2pa_secret_arn == null ? {} : {
      for key in ["C2PA_CERTIFICATE", "C2PA_PRIVATE_KEY"] : key => "${var.c2pa_secret_arn}:${key}::"
    },
  )
}

module "network" {
  source = "./modules/network"

  prefix             = local.prefix
  region             = var.aws_region
  cidr               = var.vpc_cidr
  availability_zones = var.availability_zones
  allowed_cidrs      = var.allowed_cidrs
  api_port           = local.api_port
  load_balancer      = { enabled = var.load_balancer, https = var.certificate_arn != null }
  prefect_port       = local.self_hosted ? 4200 : try(tonumber(regex("^https?://[^/:]+:([0-9]+)/", var.prefect_api_url)[0]), null)
  prefect_inside     = local.self_hosted
}

module "registry" {
  source = "./modules/registry"

  name         = "${local.prefix}-backend"
  force_delete = !local.protected
}

module "storage" {
  source = "./modules/storage"

  bucket        = coalesce(var.s3_bucket_name, "${local.prefix}-media-${local.account_id}")
  force_destroy = !local.protected
}

module "database" {
  source = "./modules/database"

  identifier            = "${local.prefix}-db"
  password              = var.db_password
  password_version      = var.db_password_version
  instance_class        = var.db_instance_class
  storage_gb            = var.db_storage_gb
  multi_az              = var.db_multi_az
  backup_retention_days = var.db_backup_retention_days
  deletion_protection   = local.protected
  log_retention_days    = var.log_retention_days
  subnet_ids            = module.network.private_subnet_ids
  security_group_id     = module.network.database_security_group_id
  secret_name           = "${local.prefix}/database"
}

module "cache" {
  source = "./modules/cache"

  replication_group_id = "${local.prefix}-redis"
  node_type            = var.redis_node_type
  auth_token           = jsondecode(ephemeral.aws_secretsmanager_secret_version.app.secret_string)["REDIS_PASSWORD"]
  auth_token_version   = var.redis_auth_token_version
  subnet_ids           = module.network.private_subnet_ids
  security_group_id    = module.network.cache_security_group_id
}

module "replicate_token" {
  source = "./modules/secret"
  count  = var.replicate_api_token_version == null ? 0 : 1

  name            = "${local.prefix}/replicate"
  description     = "Token for Replicate's models."
  value           = var.replicate_api_token
  value_version   = var.replicate_api_token_version
  recovery_window = local.protected ? 30 : 0
}

module "iam" {
  source = "./modules/iam"

  prefix               = local.prefix
  environment          = var.environment
  region               = var.aws_region
  account_id           = local.account_id
  permissions_boundary = "arn:aws:iam::${local.account_id}:policy/${local.prefix}-boundary"
  repository_arn       = module.registry.arn
  bucket_arn           = module.storage.arn
  # A secret's key is no part of its ARN.
  secret_arns = distinct([for address in values(local.secrets) : join(":", slice(split(":", address), 0, 7))])
}

module "cluster" {
  source = "./modules/cluster"

  name               = local.prefix
  container_insights = var.container_insights
}

module "load_balancer" {
  source = "./modules/load_balancer"
  count  = var.load_balancer ? 1 : 0

  name                = local.prefix
  target_group_name   = "${local.prefix}-backend"
  port                = local.api_port
  certificate_arn     = var.certificate_arn
  deletion_protection = local.protected
  vpc_id              = module.network.vpc_id
  subnet_ids          = module.network.public_subnet_ids
  security_group_id   = module.network.load_balancer_security_group_id
}

module "backend" {
  source = "./modules/service"

  family             = "${local.prefix}-backend"
  container          = "backend"
  command            = ["serve"]
  port               = local.api_port
  cpu                = var.task_cpu
  memory             = var.task_memory
  stop_timeout       = 40
  environment        = merge(local.environment, { PORT = tostring(local.api_port), CORS_ORIGINS = var.cors_origins })
  secrets            = local.secrets
  task_role_arn      = module.iam.task_role_arns["backend"]
  security_group_ids = [module.network.tasks_security_group_id, module.network.api_security_group_id]
  target_group       = var.load_balancer ? { arn = module.load_balancer[0].target_group_arn } : null
  shared             = local.shared
}

module "worker" {
  source = "./modules/service"

  family    = "${local.prefix}-worker"
  container = "worker"
  command   = ["worker"]
  port      = local.worker_port
  cpu       = var.worker_cpu
  memory    = var.worker_memory
  spot      = var.worker_spot
  # As long as AWS gives a task whose spare capacity it takes back.
  stop_timeout       = 120
  environment        = merge(local.environment, { PORT = tostring(local.worker_port) })
  secrets            = local.secrets
  task_role_arn      = module.iam.task_role_arns["worker"]
  security_group_ids = [module.network.tasks_security_group_id]
  shared             = local.shared
}

module "prefect" {
  source = "./modules/prefect"
  count  = local.self_hosted ? 1 : 0

  family             = "${local.prefix}-prefect"
  domain             = "${local.prefix}.internal"
  database           = { host = module.database.address, port = module.database.port, username = module.database.username }
  password_address   = local.secrets.DATABASE_PASSWORD
  task_role_arn      = module.iam.task_role_arns["prefect"]
  vpc_id             = module.network.vpc_id
  security_group_ids = [module.network.tasks_security_group_id]
  shared             = local.shared
}

locals {
  # What every service has in common.
  shared = {
    environment        = var.environment
    region             = var.aws_region
    cluster_arn        = module.cluster.arn
    image              = "${module.registry.url}:unreleased"
    execution_role_arn = module.iam.execution_role_arn
    cpu_architecture   = var.cpu_architecture
    subnet_ids         = module.network.public_subnet_ids
    log_retention_days = var.log_retention_days
    health_check       = var.health_check
  }

  services = merge(
    { backend = merge(module.backend.service, { desired_count = var.desired_count, spot = false, health_path = "/health" }) },
    { worker = merge(module.worker.service, { desired_count = var.worker_count, spot = var.worker_spot, health_path = "/health" }) },
    local.self_hosted ? { prefect = merge(module.prefect[0].service, { desired_count = 1, spot = false, health_path = "/api/health" }) } : {},
  )
}

module "observability" {
  source = "./modules/observability"

  prefix              = local.prefix
  region              = var.aws_region
  account_id          = local.account_id
  alert_email         = var.alert_email
  cluster_name        = module.cluster.name
  services            = { for name, service in local.services : name => { service = service.service, log_group = service.log_group } }
  database_identifier = module.database.identifier
  database_storage_gb = var.db_storage_gb
  cache_node_id       = "${module.cache.replication_group_id}-001"
  load_balancer = var.load_balancer ? {
    name         = module.load_balancer[0].arn_suffix
    target_group = module.load_balancer[0].target_group_arn_suffix
  } : null
}

module "budget" {
  source = "./modules/budget"

  name      = "${local.prefix}-monthly"
  limit_usd = var.budget_limit_usd
  topic_arn = module.observability.topic_arn
}
