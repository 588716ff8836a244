"""Logs: one JSON line per event, Yandex's level names, phones masked, tokens removed."""

import json
import logging
import re
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from aws_lambda_powertools.package_logger import set_package_logger_handler

from auto360.core import phone

# Yandex accepts these names only (docs/reference/yandex-cloud.md).
_LEVELS = {"WARNING": "WARN", "CRITICAL": "FATAL", "NOTSET": "TRACE"}
_ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)
_TOKEN = re.compile(r"eyJ[\w-]{8,}\.[\w-]+\.[\w-]*|(?i:bearer)\s+[\w.\-]{20,}")


def scrub(text: str) -> str:
    """Remove phone numbers and tokens; a safety net behind never logging them."""
    return _TOKEN.sub("[token]", phone.mask(text))


class CloudFormatter(LambdaPowertoolsFormatter):
    """Formats records for Yandex Cloud Logging; CloudWatch reads them as well."""

    def serialize(self, log: Any) -> str:
        """Return one scrubbed line of JSON; line breaks are escaped, since they would split the record."""
        log["level"] = _LEVELS.get(log.get("level", ""), log.get("level"))
        line = _ENCODER.encode(log)
        return scrub(line.encode("utf-8", "backslashreplace").decode())


# Done by the package's own module, which is not run: the library's own log is discarded.
set_package_logger_handler()  # type: ignore[no-untyped-call]

logger = Logger(service="auto360", logger_formatter=CloudFormatter(use_rfc3339=True, utc=True, location=None))
# A handler of the process, such as that of a command, would write the same lines without redaction.
logging.getLogger("auto360").propagate = False
