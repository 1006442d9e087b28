"""What a program needs at the least that reads its arguments, a database and JSON: it prints a text it is given."""

import argparse
import json
import os
import sqlite3
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--json", action="store_true")
parser.parse_args()
with sqlite3.connect(":memory:") as db:
    [(text,)] = db.execute("SELECT ?", (os.environ["PRINTED"],))
json.loads(text)
sys.stdout.write(text)
