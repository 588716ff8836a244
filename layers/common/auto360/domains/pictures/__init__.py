"""Pictures of people: permission to upload, encoding, deletion (docs/decisions/0130).

Uploaded bytes lie in a private bucket; public files are re-encoded from their pixels. The database decides every
state, so that each step may be repeated, come late, or be missing.

Keys: incoming `<user>/<picture>`, public `<user>/<picture>/<hash of the content>-<side>.webp`.
"""
