"""Commands for operators of the service: reports, CDN settings, video transfer, backups."""
