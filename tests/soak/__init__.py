"""The soak tests: crashes, load, attacks and random input. They are short unless SAISINE_SOAK is set."""
