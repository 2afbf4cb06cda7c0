"""Executes GraphQL documents fast, by compiling them. It works on any Strawberry schema and imports nothing of ours but
`graph.documents`."""
