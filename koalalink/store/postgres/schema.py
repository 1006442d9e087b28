"""The tables of a shared store, how a database gets them, and what tells one that somebody has tampered with.

They are those of the file, column by column. Each is described once: from that come both the statements that make it
and the lines that the server's own description of it must consist of.
"""

import hashlib
from collections.abc import Mapping

from koalalink.domain.setup.shared_store import OFFICE_ROLE
from koalalink.store.sqlite.migrations import NOTE_OF_SENTENCE

MARK = "KoalaLink store, version "
"""What the comment of the table `identity` begins with; the version follows."""

# Those of version 1, as they were made.
_TABLES_1 = {
    "customers": """
        customer bigint not null, external_id text not null, first_name text not null, last_name text not null,
        company text not null, email text not null, phone text not null, address text not null, city text not null,
        state text not null, zip text not null, country text not null, notes text not null, email_key text not null,
        phone_key text not null, name_key text not null, extra text not null
    """,
    "links": """
        customer bigint not null, location text not null, stripe_id text not null, enabled bigint not null,
        account text, livemode bigint, verified_at bigint, seen_name text not null, seen_email text not null,
        seen_phone text not null
    """,
    "changes": """
        change bigint not null, at bigint not null, by text not null, action text not null, note text not null,
        undoes bigint
    """,
    "change_items": """
        change bigint not null, item bigint not null, customer bigint not null, location text, before text, after text
    """,
    "change_tallies": "change bigint not null, noun text not null, kind text not null, size bigint not null",
    "directories": """
        location text not null, account text, livemode bigint, run bigint not null, begun_at bigint not null,
        finished_at bigint, windows text not null
    """,
    "directory": """
        entry bigint not null, location text not null, stripe_id text not null, name text not null,
        email text not null, phone text not null, address text not null, created bigint, livemode bigint not null,
        card text, other_card text, default_payment_method text not null, metadata text not null,
        run bigint not null, gone boolean not null, about text
    """,
    "verifications": "location text not null, at bigint not null, checked bigint not null, problems text not null",
    "refusals": "customer bigint not null, location text not null, stripe_id text not null",
    "identity": "id text not null",
    "customer_search": "rowid bigint not null, text text not null",
    "directory_search": "rowid bigint not null, text text not null",
    # What was saved lately, by an ID that each transaction brings: for whom the line was cut just then.
    "saved": "id text not null, at bigint not null",
}
_TABLES = {**_TABLES_1, "directories": f"{_TABLES_1['directories']}, account_name text not null"}
_NOT_IN_A_FILE = ("saved",)
HISTORY = ("changes", "change_items", "change_tallies")

