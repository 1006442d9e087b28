"""Files of customers, in and out: encodings, delimiters, spreadsheets, and what their columns mean."""
