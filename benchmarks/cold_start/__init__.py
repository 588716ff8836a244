"""Cold start of our functions beside the same endpoints on FastAPI, Mangum and supabase-py."""
