"""The move of videos from api.video to Yandex Cloud Video: what happens to one video, and in which order.

planned → copying → uploaded → ready → switched → confirmed. Beside the way: failed (with the state in which it
failed), skipped, rolled_back. The ledger in the database knows every state and decides every race; what is here talks
to the providers between two of its answers, and may be killed anywhere (docs/decisions/0025).
"""
