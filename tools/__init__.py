"""Commands for people who run the service: reports, CDN settings, video transfer, backups."""
