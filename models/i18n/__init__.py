"""Languages and the texts that people read, in French and English."""
