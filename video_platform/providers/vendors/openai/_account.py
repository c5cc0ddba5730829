"""What all of OpenAI's services have in common: the account, and the words for faults."""

from video_platform.errors import (
    ContentRefused,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRateLimited,
)
from video_platform.providers.faults import Codes
from video_platform.providers.service import Service

# Plain HTTP: the package (3.54.0) needs httpx2 beside our httpx, reads answers without a bound, and
# has one error for "not connected" and "no answer", which decide if a request is sent again.
SERVICE = Service(
    name="openai",
    base_url="https://api.openai.com/v1",
    key_variable="OPENAI_API_KEY",
    sign_up_url="https://platform.openai.com/api-keys",
    submit_timeout_s=300.0,
)
CODES: Codes = {
    "insufficient_quota": ProviderQuotaExceeded,
    "billing_hard_limit_reached": ProviderQuotaExceeded,
    "billing_not_active": ProviderQuotaExceeded,
    "rate_limit_exceeded": ProviderRateLimited,
    "invalid_api_key": ProviderAuthFailed,
    "moderation_blocked": ContentRefused,
    "content_policy_violation": ContentRefused,
    "content_filter": ContentRefused,
}
