"""What people who run the service do by hand: reports, settings of the CDN, the move of videos."""
