"""What `make bench` measures: the product against bare servers that do the same work without GraphQL.

`README.md` says what each row of the table means; `__main__.py` runs it.
"""
