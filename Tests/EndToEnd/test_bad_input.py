"""Bad input gets a clear error in the dialect of its route, and the appliance goes on."""

import http.client
import json

import pytest

from harness import Appliance, raw_exchange, request

CHAT = "/v1/chat/completions"
MESSAGES = "/v1/messages"
GENERATE = "/v1beta/models/sim-small:generateContent"
PATHS = {"openai": CHAT, "anthropic": MESSAGES, "gemini": GENERATE}
USER = {"role": "user", "content": "Hello"}


def error_of(dialect, answer):
    """(kind, message) of an error, after checking its form."""
    document = answer.json()
    error = document["error"]
    assert error["message"]
    if dialect == "openai":
        assert set(error) == {"message", "type", "param", "code"}
        return error["code"], error["message"]
    if dialect == "anthropic":
        assert document["type"] == "error" and document["request_id"]
        return error["type"], error["message"]
    assert error["code"] == answer.status
    return error["status"], error["message"]


INVALID = {"openai": "invalid_request", "anthropic": "invalid_request_error", "gemini": "INVALID_ARGUMENT"}
NOT_FOUND = {"openai": "model_not_found", "anthropic": "not_found_error", "gemini": "NOT_FOUND"}


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b'{"model": "sim-small"',
        b'{"model": "sim-small", "messages": [' + b'[' * 100_000,
        b'{"contents": "\xff\xfe", "model": "sim-small", "messages": []}',
        b'["model"]',
        b'{"model": "sim-small", "messages": [], "stream": true, "stream": false, "contents": []} trailing',
    ],
    ids=["empty", "words", "cut", "deep", "not-utf8", "array", "trailing"],
)
def test_a_body_that_is_not_json(gateway, simulator, dialect, body):
    answer = gateway.request("POST", PATHS[dialect], body, {"Content-Type": "application/json"})
    assert answer.status == 400
    assert error_of(dialect, answer)[0] == INVALID[dialect]
    assert simulator.counters() == {}
    assert gateway.row(answer.headers["x-request-id"])["outcome"] == "refused"


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
@pytest.mark.parametrize(
    "members",
    [
        '"messages": []',
        '"model": 5, "messages": []',
        '"model": null, "messages": []',
        '"model": ["sim-small"], "messages": []',
        '"model": "sim-small", "model": "sim-large", "messages": []',
        '"model": "sim-small", "mo\\u0064el": "sim-large", "messages": []',
        '"model": "sim-small", "stream": true, "str\\u0065am": false, "messages": []',
    ],
)
def test_a_model_that_two_parsers_would_read_differently(gateway, simulator, dialect, members):
    body = ("{" + members + "}").encode()
    answer = gateway.request("POST", PATHS[dialect], body, {"Content-Type": "application/json"})
    assert answer.status == 400
    assert error_of(dialect, answer)[0] == INVALID[dialect]
    assert simulator.counters() == {}


@pytest.mark.parametrize(
    "dialect, path, body",
    [
        ("openai", CHAT, {"model": "nobody/knows-it", "messages": [USER]}),
        ("anthropic", MESSAGES, {"model": "nobody/knows-it", "messages": [USER]}),
        ("gemini", "/v1beta/models/nobody%2Fknows-it:generateContent", {"contents": []}),
    ],
)
def test_an_unknown_model(gateway, dialect, path, body):
    for key in gateway.json("key", "list"):
        gateway.cli("key", "set", key["provider"], key["label"], "--models", "sim-small")
    answer = gateway.request("POST", path, body)
    assert answer.status == 404
    assert error_of(dialect, answer)[0] == NOT_FOUND[dialect]


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/", 404),
        ("POST", "/v1/nowhere", 404),
        ("GET", CHAT, 405),
        ("DELETE", MESSAGES, 405),
        ("POST", "/v1/chat/../chat/completions", 400),
        ("POST", "/v1/chat/%zz", 400),
        ("POST", "/v1beta/models/sim-small:launch", 404),
    ],
)
def test_an_unknown_route_or_method(gateway, method, path, status):
    answer = gateway.request(method, path, {} if method == "POST" else None)
    assert answer.status in (status, 404 if status == 400 else status)
    assert answer.json()["error"]["message"]
    if answer.status == 405:
        assert "POST" in answer.headers["allow"]


