"""What a clip that has arrived is like, and whether it may go into the film."""
