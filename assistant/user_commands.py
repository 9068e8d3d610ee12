"""``python -m assistant user ACTION``: who may sign in. Exit status 0 done, 2 it cannot be done."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path

from assistant.audit import AuditError
from assistant.audit_table import open_audit
from assistant.settings import Settings
from assistant.users import LONGEST_PASSWORD, SHORTEST_PASSWORD, Role, Users, UsersError
from index.errors import StoreError, message

ACTIONS = ("add", "list", "remove", "role", "password", "key", "revoke")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The actions of ``user``."""
    actions = parser.add_subparsers(dest="action", required=True)
    parts = {name: actions.add_parser(name, help=message(f"cli_user_{name}")) for name in ACTIONS}
    for name in ACTIONS:
        if name != "list":
            parts[name].add_argument("name", metavar="NAME")
    roles = [role.name for role in Role]
    parts["add"].add_argument("--role", choices=roles, required=True, help=message("cli_user_roles"))
    parts["add"].add_argument("--no-password", action="store_true", help=message("cli_user_no_password"))
    parts["role"].add_argument("role", choices=roles)
    parts["revoke"].add_argument("key", metavar="KEY", help=message("cli_user_key_id"))


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Carry out one action."""
    try:
        if not settings.auth_file:
            raise UsersError(message("users_no_file"))
        done = _act(Users(Path(settings.auth_file)), options)
    except UsersError as error:
        print(error, file=sys.stderr)
        return 2
    if options.action != "list":
        _record(settings, action=options.action, name=options.name, **done)
    return 0


def _record(settings: Settings, **values: str) -> None:
    """A line in the audit log of the app. What cannot be recorded is done all the same, and that is said."""
    log = None
    try:
        log = open_audit(settings)
        if log is not None:
            log.check()
            log.write("user", **values, uid=os.getuid())
    except (AuditError, StoreError) as error:
        print(error, file=sys.stderr)
    finally:
        if log is not None:
            log.close()


def _act(users: Users, options: argparse.Namespace) -> dict[str, str]:
    """What was given or taken: ``role``, or the id of a ``key``."""
    action, name = options.action, getattr(options, "name", "")
    if action == "list":
        for name, account in users.all().items():
            keys = " ".join(f"{key.id}({key.created})" for key in account.keys)
            signs_in = message("user_has_password" if account.password else "user_has_none")
            print(message("user_listed", name=name, role=account.role.name, password=signs_in, keys=keys))
        return {}
    if action == "key":
        key = users.add_key(name)
        print(message("user_key", name=name), file=sys.stderr)
        print(key)
        return {"key": users.all()[name].keys[-1].id}
    if action == "add":
        users.add(name, Role[options.role], "" if options.no_password else _password())
    elif action == "role":
        users.set_role(name, Role[options.role])
    elif action == "password":
        users.set_password(name, _password())
    elif action == "revoke":
        users.remove_key(name, options.key)
    else:
        users.remove(name)
    print(message(f"user_done_{action}", name=name))
    given = {"role": getattr(options, "role", None), "key": getattr(options, "key", None)}
    return {what: value for what, value in given.items() if value}


def _password() -> str:
    """Asked for twice without showing it; where nobody sits at a terminal, the first line of what comes in."""
    if sys.stdin.isatty():
        password = getpass.getpass(message("user_password"))
        if getpass.getpass(message("user_again")) != password:
            raise UsersError(message("user_differ"))
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise UsersError(message("user_password_length", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD))
    return password
