"""What the benchmarks are run on."""

from collections import Counter, defaultdict
from pathlib import Path

from tests.bench.people import write_people
from tests.linkage import DATA, read, rows


def test_people_are_as_many_as_asked_for(tmp_path: Path) -> None:
    """Of both kinds, in the columns of the sets that `match` must reach its goals on."""
    for locals_, stripes in ((300, 320), (0, 50), (200, 20)):
        files = write_people(tmp_path, locals_, stripes, 7)
        people = read(*files)
        assert (len(people.locals), len(people.stripes)) == (locals_, stripes)
        for file, side in zip(files, ("local", "stripe"), strict=True):
            model = (DATA / f"koala_typical_3000_{side}.csv").read_text("utf-8")
            assert file.read_text("utf-8").splitlines()[0] == model.splitlines()[0]


def test_people_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    """And others for another."""
    texts = [[file.read_bytes() for file in write_people(tmp_path, 500, 500, seed)] for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_people_are_like_people(tmp_path: Path) -> None:
    """Families, several Stripe customers of one person, nameless ones, and names that many have."""
    local, stripe = write_people(tmp_path, 3000, 3100, 1)
    people = read(local, stripe)
    several = Counter(len(same) for same in people.truth.values())
    assert 0.7 < 1 - several[0] / 3000 < 0.8
    assert several[2] > 100
    assert several[3] > 20
    assert 200 < sum(not row["name"] for row in people.stripes) < 400
    customers = list(rows(local))
    surnames = Counter(row["last_name"] for row in customers)
    assert surnames.most_common(1)[0][1] > 15
    assert len(surnames) > 1000
    families = Counter((row["last_name"], row["street"]) for row in customers if row["street"])
    assert sum(count > 1 for count in families.values()) > 250
    assert all(len({row[column] for row in customers if row[column]}) < 3000 for column in ("email", "phone"))


def test_people_have_mailboxes_of_their_own(tmp_path: Path) -> None:
    """Google delivers to jane.doe and janedoe alike, so that they are no two people's but by a typing error."""
    mailboxes = defaultdict(set)
    for row in rows(write_people(tmp_path, 20_000, 0)[0]):
        email = row["email"].lower()
        mailboxes[email.replace(".", "")].add((row["person"], email))
    several = [ones for ones in mailboxes.values() if len(dict(ones)) > 1 and len({email for _, email in ones}) > 1]
    assert len(several) < 10
