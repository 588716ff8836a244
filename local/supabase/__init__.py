"""A hosted Supabase project on this machine: REST, Storage, Realtime and what the app asks of Auth, at one address.

It refuses what the hosted services refuse, in their words. What it leaves out answers 501 with a sentence.
"""
