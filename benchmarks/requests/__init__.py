"""CPU of warm requests: function, PostgREST, Postgres and Redis, against the old backend and a plain twin."""
