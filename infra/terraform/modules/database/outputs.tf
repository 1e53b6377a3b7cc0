output "identifier" {
  description = "Name of the instance."
  value       = aws_db_instance.this.identifier
}

output "address" {
  description = "Host of the database."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port of the database."
  value       = aws_db_instance.this.port
}

output "endpoint" {
  description = "Host and port of the database."
  value       = "${aws_db_instance.this.address}:${aws_db_instance.this.port}"
}

output "name" {
  description = "The application's database."
  value       = aws_db_instance.this.db_name
}

output "username" {
  description = "Master user."
  value       = local.username
}

output "secret_arn" {
  description = "Secret with username and password."
  value       = local.managed ? aws_db_instance.this.master_user_secret[0].secret_arn : module.secret[0].arn
}
