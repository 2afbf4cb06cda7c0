"""What is installed is what the locks name, today and later."""
