"""AWS on one machine, for rehearsals: the same flows, blocks and Terraform, other endpoint URLs."""