_LOCATION = "CHECK ((location <> ''::text))"
_STRIPE_ID = r"CHECK ((stripe_id ~~ 'cus\__%'::text))"
# As the server itself writes them, so that they can be compared with what it says. Those of version 1.
_CONSTRAINTS_1 = {
    ("customers", "customers_pkey"): "PRIMARY KEY (customer)",
    ("customers", "customers_extra"): "CHECK (((extra = ''::text) OR ((extra)::json IS NOT NULL)))",
    ("links", "links_pkey"): "PRIMARY KEY (customer, location)",
    ("links", "links_stripe_id_location"): "UNIQUE (stripe_id, location)",
    ("links", "links_customer"): "FOREIGN KEY (customer) REFERENCES customers(customer)",
    ("links", "links_location"): _LOCATION,
    ("links", "links_stripe_id"): _STRIPE_ID,
    ("links", "links_enabled"): "CHECK ((enabled = ANY (ARRAY[(0)::bigint, (1)::bigint])))",
    ("links", "links_livemode"): "CHECK ((livemode = ANY (ARRAY[(0)::bigint, (1)::bigint])))",
    ("changes", "changes_pkey"): "PRIMARY KEY (change)",
    ("changes", "changes_undoes"): "FOREIGN KEY (undoes) REFERENCES changes(change)",
    ("change_items", "change_items_pkey"): "PRIMARY KEY (change, item)",
    ("change_items", "change_items_change"): "FOREIGN KEY (change) REFERENCES changes(change)",
    ("change_items", "change_items_before"): "CHECK (((before IS NULL) OR ((before)::json IS NOT NULL)))",
    ("change_items", "change_items_after"): "CHECK (((after IS NULL) OR ((after)::json IS NOT NULL)))",
    ("change_items", "change_items_both"): "CHECK (((before IS NOT NULL) OR (after IS NOT NULL)))",
    ("change_tallies", "change_tallies_pkey"): "PRIMARY KEY (change, noun, kind)",
    ("change_tallies", "change_tallies_change"): "FOREIGN KEY (change) REFERENCES changes(change)",
    ("directories", "directories_pkey"): "PRIMARY KEY (location)",
    ("directories", "directories_location"): _LOCATION,
    ("directories", "directories_windows"): "CHECK (((windows)::json IS NOT NULL))",
    ("directory", "directory_pkey"): "PRIMARY KEY (entry)",
    ("directory", "directory_location_stripe_id"): "UNIQUE (location, stripe_id)",
    ("directory", "directory_location"): "FOREIGN KEY (location) REFERENCES directories(location)",
    ("directory", "directory_stripe_id"): _STRIPE_ID,
    ("directory", "directory_address"): "CHECK (((address)::json IS NOT NULL))",
    ("directory", "directory_metadata"): "CHECK (((metadata)::json IS NOT NULL))",
    ("directory", "directory_card"): "CHECK (((card IS NULL) OR ((card)::json IS NOT NULL)))",
    ("directory", "directory_other_card"): "CHECK (((other_card IS NULL) OR ((other_card)::json IS NOT NULL)))",
    ("directory", "directory_about"): "CHECK (((about IS NULL) OR ((about)::json IS NOT NULL)))",
    ("verifications", "verifications_pkey"): "PRIMARY KEY (location)",
    ("verifications", "verifications_location"): _LOCATION,
    ("verifications", "verifications_problems"): "CHECK (((problems)::json IS NOT NULL))",
    ("refusals", "refusals_pkey"): "PRIMARY KEY (customer, location, stripe_id)",
    ("refusals", "refusals_location"): _LOCATION,
    ("refusals", "refusals_stripe_id"): _STRIPE_ID,
    ("customer_search", "customer_search_pkey"): "PRIMARY KEY (rowid)",
    ("directory_search", "directory_search_pkey"): "PRIMARY KEY (rowid)",
    ("saved", "saved_pkey"): "PRIMARY KEY (id)",
}
# Since version 3: Stripe lets other programs choose a customer's ID.
_ANY_ID = "CHECK (((length(stripe_id) >= 1) AND (length(stripe_id) <= 255)))"
_CONSTRAINTS_3 = {(table, f"{table}_stripe_id"): _ANY_ID for table in ("links", "directory", "refusals")}
_CONSTRAINTS = {**_CONSTRAINTS_1, **_CONSTRAINTS_3}

# Name: table, method, columns, condition.
_INDEXES = {
    "customers_by_external_id": ("customers", "unique btree", "external_id", "(external_id <> ''::text)"),
    "customers_by_email": ("customers", "btree", "email_key", "(email_key <> ''::text)"),
    "customers_by_phone": ("customers", "btree", "phone_key", "(phone_key <> ''::text)"),
    "customers_by_name": ("customers", "btree", "name_key", "(name_key <> ''::text)"),
    "change_items_by_customer": ("change_items", "btree", "customer, location", ""),
    "changes_by_undoes": ("changes", "btree", "undoes", "(undoes IS NOT NULL)"),
    "changes_by_time": ("changes", "btree", "at", ""),
    "directory_by_location": ("directory", "btree", "location", "(NOT gone)"),
    "customer_search_by_text": ("customer_search", "gin", "text", ""),
    "directory_search_by_text": ("directory_search", "gin", "text", ""),
}

