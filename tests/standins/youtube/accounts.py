"""Google's authorization server, as far as an installed app uses it."""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from tests.standins.youtube.rules import Refusal

CLIENT_ID = "123456789012-standin.apps.googleusercontent.com"
CLIENT_SECRET = "GOCSPX-stand-in-client-secret"
FORCE_SSL = "https://www.googleapis.com/auth/youtube.force-ssl"
UPLOAD = "https://www.googleapis.com/auth/youtube.upload"
READONLY = "https://www.googleapis.com/auth/youtube.readonly"
# The only YouTube scope available to a device without a browser:
# https://developers.google.com/identity/protocols/oauth2/limited-input-device#allowedscopes
_FOR_DEVICES = {"https://www.googleapis.com/auth/youtube", READONLY}
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# The parameters of a token request, by grant.
_CLIENT_FORM = {"grant_type", "client_id", "client_secret"}
_FORMS = {
    "refresh_token": _CLIENT_FORM | {"refresh_token", "scope"},
    "authorization_code": _CLIENT_FORM | {"code", "code_verifier", "redirect_uri"},
    _DEVICE_GRANT: _CLIENT_FORM | {"device_code"},
}
# The scopes that allow each method, as in the discovery document.
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class TokenError(Exception):
    """An error response of the token endpoint."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, "error_description": description}


@dataclass
class Grant:
    """A grant by a user."""

    channel: str
    scopes: tuple[str, ...]
    refresh_token: str
    revoked: bool = False


@dataclass
class _Code:
    grant: Grant
    redirect_uri: str
    challenge: str


@dataclass
class Accounts:
    """Clients, grants and tokens."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    lifetime_s: int = 3599
    # The channel whose owner is asked for consent, and the scopes she grants; None: all; empty: a refusal.
    owner: str = "default"
    allows: tuple[str, ...] | None = None
    denies: bool = False
    # Whether a code comes without a refresh token, as for a user who has consented before.
    forgets_refresh_token: bool = False
    grants: dict[str, Grant] = field(default_factory=dict)
    # Whether the client is of the type for device codes; and the polling responses before consent.
    is_for_devices: bool = True
    before_consent: list[str] = field(default_factory=list)
    refreshes: int = 0
    _access: dict[str, tuple[Grant, datetime]] = field(default_factory=dict)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _devices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def grant(self, channel: str = "default", scopes: tuple[str, ...] = (FORCE_SSL,)) -> Grant:
        """A grant from an earlier login."""
        grant = Grant(channel, scopes, f"1//stand-in-refresh-{channel}-{next(self._numbers)}")
        self.grants[grant.refresh_token] = grant
        return grant

    def access_token(self, grant: Grant, *, lifetime_s: int | None = None) -> str:
        """An access token with this lifetime."""
        token = f"ya29.stand-in-access-{next(self._numbers)}"
        lifetime = timedelta(seconds=self.lifetime_s if lifetime_s is None else lifetime_s)
        self._access[token] = (grant, self.clock() + lifetime)
        return token

    def authorized_user(self, grant: Grant, *, fresh: bool = True) -> dict[str, object]:
        """The content of a token file, as written by `google.oauth2.credentials.Credentials.to_json()`."""
        token = self.access_token(grant, lifetime_s=None if fresh else -1)
        return {
            "token": token,
            "refresh_token": grant.refresh_token,
            "token_uri": "https://oauth2.googleapis.com/token",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "scopes": list(grant.scopes),
            "universe_domain": "googleapis.com",
            "account": "",
            "expiry": self._access[token][1].replace(tzinfo=None).isoformat() + "Z",
        }

    @property
    def secrets(self) -> set[str]:
        """All secrets that must not leak."""
        return {CLIENT_SECRET, *self.grants, *self._access, *self._codes, *self._devices}

    def expire_all(self) -> None:
        """Revoke all access tokens."""
        for token, (grant, _) in self._access.items():
            self._access[token] = (grant, self.clock() - timedelta(seconds=1))

    # API requests -----------------------------------------------------------------------------------------------

    def who(self, authorization: str, scopes: list[str]) -> Grant:
        """The grant for a request's header, with one of these scopes. Raises `Refusal`."""
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer" or not token:
            raise Refusal("required", "Login Required.", status=401, domain="global")
        grant, until = self._access.get(token, (None, self.clock()))
        if grant is None or grant.revoked or until <= self.clock():
            message = "Request had invalid authentication credentials."
            raise Refusal("authError", message, status=401, domain="global")
        if not set(scopes) & set(grant.scopes):
            message = "Request had insufficient authentication scopes."
            raise Refusal("insufficientPermissions", message, status=403, domain="global")
        return grant

    # Browser requests -------------------------------------------------------------------------------------------

    def authorize(self, query: dict[str, str]) -> str:
        """The redirect after the consent page. Raises `TokenError`."""
        wanted = {"response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge"}
        if missing := wanted - query.keys():
            raise TokenError("invalid_request", f"missing: {', '.join(sorted(missing))}")
        if query["client_id"] != CLIENT_ID:
            raise TokenError("invalid_client", "The OAuth client was not found.", status=401)
        if query["response_type"] != "code" or query.get("code_challenge_method") != "S256":
            raise TokenError("invalid_request", "only codes with S256 are given here")
        back = urlsplit(query["redirect_uri"])
        if back.scheme != "http" or back.hostname not in _LOOPBACK:
            raise TokenError("redirect_uri_mismatch", "the redirect is no loopback address")
        if query.get("access_type") != "offline" or query.get("prompt") != "consent":
            raise TokenError("invalid_request", "nobody gets a refresh token without offline access and consent")
        if self.denies:
            return f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        scopes = tuple(scope for scope in query["scope"].split() if self.allows is None or scope in self.allows)
        code = f"4/stand-in-code-{next(self._numbers)}"
        self._codes[code] = _Code(self.grant(self.owner, scopes), query["redirect_uri"], query["code_challenge"])
        told = {"state": query["state"], "code": code, "scope": " ".join(scopes)}
        return f"{query['redirect_uri']}?{urlencode(told)}"

    def device(self, form: dict[str, str]) -> dict[str, object]:
        """A code for a device without a browser. Raises `TokenError`."""
        if form.get("client_id") != CLIENT_ID or not self.is_for_devices:
            raise TokenError("invalid_client", "Invalid client type.", status=401)
        scopes = tuple(form.get("scope", "").split())
        if not scopes or set(scopes) - _FOR_DEVICES:
            raise TokenError("invalid_scope", f"Invalid device flow scope: {form.get('scope')}")
        code = f"AH-1Ng-stand-in-device-{next(self._numbers)}"
        self._devices[code] = scopes
        told = {"device_code": code, "user_code": "GQVQ-JKEC", "verification_url": "https://www.google.com/device"}
        return {**told, "expires_in": 1800, "interval": 5}

    # Token requests ---------------------------------------------------------------------------------------------

    def token(self, form: dict[str, str]) -> dict[str, object]:
        """The response to a form. Raises `TokenError`."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise TokenError("invalid_client", "Unauthorized", status=401)
        if unknown := form.keys() - _FORMS.get(form.get("grant_type", ""), form.keys()):
            raise TokenError("invalid_request", f"Parameter not allowed for this message type: {unknown.pop()}")
        if form.get("grant_type") == "refresh_token":
            return self._refresh(form)
        if form.get("grant_type") == "authorization_code":
            return self._exchange(form)
        if form.get("grant_type") == _DEVICE_GRANT:
            return self._poll(form)
        raise TokenError("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")

    def _refresh(self, form: dict[str, str]) -> dict[str, object]:
        grant = self.grants.get(form.get("refresh_token", ""))
        if grant is None or grant.revoked:
            raise TokenError("invalid_grant", "Token has been expired or revoked.")
        if set(form.get("scope", "").split()) - set(grant.scopes):
            raise TokenError("invalid_scope", "Some requested scopes were not granted.")
        self.refreshes += 1
        return self._answer(grant)

    def _exchange(self, form: dict[str, str]) -> dict[str, object]:
        code = self._codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if code is None or code.redirect_uri != form.get("redirect_uri") or code.challenge != challenge:
            raise TokenError("invalid_grant", "Bad Request")
        refresh = {} if self.forgets_refresh_token else {"refresh_token": code.grant.refresh_token}
        return {**self._answer(code.grant), **refresh}

    def _poll(self, form: dict[str, str]) -> dict[str, object]:
        if form.get("device_code", "") not in self._devices:
            raise TokenError("invalid_grant", "Malformed auth code.")
        if self.before_consent:
            error = self.before_consent.pop(0)
            raise TokenError(error, error, status=428 if error == "authorization_pending" else 403)
        if self.denies:
            raise TokenError("access_denied", "Forbidden", status=403)
        grant = self.grant(self.owner, self._devices.pop(form["device_code"]))
        return {**self._answer(grant), "refresh_token": grant.refresh_token}

    def _answer(self, grant: Grant) -> dict[str, object]:
        return {
            "access_token": self.access_token(grant),
            "expires_in": self.lifetime_s,
            "scope": " ".join(grant.scopes),
            "token_type": "Bearer",
        }
