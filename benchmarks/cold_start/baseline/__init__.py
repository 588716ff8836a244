"""Same endpoints in the usual style: FastAPI, Mangum, supabase-py, one application per function."""
