"""Local imitation of a hosted Supabase project at one address: REST, Storage, Realtime and the app's part of Auth.

Makes the refusals of the hosted services, in their wording. Unsupported routes answer 501 with a sentence.
"""
