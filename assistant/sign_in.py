"""Sessions of users who have signed in, and the brake on guessing passwords."""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Mapping
from ipaddress import IPv6Address, ip_address, ip_network

from cryptography.fernet import InvalidToken

from assistant.users import User, Users

WINDOW = 15 * 60  # seconds in which failures count
MOST_TOGETHER = 5  # failures with one name from one address
MOST_OF_ADDRESS = 50  # from one address, which many people may share
MOST_OF_NAME = 100  # with one name from anywhere
REMEMBERED = 10_000  # names and addresses, and sessions that were ended


class Sessions:
    """Sealed tokens (Fernet) that name a user; they end with their time, a new password, or by a word."""

    def __init__(self, users: Users, seconds: int) -> None:
        self.seconds = seconds
        self._users = users
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._guard = threading.Lock()

    def start(self, user: User, now: float | None = None) -> str:
        """A token for somebody whose password was right."""
        said = {"id": secrets.token_hex(16), "name": user.name, "stamp": self._users.stamp(user.name)}
        data = json.dumps(said).encode()
        return self._users.seal().encrypt_at_time(data, int(now or time.time())).decode("ascii")

    def user(self, token: str, now: float | None = None) -> User | None:
        """Whose token it is, with the role that the user has now; None where it holds no longer, or never did."""
        said = self._opened(token, now)
        if said is None or not secrets.compare_digest(said["stamp"], self._users.stamp(said["name"])):
            return None
        with self._guard:
            if said["id"] in self._ended:
                return None
        return self._users.find(said["name"])

    def end(self, token: str, now: float | None = None) -> None:
        """Sign out: the token holds no longer in this process, also where somebody has copied it."""
        said = self._opened(token, now)
        if said:
            with self._guard:
                self._ended[said["id"]] = None
                while len(self._ended) > REMEMBERED:
                    self._ended.popitem(last=False)

    def _opened(self, token: str, now: float | None) -> dict[str, str] | None:
        try:
            seal, moment = self._users.seal(), int(now or time.time())
            said: dict[str, str] = json.loads(seal.decrypt_at_time(token, self.seconds, moment))
        except (InvalidToken, ValueError):
            return None
        return said


class Throttle:
    """Counts tries by key; those of the last WINDOW seconds may not be more than the key's limit.

    In memory, of REMEMBERED keys at most: those that were tried longest ago are forgotten.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: OrderedDict[Hashable, deque[float]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, limits: Mapping[Hashable, int]) -> float:
        """Count one try under each key; where one has no room nothing is counted, and these seconds are to wait."""
        now = self._clock()
        with self._guard:
            waits = [self._wait(key, most, now) for key, most in limits.items()]
            for key in limits:
                if max(waits) == 0:
                    self._tries.setdefault(key, deque()).append(now)
                if key in self._tries:  # also where it is refused: else others could make it forgotten
                    self._tries.move_to_end(key)
            if max(waits) > 0:
                return max(waits)
            while len(self._tries) > REMEMBERED:
                self._tries.popitem(last=False)
        return 0

    def give_back(self, limits: Mapping[Hashable, int]) -> None:
        """Count one try less under each key: it was no failure."""
        with self._guard:
            for key in limits:
                if self._tries.get(key):
                    self._tries[key].pop()

    def _wait(self, key: Hashable, most: int, now: float) -> float:
        tries = self._tries.get(key, deque())
        while tries and tries[0] <= now - WINDOW:
            tries.popleft()
        return tries[0] + WINDOW - now if len(tries) >= most else 0


def limits_of(name: str, address: str) -> dict[Hashable, int]:
    """The keys under which a try to sign in counts, with the limit of each."""
    place = network_of(address)
    return {
        ("together", name[:100], place): MOST_TOGETHER,
        ("address", place): MOST_OF_ADDRESS,
        ("name", name[:100]): MOST_OF_NAME,
    }


def network_of(address: str) -> str:
    """What one party is known by: an IPv4 address, or the /64 of an IPv6 address, of which a host has any number."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
