"""The types of the schema, one file for each concept.

The enums are registered first, since Strawberry would take an enum that it does not know without its descriptions.
"""

from graph.types import enums as enums
