"""GraphQL documents before they run: parsing, validation, limits and cost."""
