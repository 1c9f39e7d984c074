"""The accounts under which legs run: one for each combination of address family, SRTP and credentials.

They hand each INVITE to the port and send nothing by themselves.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import pjsua2 as pj

from callmanager.domain.trunk_entry import SrtpMode, TrunkEntry
from sipworker.config import WorkerConfig
from sipworker.credentials import PasswordSafe, PasswordUnreadableError
from sipworker.pjsip.endpoint import Endpoint

InviteHandler = Callable[["EdgeAccount", pj.OnIncomingCallParam], None]

# Below PJSUA_MAX_ACC; the accounts of phones and of calls that come in need a few.
MAX_TRUNK_ACCOUNTS = 200
ANY_REALM = "*"


class AccountError(RuntimeError):
    """There is no account for this trunk; the message is what people read."""


class EdgeAccount(pj.Account):
    def __init__(self, config: pj.AccountConfig, on_invite: InviteHandler, *, is_default: bool) -> None:
        super().__init__()
        self._on_invite = on_invite
        self.create(config, is_default)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        self._on_invite(self, prm)


@dataclass(frozen=True, slots=True)
class _Combination:
    """Two trunks that have all of this in common share an account. The password stays encrypted here."""

    srtp: SrtpMode
    is_ipv6: bool
    name: str
    password_token: str


class Accounts:
    """Those of trunks are made when they are first wanted; of too many, the one that was idle longest goes."""

    def __init__(
        self,
        endpoint: Endpoint,
        config: WorkerConfig,
        on_invite: InviteHandler,
        is_used: Callable[[EdgeAccount], bool],
    ) -> None:
        self._endpoint = endpoint
        self._config = config
        self._on_invite = on_invite
        self._is_used = is_used
        self._safe = PasswordSafe(config.encryption_keys)
        self._of_trunks: OrderedDict[_Combination, EdgeAccount] = OrderedDict()
        self._phones = {False: self._open(self._account_config(SrtpMode.OFF, is_ipv6=False), is_default=True)}
        self._secure = {False: self._open(self._account_config(SrtpMode.OPTIONAL, is_ipv6=False))}
        if config.media_address6:
            self._phones[True] = self._open(self._account_config(SrtpMode.OFF, is_ipv6=True))
            self._secure[True] = self._open(self._account_config(SrtpMode.OPTIONAL, is_ipv6=True))
        for is_srtp, accounts in ((False, self._phones), (True, self._secure)):
            for is_ipv6, account in accounts.items():
                endpoint.incoming[is_ipv6, is_srtp] = account.getId()

    def of_phones(self, *, is_ipv6: bool) -> EdgeAccount:
        """Without an address of that family, the other one has to do."""
        return self._phones.get(is_ipv6, self._phones[False])

    def of_trunk(self, trunk: TrunkEntry) -> EdgeAccount:
        """Raises AccountError if its password can't be opened or there are too many trunks in calls."""
        is_ipv6 = trunk.host.startswith("[") and bool(self._config.media_address6)
        name = trunk.authorization_name or trunk.username
        wanted = _Combination(trunk.srtp, is_ipv6, name, trunk.password_token)
        account = self._of_trunks.get(wanted)
        if account is None:
            self._make_room()
            account = self._of_trunks[wanted] = self._open(self._trunk_config(wanted))
        self._of_trunks.move_to_end(wanted)
        return account

    def _trunk_config(self, wanted: _Combination) -> pj.AccountConfig:
        config = self._account_config(wanted.srtp, is_ipv6=wanted.is_ipv6)
        if not wanted.name:
            return config
        try:
            password = self._safe.open(wanted.password_token)
        except PasswordUnreadableError as error:
            raise AccountError("The trunk's password cannot be opened") from error
        # Digest by whatever the challenge asks for: MD5 or SHA-256.
        config.sipConfig.authCreds.append(pj.AuthCredInfo("digest", ANY_REALM, wanted.name, 0, password))
        return config

    def _make_room(self) -> None:
        if len(self._of_trunks) < MAX_TRUNK_ACCOUNTS:
            return
        for combination, account in self._of_trunks.items():
            if not self._is_used(account):
                # The last reference: its destructor closes the account, before a new one can get its number.
                del self._of_trunks[combination]
                return
        raise AccountError("Too many trunks are in use at once")

    def _account_config(self, srtp: SrtpMode, *, is_ipv6: bool) -> pj.AccountConfig:
        address = self._config.media_address6 if is_ipv6 else self._config.media_address
        return self._endpoint.account_config(address, is_ipv6=is_ipv6, srtp=srtp)

    def _open(self, config: pj.AccountConfig, *, is_default: bool = False) -> EdgeAccount:
        return EdgeAccount(config, self._on_invite, is_default=is_default)
