"""The painter's own icons: drawings as paths on a 48 by 48 grid, and the words that choose them."""
