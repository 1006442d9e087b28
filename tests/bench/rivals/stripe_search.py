"""The shortest script that does the same search with Stripe's library: the search, and the list by email."""

import json
import os

import stripe

client = stripe.StripeClient(os.environ["STRIPE_API_KEY"], base_addresses={"api": os.environ["KOALALINK_API_BASE"]})
expand = ["data.invoice_settings.default_payment_method", "data.default_source"]
email = os.environ["EMAIL"]
found = client.v1.customers.search({"query": f'email:"{email}"', "limit": 21, "expand": expand}).data
listed = client.v1.customers.list({"email": email, "limit": 100, "expand": expand}).data
every = {customer.id: customer for customer in [*found, *listed]}
print(json.dumps([customer.to_dict() for customer in every.values()], indent=2))
