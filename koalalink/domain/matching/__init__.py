"""Matching: which Stripe customer is which of a whole customer base.

people.py makes both sides comparable, comparing.py says how two people agree field by field, rules.py decides what
that is worth, and proposing.py finds the pairs and settles who gets whom.
"""
