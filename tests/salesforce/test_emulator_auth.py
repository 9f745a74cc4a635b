"""The emulated org's front door: tokens, versions, sizes, the daily limit."""

from __future__ import annotations

import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from crmbridge.testing.emulator import Refusal
from tests.salesforce.desk import ROOT, Desk, first_error

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def pem(key: rsa.RSAPrivateKey) -> str:
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def assertion(key: rsa.RSAPrivateKey, **changes: object) -> dict[str, str]:
    claims = {
        "iss": "app",
        "sub": "integration@example.com",
        "aud": "https://acme.my.salesforce.com",
        "exp": int(time.time()) + 180,
        **changes,
    }
    return {"grant_type": JWT_GRANT, "assertion": jwt.encode(claims, key, algorithm="RS256")}


def grant(org: Desk, form: dict[str, str], **more: object) -> tuple[int, dict[str, str]]:
    answer = org.session.post(org.url + "/services/oauth2/token", data=form, **more)
    return answer.status_code, answer.json()


def test_client_credentials_are_taken_from_the_form_and_from_basic(org: Desk) -> None:
    org.remote.config(client_id="app", client_secret="s3")
    form = {"grant_type": "client_credentials"}
    assert grant(org, {**form, "client_id": "app", "client_secret": "s3"})[0] == 200
    assert grant(org, form, auth=("app", "s3"))[0] == 200
    status, body = grant(org, form, auth=("app", "wrong"))
    assert (status, body["error"]) == (400, "invalid_client")
    assert grant(org, form, auth=("other", "s3"))[1]["error"] == "invalid_client_id"
    assert grant(org, {"grant_type": "password"})[1]["error"] == "unsupported_grant_type"


def test_a_jwt_is_checked_for_signature_issuer_user_audience_and_window(
    org: Desk, key: rsa.RSAPrivateKey
) -> None:
    org.remote.config(jwt_public_key=pem(key), client_id="app")
    assert grant(org, assertion(key))[0] == 200
    other = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    assert grant(org, assertion(other))[1]["error_description"] == "invalid assertion"
    assert grant(org, assertion(key, iss="else"))[1]["error"] == "invalid_client_id"
    unknown = grant(org, assertion(key, sub="nobody@example.com"))[1]
    assert unknown["error_description"] == "user hasn't approved this consumer"
    assert grant(org, assertion(key, aud="https://evil.example"))[0] == 400
    assert grant(org, assertion(key, exp=int(time.time()) + 4_000))[0] == 400
    assert grant(org, assertion(key, exp=int(time.time()) - 60))[0] == 400