_REFUSED = "RAISE EXCEPTION 'the history cannot be altered' USING ERRCODE = 'integrity_constraint_violation';"
# Name with parameters: what it returns, its language, its source. Those of version 1, as it was made.
_FUNCTIONS_1 = {
    # What the SQL of the store asks of SQLite, under SQLite's names.
    "instr(text, text)": ("integer", "sql", "SELECT pg_catalog.strpos($1, $2)"),
    "json_extract(text, text)": (
        "text",
        "sql",
        "SELECT CASE WHEN left($2, 2) = '$[' THEN ($1)::json ->> btrim($2, '$[]')::integer "
        "ELSE ($1)::json ->> substr($2, 3) END",
    ),
    "json_each(text)": (
        "TABLE(key text, value text)",
        "sql",
        "SELECT key, value FROM pg_catalog.json_each_text(CASE WHEN $1 LIKE '{%' THEN ($1)::json END) "
        "UNION ALL SELECT (place - 1)::text, value FROM pg_catalog.json_array_elements_text("
        "CASE WHEN $1 LIKE '[%' THEN ($1)::json END) WITH ORDINALITY AS each (value, place)",
    ),
    # A person who asks for it is erased from the history, too; see the same step of the file's migrations.
    "keep_history()": ("trigger", "plpgsql", f"BEGIN {_REFUSED} END"),
    "keep_change_items()": (
        "trigger",
        "plpgsql",
        """
        BEGIN
            IF (NEW.change = OLD.change AND NEW.item = OLD.item AND NEW.customer = OLD.customer
                AND NEW.location IS NOT DISTINCT FROM OLD.location
                AND NEW.before IS NOT DISTINCT FROM CASE WHEN OLD.before IS NOT NULL THEN '{}' END
                AND NEW.after IS NOT DISTINCT FROM CASE WHEN OLD.after IS NOT NULL THEN '{}' END
                AND EXISTS (
                    SELECT 1 FROM public.change_items AS mark JOIN public.changes USING (change)
                    WHERE mark.customer = OLD.customer AND action = 'forgotten'
                ))
            THEN RETURN NEW; END IF;
            """
        + _REFUSED
        + " END",
    ),
    "keep_changes()": (
        "trigger",
        "plpgsql",
        """
        BEGIN
            IF (NEW.change = OLD.change AND NEW.at = OLD.at AND NEW."by" = OLD."by" AND NEW.action = OLD.action
                AND NEW.undoes IS NOT DISTINCT FROM OLD.undoes AND NEW.note = ''
                AND EXISTS (
                    SELECT 1 FROM public.change_items AS mine
                    JOIN public.change_items AS mark ON mark.customer = mine.customer
                    JOIN public.changes AS forgetting
                        ON forgetting.change = mark.change AND forgetting.action = 'forgotten'
                    WHERE mine.change = OLD.change
                ))
            THEN RETURN NEW; END IF;
            """
        + _REFUSED
        + " END",
    ),
}

# Since version 2 a note is a kind with numbers and IDs, and other people's changes lose the texts that name the one who
# was erased; see the same step of the file's migrations.
_FUNCTIONS_2 = {
    "has_fewer_texts(text, text)": (
        "boolean",
        "sql",
        """
        SELECT ($1)::jsonb - ARRAY['seen_name', 'seen_email', 'seen_phone', 'extra']
                IS NOT DISTINCT FROM ($2)::jsonb - ARRAY['seen_name', 'seen_email', 'seen_phone', 'extra']
            AND NOT EXISTS (
                SELECT 1 FROM pg_catalog.jsonb_each_text(($2)::jsonb) AS after_it
                WHERE after_it.key IN ('seen_name', 'seen_email', 'seen_phone') AND after_it.value <> ''
                    AND after_it.value IS DISTINCT FROM ($1)::jsonb ->> after_it.key
            )
            AND NOT EXISTS (
                SELECT 1 FROM pg_catalog.jsonb_each_text(nullif(($2)::jsonb ->> 'extra', '')::jsonb) AS after_it
                WHERE after_it.value <> ''
                    AND after_it.value IS DISTINCT FROM nullif(($1)::jsonb ->> 'extra', '')::jsonb ->> after_it.key
            )
        """,
    ),
    "keep_change_items()": (
        "trigger",
        "plpgsql",
        """
        BEGIN
            IF NEW.change = OLD.change AND NEW.item = OLD.item AND NEW.customer = OLD.customer
                AND NEW.location IS NOT DISTINCT FROM OLD.location
                AND (
                    NEW.before IS NOT DISTINCT FROM CASE WHEN OLD.before IS NOT NULL THEN '{}' END
                    AND NEW.after IS NOT DISTINCT FROM CASE WHEN OLD.after IS NOT NULL THEN '{}' END
                    AND EXISTS (
                        SELECT 1 FROM public.change_items AS mark JOIN public.changes USING (change)
                        WHERE mark.customer = OLD.customer AND action = 'forgotten'
                    )
                    OR public.has_fewer_texts(OLD.before, NEW.before) AND public.has_fewer_texts(OLD.after, NEW.after)
                    AND EXISTS (SELECT 1 FROM public.changes WHERE action = 'forgotten' AND change > OLD.change)
                )
            THEN RETURN NEW; END IF;
            """
        + _REFUSED
        + " END",
    ),
    "keep_changes()": (
        "trigger",
        "plpgsql",
        """
        BEGIN
            IF NEW.change = OLD.change AND NEW.at = OLD.at AND NEW."by" = OLD."by" AND NEW.action = OLD.action
                AND NEW.undoes IS NOT DISTINCT FROM OLD.undoes
                AND NEW.note = '{"kind": "' || (nullif(OLD.note, '')::json ->> 'kind') || '"}'
                AND EXISTS (
                    SELECT 1 FROM public.change_items AS mark
                    JOIN public.changes AS forgetting
                        ON forgetting.change = mark.change AND forgetting.action = 'forgotten'
                    WHERE mark.customer IN (
                            SELECT customer FROM public.change_items AS mine WHERE mine.change = OLD.change
                        )
                        OR mark.customer IN (
                            SELECT value::bigint
                            FROM pg_catalog.json_array_elements_text(nullif(OLD.note, '')::json -> 'customers')
                        )
                )
            THEN RETURN NEW; END IF;
            """
        + _REFUSED
        + " END",
    ),
}
_FUNCTIONS = {**_FUNCTIONS_1, **_FUNCTIONS_2}

