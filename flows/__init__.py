"""What Prefect runs: the generation of films and the deployment of what generates them."""
