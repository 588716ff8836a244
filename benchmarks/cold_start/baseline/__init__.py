"""Same endpoints as one would usually write them: FastAPI, Mangum, supabase-py, one application per function."""
