"""Asks for more trunk accounts than there is room for: `python -m tests.live.worker.account_room`.

A process of its own, because a process has one SIP stack.
"""

from __future__ import annotations

import json
import os
import sys
import weakref

from cryptography.fernet import Fernet

from callmanager.domain.trunk_entry import TrunkEntry
from sipworker.config import WorkerConfig
from sipworker.credentials import PasswordSafe
from sipworker.pjsip.accounts import MAX_TRUNK_ACCOUNTS, AccountError, Accounts, EdgeAccount
from sipworker.pjsip.endpoint import Endpoint

MANY = 3 * MAX_TRUNK_ACCOUNTS


def main() -> None:
    config = WorkerConfig.from_environment(os.environ)
    endpoint = Endpoint(config, lambda _: None)
    endpoint.start()
    in_calls: set[EdgeAccount] = set()
    accounts = Accounts(endpoint, config, lambda *_: None, in_calls.__contains__)
    first = accounts.of_trunk(trunk(0))
    in_calls.add(first)
    made = [weakref.ref(accounts.of_trunk(trunk(number))) for number in range(1, MANY)]
    alive = [account for one in made if (account := one()) is not None]
    said = {
        "shared": accounts.of_trunk(trunk(0, trunk_id=9)) is first,
        "kept": first.isValid(),
        "given_up": made[0]() is None,
        "bounded": len(alive) == MAX_TRUNK_ACCOUNTS - 1,
        "in_order": all(account.isValid() for account in alive),
        "opened": PasswordSafe(config.encryption_keys).open(""),
    }
    in_calls.update(alive)
    said["full"] = refusal(accounts, trunk(MANY))
    in_calls.clear()
    del alive
    said["unreadable"] = refusal(accounts, trunk(MANY, password_token=foreign_token()))
    sys.stdout.write("\n" + json.dumps(said) + "\n")
    sys.stdout.flush()
    # Not through the library's own end: what is to be shown has been shown.
    os._exit(0)


def trunk(number: int, *, trunk_id: int = 1, password_token: str = "") -> TrunkEntry:
    return TrunkEntry(
        trunk_id, "Line", "sip.example", authorization_name=f"acct-{number}", password_token=password_token
    )


def foreign_token() -> str:
    return Fernet(Fernet.generate_key()).encrypt(b"x").decode()


def refusal(accounts: Accounts, entry: TrunkEntry) -> str:
    try:
        accounts.of_trunk(entry)
    except AccountError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main()