def test_a_token_expires_on_the_world_clock_in_the_middle_of_a_run(org: Desk) -> None:
    assert org.query("SELECT Id FROM Lead").status_code == 200
    org.remote.clock(advance=7_201)
    answer = org.query("SELECT Id FROM Lead")
    assert first_error(answer) == (401, "INVALID_SESSION_ID")
    assert answer.json() == [
        {"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}
    ]
    org.login()
    assert org.query("SELECT Id FROM Lead").status_code == 200


def test_tokens_are_revoked_by_config_and_logins_can_be_refused(org: Desk) -> None:
    org.remote.config(revoke_tokens=True)
    assert org.query("SELECT Id FROM Lead").status_code == 401
    org.remote.config(refuse_login="user hasn't approved this consumer")
    status, body = grant(org, {"grant_type": "client_credentials"}, auth=("a", "b"))
    assert (status, body["error"]) == (400, "invalid_grant")


def test_logins_are_limited_by_the_hour(org: Desk) -> None:
    org.remote.config(login_limit=2)
    form = {"grant_type": "client_credentials"}
    assert grant(org, form, auth=("a", "b"))[0] == 200
    assert grant(org, form, auth=("a", "b"))[0] == 400
    org.remote.clock(advance=3_601)
    assert grant(org, form, auth=("a", "b"))[0] == 200


def test_the_version_list_needs_no_token_and_is_not_counted(org: Desk) -> None:
    org.token = ""
    answer = org.call("GET", "/services/data")
    assert answer.json()[-1]["url"] == "/services/data/v68.0"
    assert "Sforce-Limit-Info" not in answer.headers
    assert {
        "label": "Spring '24",
        "url": "/services/data/v60.0",
        "version": "60.0",
    } in answer.json()


def test_versions_too_old_or_unknown_are_refused(org: Desk) -> None:
    assert first_error(org.call("GET", "/services/data/v20.0/limits"))[0] == 410
    assert first_error(org.call("GET", "/services/data/v99.0/limits"))[0] == 404
    assert first_error(org.call("GET", ROOT + "nowhere")) == (404, "NOT_FOUND")
    assert first_error(org.call("PUT", ROOT + "limits")) == (405, "METHOD_NOT_ALLOWED")


def test_a_long_address_or_long_headers_are_refused(org: Desk) -> None:
    ids = ",".join(f"'00Q{n:012d}'" for n in range(800))
    assert org.query(f"SELECT Id FROM Lead WHERE Id IN ({ids})").status_code == 414
    answer = org.call("GET", "limits", headers={"X-Long": "x" * 16_300})
    assert answer.status_code == 431


def test_every_counted_answer_tells_the_usage_and_the_limit_stops_calls(org: Desk) -> None:
    org.remote.config(daily_limit=3)
    assert org.call("GET", "limits").headers["Sforce-Limit-Info"] == "api-usage=1/3"
    assert org.call("GET", "sobjects/Nope").headers["Sforce-Limit-Info"] == "api-usage=2/3"
    assert org.query("SELECT Id FROM Lead").headers["Sforce-Limit-Info"] == "api-usage=3/3"
    refused = org.query("SELECT Id FROM Lead")
    assert refused.status_code == 403
    assert refused.json() == [
        {"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}
    ]
    org.remote.clock(advance=86_400)
    org.login()
    assert org.call("GET", "limits").json()["DailyApiRequests"] == {"Max": 3, "Remaining": 2}


def test_other_apps_use_the_same_allocation(org: Desk) -> None:
    org.remote.act("consume_quota", calls=114_999)
    assert org.call("GET", "limits").status_code == 200
    assert first_error(org.call("GET", "limits"))[1] == "REQUEST_LIMIT_EXCEEDED"


def test_the_date_header_is_the_world_clock_with_its_skew(org: Desk) -> None:
    assert org.call("GET", "limits").headers["Date"] == "Sat, 21 Nov 2026 10:00:00 GMT"
    org.remote.config(date_skew=-90)
    assert org.call("GET", "limits").headers["Date"] == "Sat, 21 Nov 2026 09:58:30 GMT"


def test_the_audit_keeps_policy_headers_and_never_the_token(org: Desk) -> None:
    headers = {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"}
    org.call("POST", "sobjects/Lead", {"LastName": "A", "Company": "B"}, headers)
    line = org.remote.audit()[-1]
    assert line["headers"]["sforce-auto-assign"] == "FALSE"
    assert line["headers"]["sforce-duplicate-rule-header"] == "allowSave=true"
    assert (line["route"], line["object"], line["committed"]) == ("sobjects/*", "Lead", True)
    assert org.token not in str(org.remote.audit())


def test_unknown_options_acts_and_objects_are_refused_with_advice(org: Desk) -> None:
    for call in (
        lambda: org.remote.config(no_such=1),
        lambda: org.remote.config(daily_limit="many"),
        lambda: org.remote.config(validation_rules=[{"message": "x"}]),
        lambda: org.remote.act("fly"),
        lambda: org.remote.seed(Nothing=[{}]),
        lambda: org.remote.seed(Lead=[{"NoField__c": 1}]),
        lambda: org.remote.state("Nothing"),
        lambda: org.remote.act("view", id="00Q000000000000AAA"),
    ):
        with pytest.raises(Refusal):
            call()
    assert org.call("GET", "limits").status_code == 200
