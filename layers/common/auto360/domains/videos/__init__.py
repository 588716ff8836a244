"""Videos: upload sessions, playback, and the transfer from one provider to another."""
