"""What the film gate costs beside the render of the same film."""
