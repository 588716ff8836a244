"""Quality of playback on phones: intake of reports, and comparison of providers."""
