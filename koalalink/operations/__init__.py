"""The verbs of the product, as plain functions over the rooms below."""