_BEFORE_UPDATE, _BEFORE_DELETE, _BEFORE_TRUNCATE = 19, 11, 34
"""How the server numbers what a trigger comes before."""
_EVENTS = {
    _BEFORE_UPDATE: "UPDATE ON {} FOR EACH ROW",
    _BEFORE_DELETE: "DELETE ON {} FOR EACH ROW",
    _BEFORE_TRUNCATE: "TRUNCATE ON {} FOR EACH STATEMENT",
}
# Name: table, event, function.
_TRIGGERS = {
    **{f"{table}_delete": (table, _BEFORE_DELETE, "keep_history") for table in HISTORY},
    **{f"{table}_truncate": (table, _BEFORE_TRUNCATE, "keep_history") for table in HISTORY},
    "changes_update": ("changes", _BEFORE_UPDATE, "keep_changes"),
    "change_items_update": ("change_items", _BEFORE_UPDATE, "keep_change_items"),
    "change_tallies_update": ("change_tallies", _BEFORE_UPDATE, "keep_history"),
}


def columns_of(table: str) -> list[str]:
    """Return the columns of a table, in their order."""
    return [column.split()[0] for column in _described(_TABLES[table])]


def tables() -> tuple[str, ...]:
    """Return the tables that a file has, too, in an order in which they can be filled."""
    return tuple(table for table in _TABLES if table not in _NOT_IN_A_FILE)


def _described(columns: str) -> list[str]:
    return [" ".join(column.split()) for column in columns.split(",")]


def _made(trigrams: str) -> list[str]:
    """Return the statements that make a store; `trigrams` is the schema that the extension pg_trgm is in."""
    statements = []
    for table, described in _TABLES_1.items():
        # The order of texts is that of their bytes, as in the file.
        columns = ", ".join(column.replace(" text", ' text COLLATE "C"', 1) for column in _described(described))
        statements.append(f"CREATE TABLE public.{table} ({columns})")
    keys_first = sorted(_CONSTRAINTS_1.items(), key=lambda item: item[1].startswith("FOREIGN"))
    statements += [f"ALTER TABLE public.{table} ADD CONSTRAINT {name} {text}" for (table, name), text in keys_first]
    for name, (table, method, columns, condition) in _INDEXES.items():
        *unique, kind = method.split()
        operators = f" {trigrams}.gin_trgm_ops" if kind == "gin" else ""
        where = f" WHERE {condition}" if condition else ""
        made = f"CREATE {' '.join(unique)} INDEX {name} ON public.{table}"
        statements.append(f"{made} USING {kind} ({columns}{operators}){where}")
    statements += _functions_made(_FUNCTIONS_1)
    statements += [
        f"CREATE TRIGGER {name} BEFORE {_EVENTS[event].format(f'public.{table}')} EXECUTE FUNCTION public.{function}()"
        for name, (table, event, function) in _TRIGGERS.items()
    ]
    # 48 bits, as in the file.
    statements.append("INSERT INTO public.identity (id) VALUES (substr(md5(gen_random_uuid()::text), 1, 12))")
    return statements


