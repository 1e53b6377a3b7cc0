# Values that must be refused, one run for each; the first shows that the rest of the values are good.

variables {
  environment     = "dev"
  prefect_api_url = "https://prefect.example.com/api"
}

run "good_values" {
  command = plan
}

run "unknown_environment" {
  command         = plan
  expect_failures = [var.environment]
  variables { environment = "production" }
}

run "region_without_number" {
  command         = plan
  expect_failures = [var.aws_region]
  variables { aws_region = "us-east" }
}

run "prefix_in_capitals" {
  command         = plan
  expect_failures = [var.name_prefix]
  variables { name_prefix = "Films" }
}

run "prefix_too_long_for_a_target_group" {
  command         = plan
  expect_failures = [var.name_prefix]
  variables { name_prefix = "seventeen-letters" }
}

run "one_zone" {
  command         = plan
  expect_failures = [var.availability_zones]
  variables { availability_zones = ["a"] }
}

run "the_same_zone_twice" {
  command         = plan
  expect_failures = [var.availability_zones]
  variables { availability_zones = ["a", "a"] }
}

run "network_too_small" {
  command         = plan
  expect_failures = [var.vpc_cidr]
  variables { vpc_cidr = "10.0.0.0/24" }
}

run "no_network" {
  command         = plan
  expect_failures = [var.vpc_cidr]
  variables { vpc_cidr = "10.0.0.0" }
}

run "allowed_address_without_length" {
  command         = plan
  expect_failures = [var.allowed_cidrs]
  variables { allowed_cidrs = ["198.51.100.7"] }
}

run "certificate_that_is_none" {
  command         = plan
  expect_failures = [var.certificate_arn]
  variables { certificate_arn = "arn:aws:iam::123456789012:server-certificate/films" }
}

run "origin_with_a_path" {
  command         = plan
  expect_failures = [var.cors_origins]
  variables { cors_origins = "https://films.example.com,https://example.com/films" }
}

run "bucket_in_capitals" {
  command         = plan
  expect_failures = [var.s3_bucket_name]
  variables { s3_bucket_name = "Films" }
}

run "password_that_rds_refuses" {
  command         = plan
  expect_failures = [var.db_password]
  variables {
    db_password         = "with/a/slash/and@more"
    db_password_version = 1
  }
}

run "password_too_short" {
  command         = plan
  expect_failures = [var.db_password]
  variables {
    db_password         = "short"
    db_password_version = 1
  }
}

run "password_version_zero" {
  command         = plan
  expect_failures = [var.db_password_version]
  variables {
    db_password         = "long-enough-a-password"
    db_password_version = 0
  }
}

run "no_instance_class" {
  command         = plan
  expect_failures = [var.db_instance_class]
  variables { db_instance_class = "t4g.micro" }
}

run "storage_below_gp3" {
  command         = plan
  expect_failures = [var.db_storage_gb]
  variables { db_storage_gb = 10 }
}

run "no_backups" {
  command         = plan
  expect_failures = [var.db_backup_retention_days]
  variables { db_backup_retention_days = 0 }
}

run "backups_longer_than_rds_keeps_them" {
  command         = plan
  expect_failures = [var.db_backup_retention_days]
  variables { db_backup_retention_days = 36 }
}

run "no_node_type" {
  command         = plan
  expect_failures = [var.redis_node_type]
  variables { redis_node_type = "db.t4g.micro" }
}

run "unknown_processor" {
  command         = plan
  expect_failures = [var.cpu_architecture]
  variables { cpu_architecture = "arm64" }
}

run "cpu_that_fargate_has_not" {
  command         = plan
  expect_failures = [var.task_cpu]
  variables { task_cpu = 768 }
}

run "memory_below_what_the_cpu_asks_for" {
  command         = plan
  expect_failures = [var.task_memory]
  variables {
    task_cpu    = 1024
    task_memory = 1024
  }
}

run "memory_that_fargate_has_not" {
  command         = plan
  expect_failures = [var.task_memory]
  variables {
    task_cpu    = 512
    task_memory = 1500
  }
}

run "no_api" {
  command         = plan
  expect_failures = [var.desired_count]
  variables { desired_count = 0 }
}

run "health_asked_too_often" {
  command         = plan
  expect_failures = [var.health_check]
  variables { health_check = { interval = 1 } }
}

run "worker_that_cannot_compose" {
  command         = plan
  expect_failures = [var.worker_memory]
  variables {
    worker_cpu    = 512
    worker_memory = 1024
  }
}

run "unknown_prefect_mode" {
  command         = plan
  expect_failures = [var.prefect_mode]
  variables {
    prefect_mode    = "cloud"
    prefect_api_url = null
  }
}

run "external_prefect_without_address" {
  command         = plan
  expect_failures = [var.prefect_api_url]
  variables { prefect_api_url = null }
}

run "self_hosted_prefect_with_address" {
  command         = plan
  expect_failures = [var.prefect_api_url]
  variables { prefect_mode = "self_hosted" }
}

run "replicate_token_of_another_form" {
  command         = plan
  expect_failures = [var.replicate_api_token]
  variables {
    replicate_api_token         = "token"
    replicate_api_token_version = 1
  }
}

run "days_that_cloudwatch_does_not_know" {
  command         = plan
  expect_failures = [var.log_retention_days]
  variables { log_retention_days = 15 }
}

run "no_address_to_tell" {
  command         = plan
  expect_failures = [var.alert_email]
  variables { alert_email = "operations" }
}

run "free_of_charge" {
  command         = plan
  expect_failures = [var.budget_limit_usd]
  variables { budget_limit_usd = 0 }
}

run "key_that_tasks_could_not_read" {
  command         = plan
  expect_failures = [var.prefect_api_key_secret_arn]
  variables { prefect_api_key_secret_arn = "arn:aws:secretsmanager:us-east-2:123456789012:secret:ai-video/prefect-abcdef" }
}

run "key_that_tasks_can_read" {
  command = plan
  variables { prefect_api_key_secret_arn = "arn:aws:secretsmanager:us-east-2:123456789012:secret:ai-video-dev/prefect-abcdef" }
}

run "signer_that_tasks_could_not_read" {
  command         = plan
  expect_failures = [var.c2pa_secret_arn]
  variables { c2pa_secret_arn = "arn:aws:secretsmanager:us-east-2:123456789012:secret:ai-video/c2pa-abcdef" }
}

run "signer_that_tasks_can_read" {
  command = plan
  variables { c2pa_secret_arn = "arn:aws:secretsmanager:us-east-2:123456789012:secret:ai-video-dev/c2pa-abcdef" }
}
