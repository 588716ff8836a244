"""Video transfer from api.video to Yandex Cloud Video: the steps of a single video.

planned → copying → uploaded → ready → switched → confirmed. Also: failed (with the state in which it failed), skipped,
rolled_back. The ledger in the database stores every state and decides every race; this package calls the providers
between two of its answers, and may be killed at any point (docs/decisions/0025).
"""
