"""Chat: conversations of buyer and seller about a listing. Knows no HTTP and no provider."""
