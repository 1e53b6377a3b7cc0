variable "name" {
  description = "Name of the load balancer."
  type        = string
}

variable "target_group_name" {
  description = "Name of the target group."
  type        = string
}

variable "port" {
  description = "Port of the API's container."
  type        = number
}

variable "certificate_arn" {
  description = "Certificate for HTTPS. Null: HTTP only."
  type        = string
}

variable "deletion_protection" {
  description = "Whether the load balancer refuses to be deleted."
  type        = bool
}

variable "vpc_id" {
  description = "VPC of the targets."
  type        = string
}

variable "subnet_ids" {
  description = "Public subnets, in two zones at least."
  type        = list(string)
}

variable "security_group_id" {
  description = "Security group that says who may connect."
  type        = string
}

locals {
  https = var.certificate_arn != null
}

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_91:The API logs every request itself.
  #checkov:skip=CKV_AWS_150:Protected where var.deletion_protection says so, which is in prod.
  #checkov:skip=CKV2_AWS_28:A web application firewall costs more than half of the budget; the API limits requests itself.
  #checkov:skip=CKV2_AWS_20:Without a certificate there is nothing to redirect to; with one it redirects.
  name                       = var.name
  load_balancer_type         = "application"
  internal                   = false
  security_groups            = [var.security_group_id]
  subnets                    = var.subnet_ids
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
  # Longer than the heartbeat of a page that watches its film.
  idle_timeout = 120
}

resource "aws_lb_target_group" "backend" {
  #checkov:skip=CKV_AWS_378:From the load balancer to the task it is the VPC's own network.
  name        = var.target_group_name
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = "HTTP"
  port        = var.port
  # Seconds that a task which is leaving has for requests it has begun.
  deregistration_delay = 30

  health_check {
    path                = "/health"
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
}

resource "aws_lb_listener" "http" {
  #checkov:skip=CKV_AWS_2:With a certificate it only redirects to HTTPS.
  #checkov:skip=CKV_AWS_103:With a certificate it only redirects to HTTPS, which asks for TLS 1.2 or later.
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type             = local.https ? "redirect" : "forward"
    target_group_arn = local.https ? null : aws_lb_target_group.backend.arn

    dynamic "redirect" {
      for_each = local.https ? [1] : []

      content {
        protocol    = "HTTPS"
        port        = "443"
        status_code = "HTTP_301"
      }
    }
  }
}

resource "aws_lb_listener" "https" {
  count = local.https ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.backend.arn
  }
}

output "url" {
  description = "Address of the API."
  value       = "${local.https ? "https" : "http"}://${aws_lb.this.dns_name}"
}

output "arn_suffix" {
  description = "How metrics name the load balancer."
  value       = aws_lb.this.arn_suffix
}

# A service may name its target group only once a listener uses it.
output "target_group_arn" {
  description = "Target group of the API."
  value       = aws_lb_target_group.backend.arn
  depends_on  = [aws_lb_listener.http, aws_lb_listener.https]
}

output "target_group_arn_suffix" {
  description = "How metrics name the target group."
  value       = aws_lb_target_group.backend.arn_suffix
}
