"""The move of videos from api.video to Yandex, by hand: `make migrate-videos ARGS="status"`."""
