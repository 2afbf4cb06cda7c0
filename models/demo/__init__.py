"""The demo: a world, texts as people write them, and tickets. Made by calling actions, or by their rules in batches."""