@pytest.mark.parametrize("dialect", PATHS)
def test_no_token_and_a_wrong_one(gateway, simulator, dialect):
    kinds = {"openai": "invalid_api_key", "anthropic": "authentication_error", "gemini": "UNAUTHENTICATED"}
    for headers in ({}, {"Authorization": "Bearer sk-ap-wrong"}):
        answer = request(gateway.url, "POST", PATHS[dialect], {"model": "sim-small"}, headers)
        assert answer.status == 401
        assert error_of(dialect, answer)[0] == kinds[dialect]
    assert simulator.counters() == {}


def test_two_tokens_that_differ(gateway):
    answer = gateway.request("GET", "/v1/models", headers={"x-api-key": "other"})
    assert answer.status == 400


def test_no_token_no_continue(gateway):
    head = (
        f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        "Content-Length: 100\r\nExpect: 100-continue\r\n"
    )
    answer = raw_exchange(gateway.port, f"{head}Connection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 401 ")
    answer = raw_exchange(
        gateway.port, f"{head}Authorization: Bearer {gateway.token}\r\n\r\n".encode(), seconds=1
    )
    assert answer == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_a_body_that_is_too_large(folder, simulator):
    with Appliance(folder / "data", "--request-bytes-max", "2048") as appliance:
        appliance.add_simulator(simulator)
        assert appliance.chat("x" * 1000).status == 200
        answer = appliance.chat("x" * 3000)
        assert answer.status == 413
        assert error_of("openai", answer)[0] == "request_too_large"
        chunked = (
            f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {appliance.token}\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        ).encode() + b"800\r\n" + b"x" * 0x800 + b"\r\n800\r\n" + b"x" * 0x800 + b"\r\n0\r\n\r\n"
        assert raw_exchange(appliance.port, chunked).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_is_shorter_than_declared(gateway, simulator):
    head = (
        f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {gateway.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{}"
    )
    raw_exchange(gateway.port, head.encode(), close_early=True)
    assert gateway.chat().status == 200
    assert sum(count["requests"] for count in simulator.counters().values()) == 1


def test_a_body_that_is_longer_than_declared(gateway, simulator):
    """What is behind the declared end is another request, and no valid one."""
    body = json.dumps({"model": "sim-small", "messages": [USER]}).encode()
    head = (
        f"POST {CHAT} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {gateway.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    answer = raw_exchange(gateway.port, head.encode() + body + b"garbage garbage\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 400 " in answer


@pytest.mark.parametrize(
    "data, status",
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 50_000 + b"\r\n", b"431"),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"4"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", b"505"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"400"),
    ],
)
def test_bytes_that_are_no_good_http(gateway, data, status):
    answer = raw_exchange(gateway.port, data, seconds=5)
    assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]
    assert gateway.chat().status == 200


# Providers that are no good


@pytest.mark.parametrize("directive", ["garbage", "redirect", "headers", "drop"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_provider_that_breaks_the_protocol(gateway, directive, stream):
    answer = gateway.chat(model=f"sim-small;{directive}", stream=stream)
    assert answer.status == 502
    assert error_of("openai", answer)[0] == "upstream_exhausted"
    assert gateway.row()["outcome"] == "failed"
    assert gateway.chat(model="sim-large").status in (200, 502, 503)


def test_a_provider_whose_line_never_ends(gateway):
    # A part of it is out when it is given up: what is left is to break the connection.
    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        gateway.chat(model="sim-small;endless", stream=True)
    assert gateway.row()["outcome"] == "cut"


@pytest.mark.parametrize("form", ["max", "negative"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "path", [CHAT, MESSAGES, "/v1/responses", "/v1beta/models/{model}:{method}"]
)
def test_usage_that_cannot_be(gateway, form, stream, path):
    model = f"sim-small;usage={form}"
    method = "streamGenerateContent" if stream else "generateContent"
    body = {"messages": [USER], "max_tokens": 50} if path in (CHAT, MESSAGES) else {"input": "Hello"}
    if "{model}" in path:
        body = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
    else:
        body |= {"model": model, "stream": stream}
    answer = gateway.request("POST", path.format(model=model, method=method), body)
    assert answer.status == 200
    row = gateway.row(answer.headers["x-request-id"])
    assert row["anomalies"]
    assert all(count >= 0 for count in row["usage"].values())
    assert row["cost_usd"] is None or not row["cost_usd"].startswith("-")


def test_a_coded_answer_is_relayed_and_flagged(gateway):
    answer = gateway.chat(model="sim-small;gzip")
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert gateway.row()["usage_source"] == "estimated"
    assert gateway.row()["anomalies"]
