"""The fields of Mutation, one file an action."""
