"""What may be written down: no secrets, no credentials, no paths of this machine."""
