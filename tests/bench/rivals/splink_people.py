"""Splink: the blocking rules and comparisons of its guides for people, trained on the data, pairs of p ≥ 0.99.

`splink_people.py LOCAL STRIPE OUT` writes the pairs to OUT.
"""

import sys
from pathlib import Path

from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as compare

from tests.bench.pairs import write_result
from tests.bench.rivals.tidying import BLOCKS, Tidied, tidied


def pairs(local: list[Tidied], stripe: list[Tidied]) -> list[tuple[str, str, float]]:
    """Train a model and let it predict."""
    database = DuckDBAPI()
    tables = [
        database.register([person._asdict() for person in people], table_name=name)
        for name, people in (("ours", local), ("theirs", stripe))
    ]
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        comparisons=[
            compare.NameComparison("given").configure(term_frequency_adjustments=True),
            compare.NameComparison("surname").configure(term_frequency_adjustments=True),
            compare.EmailComparison("email"),
            compare.ExactMatch("phone").configure(term_frequency_adjustments=True),
            # With the ZIP code besides it finds households.
            compare.JaroWinklerAtThresholds("street", [0.92]).configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS],
        retain_matching_columns=False,
    )
    linker = Linker(tables, settings, log_level=None)
    train = linker.training
    train.estimate_probability_two_random_records_match([block_on("email"), block_on("name", "zip")], recall=0.8)
    train.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)  # "often adequate"; it advises ten times as many
    for rule in (block_on("email"), block_on("name")):  # each leaves free what the other holds
        train.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.99)
    return [(row["id_l"], row["id_r"], row["match_weight"]) for row in found.as_record_list()]


if __name__ == "__main__":
    write_result(pairs(*tidied(Path(sys.argv[1]), Path(sys.argv[2]))), sys.argv[3])
