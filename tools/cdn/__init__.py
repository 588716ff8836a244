"""The settings of the CDN: what they should be, how they differ from what they are, and making them so."""
