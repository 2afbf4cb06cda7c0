"""Executes GraphQL documents fast, by compiling them to Python. It works with any Strawberry schema, and imports
nothing of this repository but `graph.documents`."""
