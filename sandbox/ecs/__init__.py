"""A small ECS behind the real API's shapes: it runs tasks, rolls services out, and rolls them back."""
