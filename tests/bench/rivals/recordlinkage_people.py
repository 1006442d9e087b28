"""recordlinkage: blocks, comparisons of names by Jaro-Winkler and of contacts as they are, and its ECM classifier.

`recordlinkage_people.py LOCAL STRIPE OUT` writes the pairs to OUT that the classifier takes for matches.
"""

import sys
from pathlib import Path

import pandas
import recordlinkage

from tests.bench.pairs import write_result
from tests.bench.rivals.tidying import BLOCKS, Tidied, tidied


def pairs(local: list[Tidied], stripe: list[Tidied]) -> list[tuple[str, str, float]]:
    """Index, compare and classify."""
    ours, theirs = (pandas.DataFrame(people, columns=Tidied._fields) for people in (local, stripe))
    candidates, *more = (_blocked(ours, theirs, list(block)) for block in BLOCKS)
    for block in more:
        candidates = candidates.union(block)
    comparison = recordlinkage.Compare()
    for field in ("given", "surname", "street"):
        comparison.string(field, field, method="jarowinkler", threshold=0.88)
    for field in ("email", "phone"):  # with the town and the ZIP code besides it finds households
        comparison.exact(field, field)
    alike = comparison.compute(candidates, ours, theirs)
    classifier = recordlinkage.ECMClassifier()
    matches = classifier.fit_predict(alike)
    chances = classifier.prob(alike)
    return [(ours["id"][one], theirs["id"][other], float(chances[one, other])) for one, other in matches]


def _blocked(ours: pandas.DataFrame, theirs: pandas.DataFrame, fields: list[str]) -> pandas.MultiIndex:
    # Its join takes two missing values for the same one.
    known = [table.dropna(subset=fields) for table in (ours, theirs)]
    return recordlinkage.index.Block(fields).index(*known)


if __name__ == "__main__":
    write_result(pairs(*tidied(Path(sys.argv[1]), Path(sys.argv[2]))), sys.argv[3])
