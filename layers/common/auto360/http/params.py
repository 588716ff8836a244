"""Sources of route parameters, and plain responses; functions import Powertools from here (docs/decisions/0155)."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

__all__ = ["Header", "Path", "Query", "Response"]
