"""Pages for people: HTML made on the server, cookie sessions, forms that only our own pages can send."""
