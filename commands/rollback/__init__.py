"""The commands that bring back: an earlier release, an earlier Terraform state."""
