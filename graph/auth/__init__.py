"""Authentication: tokens, their issuers, and the users that they stand for."""
