"""The store on a PostgreSQL server, which several offices share."""
