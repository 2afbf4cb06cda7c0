"""The soak tests: crashes, load and random input. They are short unless SAISINE_SOAK is set."""
