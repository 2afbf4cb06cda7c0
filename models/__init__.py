"""What a ticket is and what may happen to it.

Nothing here knows GraphQL or the web: `graph` imports `models`, never the other way round.
"""
