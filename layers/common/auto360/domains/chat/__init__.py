"""Chat: conversations of buyer and seller about a listing. Without HTTP and providers."""
