"""Tables, in SQLAlchemy's typed declarative form, one module per subject.

Everything but ``tenants``, counters and what is shared about services belongs to a tenant.
"""

from video_platform.db.models.access import (
    ApiKeyRow,
    RefreshTokenRow,
    SessionRow,
    TenantRow,
    UserRow,
)
from video_platform.db.models.base import Base, Tenanted
from video_platform.db.models.generations import (
    BudgetRow,
    GenerationRow,
    ServiceCallRow,
    ServicePlaceRow,
    ServiceRow,
)
from video_platform.db.models.projects import (
    ApprovalRow,
    AssetRow,
    KitRow,
    PickRow,
    ProjectRow,
    SceneEditRow,
    TakeRow,
    TimelineRow,
    UploadRow,
)
from video_platform.db.models.publishing import (
    AccountRow,
    ConnectionRow,
    MetricRow,
    PublicationRow,
    SlotRow,
)
from video_platform.db.models.running import (
    CommandRow,
    EventCounterRow,
    EventRow,
    IdempotencyRow,
    WebhookDeliveryRow,
    WebhookRow,
)

__all__ = [
    "AccountRow",
    "ApiKeyRow",
    "ApprovalRow",
    "AssetRow",
    "Base",
    "BudgetRow",
    "CommandRow",
    "ConnectionRow",
    "EventCounterRow",
    "EventRow",
    "GenerationRow",
    "IdempotencyRow",
    "KitRow",
    "MetricRow",
    "PickRow",
    "ProjectRow",
    "PublicationRow",
    "RefreshTokenRow",
    "SceneEditRow",
    "ServiceCallRow",
    "ServicePlaceRow",
    "ServiceRow",
    "SessionRow",
    "SlotRow",
    "TakeRow",
    "TenantRow",
    "Tenanted",
    "TimelineRow",
    "UploadRow",
    "UserRow",
    "WebhookDeliveryRow",
    "WebhookRow",
]
