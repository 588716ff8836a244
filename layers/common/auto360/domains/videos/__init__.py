"""Videos: upload tickets, where a video plays, and the move from one provider to another."""
