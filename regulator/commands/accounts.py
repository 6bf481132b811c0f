"""`regulator account add`: accounts from the command line, such as the first administrators."""

from __future__ import annotations

import sys

import click

from regulator.commands.context import in_app
from regulator.features.accounts import actions, queries, secrets
from regulator.features.accounts.models import Account
from regulator.features.accounts.rules import fold_username
from regulator.features.accounts.terms import BRANCHES, IMPORT_USERNAME, PORTALS, Portal, Role
from regulator.features.audit.actions import seal_all
from regulator.features.audit.terms import Actor
from regulator.features.registry.queries.companies import find_company_name
from regulator.foundation import clock
from regulator.foundation.database import transaction
from regulator.foundation.errors import BadInput, Conflict
from regulator.law.findings import Refused

SENTENCES = {
    "account_present": "There is an account of this name already; without --password-stdin the role is added to it.",
    "branch_separated": "This account belongs to another branch: system administrator, security administrator and "
    "auditor exclude each other and all business roles.",
    "other_company": "This account belongs to another company.",
    "own_account": "Nobody changes their own rights.",
    "password_classes": "The password must mix three of: small letters, capitals, digits, others.",
    "password_common": "The password is too easy to guess.",
    "password_holds_username": "The password must not contain the account's name.",
    "password_length": "The password must have 10 to 128 characters.",
    "password_used_before": "This password was used before.",
    "scope_unknown": "The scope is no known division, management area or (for company_user) credit code.",
    "username_taken": "There is an account of this name already.",
    "username_unusable": "A name has 2 to 64 small letters, digits, dots, dashes and underscores.",
}


@click.group("account")
def account_command() -> None:
    """Accounts: who signs in."""


@account_command.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--scope", required=True, metavar="CODE", help="A division, a management area, or a credit code.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@in_app
def add_command(name: str, role: str, scope: str, *, password_stdin: bool) -> None:
    """Add account NAME with a role in a scope, or give an existing account one more role.

    Without --password-stdin a random first password is printed, which must be changed at the first sign-in.
    """
    typed = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    try:
        with transaction():
            first = add(name, Role(role), scope, typed)
            seal_all(clock.now())
    except Refused as refusal:
        _refuse(*(finding.code for finding in refusal.findings))
    except (BadInput, Conflict) as error:
        _refuse(error.code)
    if first is not None:
        click.echo(first)


def add(name: str, role: Role, scope: str, password: str | None) -> str | None:
    """Create the account or find it, and grant the role; gives a first password to tell, if one was made."""
    account = queries.find_account(fold_username(name))
    if account is not None and (password is not None or account.username == IMPORT_USERNAME):
        raise Conflict("account_present")
    first = secrets.new_password() if account is None and password is None else None
    if account is None:
        account = _create(name, role, scope.strip(), first or password or "", must_change=first is not None)
    actions.grant_role(
        account,
        role,
        scope.strip().upper() if role is Role.COMPANY_USER else scope.strip(),
        began_on=clock.today(),
        ended_on=None,
        is_company=lambda code: find_company_name(code) is not None,
        actor=Actor.system(),
        now=clock.now(),
    )
    return first


def _create(name: str, role: Role, scope: str, password: str, *, must_change: bool) -> Account:
    """The account; an official belongs to the authority of the division where there is just one."""
    is_official = PORTALS[role] in {Portal.OFFICE, Portal.WINDOW}
    authorities = queries.list_authorities_of(scope) if is_official else []
    return actions.create_account(
        username=name,
        name=name,
        branch=BRANCHES[role],
        authority=authorities[0] if len(authorities) == 1 else None,
        password=password,
        must_change=must_change,
        actor=Actor.system(),
        now=clock.now(),
    )


def _refuse(*codes: str) -> None:
    for code in codes:
        click.echo(SENTENCES.get(code, code), err=True)
    sys.exit(2)
