"""Demo data: a directory, French texts, and tickets, made by one action after the other or generated in batches."""
