"""The directory: structures, services, users with their profiles, categories."""
