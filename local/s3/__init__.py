"""Local object storage: VK Cloud, Yandex Object Storage and Supabase Storage over S3, kept in files."""
