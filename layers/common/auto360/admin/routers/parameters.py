"""Parameters that routes of several areas share."""

from typing import Annotated
from uuid import UUID

from aws_lambda_powertools.event_handler.openapi.params import Path, Query

Id = Annotated[UUID, Path()]
Cursor = Annotated[str | None, Query()]
