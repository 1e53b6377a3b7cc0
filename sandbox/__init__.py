"""AWS on one machine, for rehearsals: the same flows, blocks and Terraform, other endpoint URLs.

What is real: Terraform, the registry, images, containers (or processes, without a Docker engine), PostgreSQL,
Redis's protocol, TLS, the load balancer, HTTP and WebSockets through it, roll-outs and rollbacks, logs, exit
codes, and the rights of the tasks' roles. What moto stands in for: S3, IAM's records, EC2's network (no
security group or route keeps anybody out), CloudWatch, Secrets Manager, budgets. What is shortened, and by
how much, is in `sandbox.timing`. Everything listens on loopback only.

`running.sandbox()` is the door for programs, `python -m sandbox.server` the process behind it.
"""
