"""Counting views: each post as often as its age deserves, no account more than it may be read."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta

from video_platform.db.repositories.metrics import Countable, PublicationMetrics
from video_platform.errors import (
    ProviderQuotaExceeded,
    ProviderRateLimited,
    VideoPlatformError,
)
from video_platform.publishing.base import Account, Platform
from video_platform.publishing.machine import Accounts

BATCH = 200
READS_OF_ACCOUNT = 25
"""Looks at one account in one go: with a go every quarter of an hour well below every quota."""
_ON_REFUSAL = timedelta(hours=6)
_ON_TROUBLE = timedelta(hours=1)


def collect(
    rows: PublicationMetrics,
    due: Iterable[Countable],
    platforms: Callable[[str], Platform],
    accounts: Accounts,
) -> int:
    """Ask the networks for the figures of what is due; returns how many were kept.

    An account whose network wants a pause gets one; what is left over is due the next time.
    """
    reads: Counter[str] = Counter()
    kept = 0
    for one in due:
        place = one.account or one.platform
        if reads[place] >= READS_OF_ACCOUNT:
            continue
        reads[place] += 1
        try:
            account = accounts.open(one.account) if one.account else Account(external_id="")
            found = platforms(one.platform).metrics(one.external_id, account)
        except (ProviderRateLimited, ProviderQuotaExceeded):
            reads[place] = READS_OF_ACCOUNT
            rows.put_off(one.id, by=_ON_REFUSAL)
        except VideoPlatformError:
            rows.put_off(one.id, by=_ON_TROUBLE)
        else:
            rows.add(
                one.id,
                views=found.views,
                likes=found.likes,
                comments=found.comments,
                shares=found.shares,
            )
            kept += 1
    return kept