def _functions_made(functions: Mapping[str, tuple[str, str, str]], *, again: bool = False) -> list[str]:
    return [
        f"CREATE {'OR REPLACE ' if again else ''}FUNCTION public.{name} RETURNS {returns} LANGUAGE {language} "
        f"{'STABLE' if language == 'sql' else ''} AS $koala${source}$koala$"
        for name, (returns, language, source) in functions.items()
    ]


def _granted() -> list[str]:
    """Return what gives the offices' role its rights: all but altering the history, other than erasing a person."""
    others = ", ".join(f"public.{table}" for table in _TABLES if table not in (*HISTORY, "identity"))
    history = ", ".join(f"public.{table}" for table in HISTORY)
    return [
        f"GRANT USAGE ON SCHEMA public TO {OFFICE_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {others} TO {OFFICE_ROLE}",
        f"GRANT SELECT, INSERT ON {history} TO {OFFICE_ROLE}",
        f"GRANT SELECT ON public.identity TO {OFFICE_ROLE}",
        # A trigger lets nothing through but what erases who was forgotten.
        f"GRANT UPDATE (note) ON public.changes TO {OFFICE_ROLE}",
        f"GRANT UPDATE (before, after) ON public.change_items TO {OFFICE_ROLE}",
    ]


VERSION = 3
"""The version of a store that this program works with."""


def steps(trigrams: str) -> tuple[tuple[str, ...], ...]:
    """Return the statements of each version. Steps are only ever added: a store in use has taken the earlier ones."""
    return (
        (*_made(trigrams), _TAKE_AWAY, *_granted()),
        (
            "ALTER TABLE public.changes DISABLE TRIGGER changes_update",
            f"UPDATE public.changes SET note = {_NOTE_OF_SENTENCE} WHERE note <> ''",
            "ALTER TABLE public.changes ENABLE TRIGGER changes_update",
            *_functions_made(_FUNCTIONS_2, again=True),
        ),
        (
            "ALTER TABLE public.directories ADD COLUMN account_name text COLLATE \"C\" NOT NULL DEFAULT ''",
            "ALTER TABLE public.directories ALTER COLUMN account_name DROP DEFAULT",
            *(
                f"ALTER TABLE public.{table} DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {text}"
                for (table, name), text in _CONSTRAINTS_3.items()
            ),
        ),
    )


_NOTE_OF_SENTENCE = f"({NOTE_OF_SENTENCE.format(array='json_build_array', object='json_build_object')})::text"


# Some providers give every new table to roles of their own, which may be open to the internet.
_TAKE_AWAY = """
    DO $koala$
    DECLARE their_name text;
    BEGIN
        FOR their_name IN
            SELECT DISTINCT CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
            FROM pg_class CROSS JOIN LATERAL aclexplode(relacl) AS given
            WHERE relnamespace = 'public'::regnamespace AND grantee <> relowner
        LOOP
            EXECUTE 'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ' || their_name;
        END LOOP;
    END
    $koala$
"""


def expected() -> tuple[str, ...]:
    """Return the lines that LISTING finds in a store of this version, sorted."""
    lines = [f"table {table}" for table in _TABLES]
    lines += [f"column {table}.{column}" for table, columns in _TABLES.items() for column in _described(columns)]
    lines += [f"constraint {table}.{name} {text}" for (table, name), text in _CONSTRAINTS.items()]
    lines += [
        f"index {name} on {table} {method} {columns} {condition}".rstrip()
        for name, (table, method, columns, condition) in _INDEXES.items()
    ]
    lines += [
        f"function {name} {hashlib.md5(source.encode(), usedforsecurity=False).hexdigest()}"
        for name, (_, _, source) in _FUNCTIONS.items()
    ]
    lines += [f"trigger {name} on {table} {event} {function}" for name, (table, event, function) in _TRIGGERS.items()]
    return tuple(sorted(lines))


def digest() -> str:
    """Return what MARKED says of a store of this version."""
    return hashlib.md5("\n".join(expected()).encode(), usedforsecurity=False).hexdigest()


