"""The peers: other GraphQL servers over the same desk, which `make bench` compares with the product.

Neither the product nor its tests use them; `package.json` pins those on Node.js.
"""
