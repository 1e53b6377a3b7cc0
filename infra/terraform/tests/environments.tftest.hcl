# What differs between environments, by what the whole configuration plans.

variables {
  prefect_api_url = "https://prefect.example.com/api"
}

run "prod_has_the_names_of_the_guide" {
  command = plan
  variables { environment = "prod" }

  assert {
    condition     = output.ecs_task_family == "ai-video-backend" && output.ecs_service_name == "ai-video-backend"
    error_message = "Family and service must be ai-video-backend."
  }
  assert {
    condition     = output.database_identifier == "ai-video-db" && output.redis_replication_group_id == "ai-video-redis"
    error_message = "Database and cache must be ai-video-db and ai-video-redis."
  }
  assert {
    condition     = output.ecs_cluster_name == "ai-video"
    error_message = "The cluster must be ai-video."
  }
  assert {
    condition     = output.services.backend.log_group == "/ecs/prod/ai-video-backend"
    error_message = "The API must log to /ecs/prod/ai-video-backend."
  }
  assert {
    condition     = output.ecs_task_public_ip == null && output.api_url == null && output.target_group_arn == null
    error_message = "Without a load balancer no address is known beforehand."
  }
  assert {
    condition     = join(",", keys(output.services)) == "backend,worker"
    error_message = "With an external Prefect there are two services."
  }
  assert {
    condition     = output.network.assign_public_ip
    error_message = "Without a NAT gateway a one-off task needs a public address."
  }
}

run "elsewhere_names_carry_the_environment" {
  command = plan
  variables { environment = "staging" }

  assert {
    condition     = output.ecs_task_family == "ai-video-staging-backend" && output.database_identifier == "ai-video-staging-db"
    error_message = "Names outside prod must carry the environment."
  }
  assert {
    condition     = output.s3_bucket_name == "ai-video-staging-media-${output.account_id}"
    error_message = "The bucket's name must be unique by the account's number."
  }
}

run "a_load_balancer_is_an_address" {
  command = plan
  variables {
    environment    = "dev"
    load_balancer  = true
    s3_bucket_name = "films-of-ours"
  }

  assert {
    condition     = length([for name in output.alarm_names : name if startswith(name, "ai-video-dev-load-balancer-")]) == 2
    error_message = "A load balancer is watched by two alarms."
  }
  assert {
    condition     = output.s3_bucket_name == "films-of-ours" && output.media_bucket == "films-of-ours"
    error_message = "A given bucket's name must be kept."
  }
}

run "prefect_can_be_hosted_here" {
  command = plan
  variables {
    environment     = "dev"
    prefect_mode    = "self_hosted"
    prefect_api_url = null
  }

  assert {
    condition     = output.services.prefect.port == 4200 && output.services.prefect.health_path == "/api/health"
    error_message = "Prefect's server must be the third service."
  }
  assert {
    condition     = output.services.prefect.family == "ai-video-dev-prefect" && output.services.prefect.container == "prefect"
    error_message = "Its family and container must be named as the others'."
  }
}

run "what_the_roll_out_is_to_bring_about" {
  command = plan
  variables {
    environment   = "dev"
    desired_count = 2
    worker_count  = 3
    worker_spot   = false
  }

  assert {
    condition     = output.services.backend.desired_count == 2 && output.services.worker.desired_count == 3
    error_message = "The counts that are asked for must be told to the roll-out."
  }
  assert {
    condition     = !output.services.backend.spot && !output.services.worker.spot
    error_message = "Which services run on spare capacity must be told."
  }
}

run "passwords_by_variable" {
  command = plan
  variables {
    environment                 = "dev"
    db_password                 = "Xk29-long-enough-and-odd"
    db_password_version         = 1
    replicate_api_token         = "r8_0123456789abcdefghij"
    replicate_api_token_version = 1
  }

  assert {
    condition     = output.database_identifier == "ai-video-dev-db"
    error_message = "A password of one's own must be possible."
  }
}
