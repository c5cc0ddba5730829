"""What creators wait for and pay: one scene of a film made anew, and a batch of a hundred films."""
