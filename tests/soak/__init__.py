"""What the long tests of crashes share. They are short where SAISINE_SOAK is not set."""
