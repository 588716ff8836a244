"""/admin…: the operations page, for moderators, finance and administrators."""

from pathlib import Path

from auto360.admin.app import make_page_app
from auto360.admin.rendering import Pages
from auto360.admin.routers import (
    moderation,
    monitoring,
    notifications,
    overview,
    payments,
    playback,
    sign_in,
    staff,
    video_transfer,
)
from auto360.admin.sign_in import FORMS
from auto360.http.app import entrypoint

app = make_page_app(Pages(Path(__file__).parent), without_session=FORMS)
for area in (sign_in, overview, moderation, monitoring, notifications, payments, playback, video_transfer, staff):
    app.include_router(area.router)

handler = entrypoint(app, body="raw")
