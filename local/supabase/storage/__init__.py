"""`/storage/v1`: files over the local S3 server, rows in storage.objects under the policies of the caller's role."""
