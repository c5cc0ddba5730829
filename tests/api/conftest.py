"""An application on a new installation, and people who are signed in to it."""

import hashlib
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.deps import authority_of
from video_platform.db.models import TenantRow, UserRow
from video_platform.domain.access import Role, User
from video_platform.settings import Settings

Headers = dict[str, str]
SignedIn = Callable[..., Headers]
PASSWORD = "a password of four words"


@pytest.fixture
def api(settings: Settings) -> Iterator[TestClient]:
    """The application in this process, as one client sees it."""
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def user_of(app: FastAPI, *, role: str = "owner", tenant: str = "a") -> User:
    """A user of this role in this tenant; made when there is none yet. Asks no route."""
    from datetime import UTC, datetime

    authority, now = authority_of(app), datetime.now(UTC)
    email = f"{role}@{tenant}.test"
    with app.state.installation.database.system().session() as session, session.begin():
        if session.get(TenantRow, tenant) is None:
            session.add(TenantRow(id=tenant, name=tenant, created_at=now))
        user_id = f"u{hashlib.sha256(email.encode()).hexdigest()[:16]}"
        if session.get(UserRow, user_id) is None:
            session.add(
                UserRow(
                    id=user_id,
                    tenant=tenant,
                    email=email,
                    name=role,
                    role=Role(role).value,
                    password_hash=_password_hash(),
                    version=1,
                    created_at=now,
                )
            )
    return next(one for one in authority.users(tenant) if one.id == user_id)


_hashes: list[str] = []


def _password_hash() -> str:
    """The hash of ``PASSWORD``; made once, it is slow on purpose."""
    from video_platform.access.passwords import Passwords

    if not _hashes:
        _hashes.append(Passwords().hash(PASSWORD))
    return _hashes[0]


def headers_for(api: TestClient, *, role: str = "owner", tenant: str = "a") -> Headers:
    """What a signed-in user of this role and tenant sends."""
    app = api.app
    assert isinstance(app, FastAPI)
    user = user_of(app, role=role, tenant=tenant)
    return {"Authorization": f"Bearer {authority_of(app).open_session(user).access_token}"}


@pytest.fixture
def signed_in() -> SignedIn:
    """``signed_in(api, role="owner", tenant="a")``: headers of such a user."""
    return headers_for
