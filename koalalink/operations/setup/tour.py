"""The guided tour: what is typed, and why."""

TOUR: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "A customer called Jane is on the phone. She says that her card is saved. Is she in your list?",
        ("customers", "list", "jane"),
    ),
    ("She is. Who is called Jane at Stripe?", ("search", "jane")),
    (
        "There are several. Suppose you pick the wrong one for number 42:",
        ("connect", "42", "cus_JaneOfKirkland", "--location", "downtown"),
    ),
    (
        "KoalaLink has stopped you: that card belongs to the other Jane Doe. Now the right one:",
        ("connect", "42", "cus_123", "--location", "downtown"),
    ),
    ("Which cards can be charged for her now?", ("cards", "42")),
    (
        "Nobody else can get her card by mistake. Try it for the other Jane, number 57:",
        ("connect", "57", "cus_123", "--location", "downtown", "--force"),
    ),
    ("And a link that turns out to be wrong is easily removed:", ("unlink", "42")),
)
