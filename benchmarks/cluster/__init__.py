"""What a cluster of this machine makes, and what accidents cost it."""
