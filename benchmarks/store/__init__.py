"""What large media cost on their way through the store."""
