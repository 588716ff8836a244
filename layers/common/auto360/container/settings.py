"""Settings of the runtime, read once per instance."""

from functools import cache

from auto360.container.secrets import complete_environment
from auto360.core.settings import AppSettings


@cache
def app_settings() -> AppSettings:
    """Return the settings; secrets are in the environment first. Raises SettingsInvalid; the next call tries again."""
    complete_environment()
    return AppSettings.load()
