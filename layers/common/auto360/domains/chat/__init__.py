"""Chat: conversations of a buyer and a seller about a listing. Knows no HTTP and no provider."""
