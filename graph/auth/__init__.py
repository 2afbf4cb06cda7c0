"""Authentication: tokens, who signs them, and the viewers that they stand for."""
