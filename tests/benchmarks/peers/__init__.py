"""The peers: other GraphQL servers over the same desk, for `make bench` to compare the product with.

Nothing here is product, and no test needs it; `package.json` pins what runs on Node.js.
"""
