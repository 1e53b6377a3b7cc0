"""What the stages of a deployment share: the release's record, the environment's lock, the way back."""
