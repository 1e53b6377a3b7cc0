terraform {
  # 1.11: write-only arguments, which keep passwords out of the state; and the lock file of the S3 backend.
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # 6.62: the cache's token as a write-only argument.
      version = "~> 6.62"
    }
  }

  # Bucket, key and region are given at `terraform init`: `reelflow bootstrap` makes the bucket, versioned.
  backend "s3" {
    use_lockfile = true
    encrypt      = true
  }
}

provider "aws" {
  region = var.aws_region

  default_tags {
    tags = {
      Project     = "reelflow"
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }
}
