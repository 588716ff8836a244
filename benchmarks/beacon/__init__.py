"""Load of playback reports on the local stack."""
