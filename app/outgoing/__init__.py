"""Webhooks to users' own servers: written with what they tell of, signed, sent until they are answered."""
