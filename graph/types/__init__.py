"""The types of the schema, one file for each concept.

The enums are imported first: Strawberry registers an unknown enum by itself, without descriptions.
"""

from graph.types import enums as enums
