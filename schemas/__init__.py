"""The contract: one marshmallow module per noun. Imports marshmallow only, so that anything may import it."""
