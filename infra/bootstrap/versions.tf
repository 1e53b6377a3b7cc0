terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.62"
    }
  }

  # Bucket, key ({environment}/bootstrap.tfstate) and region are given at `terraform init`.
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
