"""Operations page: HTML made on the server, cookie sessions, CSRF-guarded forms."""
