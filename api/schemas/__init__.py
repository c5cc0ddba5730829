"""What requests and answers look like, one module per subject; input refuses unknown fields."""
