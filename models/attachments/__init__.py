"""Files that come with an action: names, content types, virus scan, storage."""
