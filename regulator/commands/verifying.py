"""`regulator verify`: recompute what is kept beside the rows and say where it disagrees; exit 1 when it does."""

import sys

import click

from regulator.commands.context import in_app
from regulator.features.coverage.queries import integrity as coverage
from regulator.features.coverage.queries.matters import ROUNDS
from regulator.features.licensing.queries import integrity as licensing
from regulator.features.licensing.queries.applications import integrity as applications
from regulator.features.licensing.queries.applications.waiting import APPLICATIONS
from regulator.features.licensing.queries.endings import integrity as endings
from regulator.features.licensing.queries.endings.waiting import ENDINGS
from regulator.features.licensing.queries.reviews import integrity as reviews
from regulator.features.licensing.queries.reviews.waiting import REVIEWS
from regulator.features.maps.queries import integrity as maps
from regulator.features.papers.queries import integrity as papers
from regulator.features.registry.queries import matters as register
from regulator.features.registry.queries.integrity import CHECKS, Check, list_discrepancies
from regulator.features.zones.queries import integrity as zones

SENTENCES = {
    "applications_numbers_gap": "the numbers an office gave to applications have a gap, or its counter disagrees",
    "certificates_altered": "a certificate does not say what its registered hash was made of",
    "certificates_files_missing": "the files of a certificate are missing or not what was made",
    "certificates_numbers_gap": "the numbers of an authority's certificates have a gap, or its counter disagrees",
    "certificates_two_at_once": "a company holds two valid certificates of one nature",
    "contracts_overlap_unrecorded": "contracts of two companies overlap without a recorded dispute",
    "counter_behind": "an estate's number is higher than its division's counter",
    "coverage_month_altered": "a closed month is not what it was when it was closed",
    "coverage_tallies_wrong": "the tallies of a place disagree with its estates",
    "endings_disagree": "a case was decided and its certificate did not end so, or by a paper that is not there",
    "endings_numbers_gap": "the numbers of cases of ending have a gap, or their counter disagrees",
    "estate_key_missing": "an estate cannot be found by its own place and name",
    "link_without_effect": "a company link and its service disagree",
    "map_cells_wrong": "a cell of the map disagrees with its estates",
    "map_estates_wrong": "the map shows an estate otherwise than the register has it",
    "matters_out_of_step": "what waits for a person has no open matter, or an open matter has nothing that waits",
    "matters_without_owner": "a matter or a paper waits for an account that cannot act, while another could",
    "papers_altered": "the stored file of an issued paper is missing or not what was issued",
    "papers_numbers_gap": "the numbers of a series of papers have a gap, or its counter disagrees with them",
    "person_employed_twice": "a person works for two companies at a time",
    "place_mark_wrong": 'the mark "to be placed" disagrees with the place',
    "reviews_counts_wrong": "a round of the yearly review holds other companies, or other results, than it says",
    "reviews_published_undecided": "a yearly review was published while companies were undecided",
    "search_index_broken": "a search index disagrees with its words",
    "search_tokens_missing": "a record cannot be found by name",
    "services_overlap": "two services of one estate overlap",
    "zone_estates_twice": "an estate stands in two zones",
    "zone_figures_wrong": "a zone's state, width or box are not those of its estates",
    "zone_marks_wrong": "the mark that an estate stands in a zone disagrees with the zone",
    "zone_members_astray": "an estate stands in a zone of another street",
}


def all_checks() -> dict[str, Check]:
    """Every check of every room; which rows the matters must be in step with, is said here."""
    sources = (*register.SOURCES, ROUNDS, APPLICATIONS, ENDINGS, REVIEWS)
    in_step = {"matters_out_of_step": lambda: papers.out_of_step(sources)}
    licences = (applications.CHECKS, endings.CHECKS, licensing.CHECKS, reviews.CHECKS)
    rooms = (CHECKS, coverage.CHECKS, *licences, maps.CHECKS, papers.CHECKS, zones.CHECKS, in_step)
    return {name: check for room in rooms for name, check in room.items()}


@click.command("verify")
@in_app
def verify_command() -> None:
    """Check that kept figures, indexes and marks agree with the register's rows. Changes nothing."""
    checks = all_checks()
    found = list(list_discrepancies(checks))
    for item in found:
        click.echo(f"{item.check}: {SENTENCES[item.check]}: {item.count}, such as {', '.join(item.examples)}")
    if found:
        sys.exit(1)
    click.echo(f"The register agrees with itself in {len(checks)} checks.")
