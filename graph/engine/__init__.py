"""Documents prepared once and run often. It reads a schema and names nothing of tickets."""
