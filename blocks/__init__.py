"""The outside world as Prefect blocks; `blocks.catalogue` names all of them."""
