"""The benchmarks of `make bench`: the product against bare servers that do the same work without GraphQL.

`README.md` explains each row of the tables; `__main__.py` runs them.
"""
