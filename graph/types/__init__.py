"""The types of the schema, one file a concept. The enums come first: Strawberry takes an unknown one as it is."""

from graph.types import enums as enums
