"""Routes of the video transfer."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Path as InPath

from auto360.admin import video_transfer
from auto360.admin.app import make_router
from auto360.admin.operations_forms import MigrationSent
from auto360.admin.rendering import CurrentPages, Page
from auto360.admin.visit import Admin

router = make_router()


@router.get("/admin/migration")
def move_of_videos(pages: CurrentPages, visit: Admin) -> Page:
    """Show the progress of the video transfer."""
    return video_transfer.page(pages, visit)


@router.post("/admin/migration/<action>")
def order_move(action: Annotated[video_transfer.Order, InPath()], visit: Admin, order: MigrationSent) -> Page:
    """Pause, resume, retry or roll back the video transfer."""
    return video_transfer.give(visit, action, order)
