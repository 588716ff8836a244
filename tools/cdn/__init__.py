"""CDN settings: the wanted ones, their difference from the current ones, and applying them."""