_ALONE = "pg_catalog.pg_depend WHERE deptype = 'e' AND objid ="
LISTING = f"""
    SELECT CASE relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' ELSE 'relation' END || ' ' || relname
        || CASE WHEN relrowsecurity THEN ' with policies' ELSE '' END AS line
    FROM pg_catalog.pg_class
    WHERE relnamespace = 'public'::pg_catalog.regnamespace AND relkind NOT IN ('i', 'I', 't', 'c')
        AND NOT EXISTS (SELECT 1 FROM {_ALONE} pg_class.oid)
    UNION ALL
    SELECT 'column ' || relname || '.' || attname || ' ' || pg_catalog.format_type(atttypid, atttypmod)
        || CASE WHEN attnotnull THEN ' not null' ELSE '' END || CASE WHEN atthasdef THEN ' default' ELSE '' END
    FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::pg_catalog.regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
        AND NOT EXISTS (SELECT 1 FROM {_ALONE} attrelid)
    UNION ALL
    SELECT 'constraint ' || relname || '.' || conname || ' ' || pg_catalog.pg_get_constraintdef(pg_constraint.oid)
    FROM pg_catalog.pg_constraint JOIN pg_catalog.pg_class ON pg_class.oid = conrelid
    WHERE relnamespace = 'public'::pg_catalog.regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT 'index ' || made.relname || ' on ' || of_it.relname || CASE WHEN indisunique THEN ' unique ' ELSE ' ' END
        || amname || ' ' || (
            SELECT pg_catalog.string_agg(attname, ', ' ORDER BY place)
            FROM pg_catalog.unnest(indkey) WITH ORDINALITY AS each (number, place)
            JOIN pg_catalog.pg_attribute ON attrelid = indrelid AND attnum = number
        ) || coalesce(' ' || pg_catalog.pg_get_expr(indpred, indrelid), '')
        || CASE WHEN indisvalid THEN '' ELSE ' and is not complete' END
    FROM pg_catalog.pg_index JOIN pg_catalog.pg_class AS made ON made.oid = indexrelid
    JOIN pg_catalog.pg_class AS of_it ON of_it.oid = indrelid JOIN pg_catalog.pg_am ON pg_am.oid = made.relam
    WHERE of_it.relnamespace = 'public'::pg_catalog.regnamespace AND of_it.relkind = 'r'
        AND NOT EXISTS (
            SELECT 1 FROM pg_catalog.pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x')
        )
    UNION ALL
    SELECT 'function ' || proname || '(' || pg_catalog.oidvectortypes(proargtypes) || ') ' || pg_catalog.md5(prosrc)
    FROM pg_catalog.pg_proc
    WHERE pronamespace = 'public'::pg_catalog.regnamespace AND NOT EXISTS (SELECT 1 FROM {_ALONE} pg_proc.oid)
    UNION ALL
    SELECT 'trigger ' || tgname || ' on ' || relname || ' ' || tgtype || ' ' || proname
    FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_class ON pg_class.oid = tgrelid
    JOIN pg_catalog.pg_proc ON pg_proc.oid = tgfoid
    WHERE relnamespace = 'public'::pg_catalog.regnamespace AND NOT tgisinternal
    UNION ALL
    SELECT 'disabled trigger ' || tgname || ' on ' || relname
    FROM pg_catalog.pg_trigger JOIN pg_catalog.pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'public'::pg_catalog.regnamespace AND tgenabled <> 'O'
    UNION ALL
    SELECT 'rule ' || rulename || ' on ' || relname
    FROM pg_catalog.pg_rewrite JOIN pg_catalog.pg_class ON pg_class.oid = ev_class
    WHERE relnamespace = 'public'::pg_catalog.regnamespace AND rulename <> '_RETURN'
    UNION ALL
    SELECT 'schema ' || named || ' before public'
    FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS each (named, place)
    WHERE place < coalesce(pg_catalog.array_position(pg_catalog.current_schemas(false), 'public'), 1000)
"""
"""What is in a database, line by line."""

MARKED = f"""
    SELECT pg_catalog.obj_description(pg_catalog.to_regclass('public.identity'), 'pg_class') AS mark,
        (SELECT pg_catalog.md5(pg_catalog.string_agg(line, E'\\n' ORDER BY line COLLATE "C"))
         FROM ({LISTING}) AS listed) AS digest
"""
"""Which version a store is of, and whether it is as it was made; nothing where there is no store."""
