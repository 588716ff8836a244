"""Local imitation of a hosted Supabase project at one address: REST, Storage, Realtime and the app's part of Auth.

Refuses what the hosted services refuse, in their words. Unsupported routes answer 501 with a sentence.
"""
