"""Who may do what: every route with every refusal, levels, model maps, explain, audit, and cutting off."""

import contextlib
import getpass
import http.client
import json
import os
import re
import socket
import threading

import pytest

from harness import Appliance, eventually, raw_exchange, request, run

USER = {"role": "user", "content": "Hello"}
CONTENTS = [{"role": "user", "parts": [{"text": "Hello"}]}]
BOUNDARY = "frontier"


def form(model, file="file"):
    parts = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="model"\r\n\r\n{model}\r\n'
    parts += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{file}"; filename="a.bin"\r\n\r\nabc\r\n'
    return (parts + f"--{BOUNDARY}--\r\n").encode()


FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def routes(model="sim-small"):
    """Every route: its endpoint in the ledger, method, path, body, headers, dialect, and whether it names a model."""
    chat = {"model": model, "messages": [USER]}
    gemini = {"contents": CONTENTS}
    embed = {"content": {"parts": [{"text": "a"}]}}
    return [
        ("chat/completions", "POST", "/v1/chat/completions", chat, {}, "openai", True),
        ("chat/completions", "POST", "/v1/chat/completions", chat | {"stream": True}, {}, "openai", True),
        ("chat/completions", "POST", f"/openai/deployments/{model}/chat/completions?api-version=2024-10-21",
         {"messages": [USER]}, {}, "openai", True),
        ("completions", "POST", "/v1/completions", {"model": model, "prompt": "a"}, {}, "openai", True),
        ("responses", "POST", "/v1/responses", {"model": model, "input": "a"}, {}, "openai", True),
        ("responses/compact", "POST", "/v1/responses/compact", {"model": model, "input": "a"}, {}, "openai", True),
        ("responses/input_tokens", "POST", "/v1/responses/input_tokens", {"model": model, "input": "a"}, {},
         "openai", True),
        ("responses/{id}", "GET", "/v1/responses/resp_1", None, {}, "openai", False),
        ("responses/{id}", "DELETE", "/v1/responses/resp_1", None, {}, "openai", False),
        ("responses/{id}", "POST", "/v1/responses/resp_1/cancel", None, {}, "openai", False),
        ("responses/{id}", "GET", "/v1/responses/resp_1/input_items", None, {}, "openai", False),
        ("embeddings", "POST", "/v1/embeddings", {"model": model, "input": "a"}, {}, "openai", True),
        ("moderations", "POST", "/v1/moderations", {"model": model, "input": "a"}, {}, "openai", True),
        ("images/generations", "POST", "/v1/images/generations", {"model": model, "prompt": "a"}, {}, "openai", True),
        ("images/edits", "POST", "/v1/images/edits", form(model, "image"), FORM, "openai", True),
        ("images/variations", "POST", "/v1/images/variations", form(model, "image"), FORM, "openai", True),
        ("audio/speech", "POST", "/v1/audio/speech", {"model": model, "input": "a", "voice": "v"}, {}, "openai", True),
        ("audio/transcriptions", "POST", "/v1/audio/transcriptions", form(model), FORM, "openai", True),
        ("audio/translations", "POST", "/v1/audio/translations", form(model), FORM, "openai", True),
        ("rerank", "POST", "/v1/rerank", {"model": model, "query": "q", "documents": ["a"]}, {}, "openai", True),
        ("models", "GET", "/v1/models", None, {}, "openai", False),
        ("models/{id}", "GET", f"/v1/models/{model}", None, {}, "openai", True),
        ("messages", "POST", "/v1/messages", chat | {"max_tokens": 9}, {}, "anthropic", True),
        ("messages/count_tokens", "POST", "/v1/messages/count_tokens", chat, {}, "anthropic", True),
        ("models", "GET", "/v1/models", None, {"anthropic-version": "2023-06-01"}, "anthropic", False),
        ("models:generateContent", "POST", f"/v1beta/models/{model}:generateContent", gemini, {}, "gemini", True),
        ("models:streamGenerateContent", "POST", f"/v1beta/models/{model}:streamGenerateContent?alt=sse", gemini, {},
         "gemini", True),
        ("models:streamGenerateContent", "POST", f"/v1/models/{model}:streamGenerateContent", gemini, {}, "gemini",
         True),
        ("models:countTokens", "POST", f"/v1beta/models/{model}:countTokens", gemini, {}, "gemini", True),
        ("models:embedContent", "POST", f"/v1beta/models/{model}:embedContent", embed, {}, "gemini", True),
        ("models:batchEmbedContents", "POST", f"/v1beta/models/{model}:batchEmbedContents",
         {"requests": [embed | {"model": f"models/{model}"}]}, {}, "gemini", True),
        ("models", "GET", "/v1beta/models", None, {}, "gemini", False),
        ("passthrough", "POST", "/passthrough/sim-openai/chat/completions", chat, {}, "openai", True),
        ("passthrough", "GET", "/passthrough/sim-openai/echo", None, {}, "openai", False),
        ("passthrough", "POST", "/passthrough/sim-anthropic/v1/messages", chat | {"max_tokens": 9}, {}, "anthropic",
         True),
        ("passthrough", "POST", f"/passthrough/sim-gemini/v1beta/models/{model}:generateContent", gemini, {},
         "gemini", True),
    ]


ELSEWHERE = ["198.51.100.0/24", "2001:db8::/32"]
HERE = ["127.0.0.1"]
MODEL = "sim-small"
PAST = "2001-01-01T00:00:00Z"

# What the user and the token have, what the route must be like, and the outcome in each dialect.
REFUSALS = {
    "no token": (None, {}, None, "all", 401, "invalid_api_key", "authentication_error", "UNAUTHENTICATED"),
    "unknown token": ({}, {}, "sk-ap-unknown-0", "all", 401, "invalid_api_key", "authentication_error",
                      "UNAUTHENTICATED"),
    "revoked token": ({}, {"status": "suspended"}, "", "all", 401, "invalid_api_key", "authentication_error",
                      "UNAUTHENTICATED"),
    "expired token": ({}, {"expires_at": PAST}, "", "all", 401, "invalid_api_key", "authentication_error",
                      "UNAUTHENTICATED"),
    "suspended user": ({"status": "suspended"}, {}, "", "all", 403, "user_suspended", "permission_error",
                       "PERMISSION_DENIED"),
    "address of the user": ({"ips": ELSEWHERE}, {}, "", "all", 403, "ip_not_allowed", "permission_error",
                            "PERMISSION_DENIED"),
    "address of the token": ({"ips": ["0.0.0.0/0"]}, {"ips": ELSEWHERE}, "", "all", 403, "ip_not_allowed",
                             "permission_error", "PERMISSION_DENIED"),
    "address denied": ({"ips": ["0.0.0.0/0", "!127.0.0.0/8"]}, {}, "", "all", 403, "ip_not_allowed",
                       "permission_error", "PERMISSION_DENIED"),
    "no address at all": ({"ips": []}, {}, "", "all", 403, "ip_not_allowed", "permission_error",
                          "PERMISSION_DENIED"),
    "no endpoint at all": ({"endpoints": []}, {}, "", "all", 403, "endpoint_not_allowed", "permission_error",
                           "PERMISSION_DENIED"),
    "endpoint denied": ({"endpoints": ["*"]}, {"endpoints": ["!*"]}, "", "all", 403, "endpoint_not_allowed",
                        "permission_error", "PERMISSION_DENIED"),
    "model of the user": ({"models": ["other"], "endpoints": ["*"]}, {}, "", "model", 403, "model_not_allowed",
                          "permission_error", "PERMISSION_DENIED"),
    "model of the token": ({"endpoints": ["*"]}, {"models": ["other"], "endpoints": ["*"]}, "", "model", 403,
                           "model_not_allowed", "permission_error", "PERMISSION_DENIED"),
    "model denied": ({"models": ["*", "!sim-*"], "endpoints": ["*"]}, {}, "", "model", 403, "model_not_allowed",
                     "permission_error", "PERMISSION_DENIED"),
    "no model at all": ({"models": [], "endpoints": ["*"]}, {}, "", "model", 403, "model_not_allowed",
                        "permission_error", "PERMISSION_DENIED"),
    "passthrough not granted": ({"models": ["*"]}, {}, "", "passthrough", 403, "endpoint_not_allowed",
                                "permission_error", "PERMISSION_DENIED"),
    "level that is none": ({}, {}, "", "all", 400, "invalid_request", "invalid_request_error", "INVALID_ARGUMENT"),
}


@pytest.fixture(scope="module")
def court(tmp_path_factory, shared_simulator):
    """An appliance with the simulator behind it and a user and token for each refusal."""
    shared_simulator.reset()
    with Appliance(tmp_path_factory.mktemp("court", numbered=True) / "d") as appliance:
        appliance.add_simulator(shared_simulator)
        users, tokens = [], []
        for number, (user, token, *_) in enumerate(REFUSALS.values()):
            users.append({"name": f"u{number}"} | (user or {}))
            tokens.append({"user": f"u{number}", "label": "t", "secret": f"token-of-u{number}"} | token)
        appliance.import_document({"users": users, "tokens": tokens})
        yield appliance


@pytest.mark.parametrize("name", REFUSALS)
def test_every_route_refuses_alike(court, shared_simulator, name):
    user, _, secret, scope, status, code, anthropic, gemini = REFUSALS[name]
    shared_simulator.reset()
    number = list(REFUSALS).index(name)
    headers = {} if user is None else {"Authorization": f"Bearer {secret or f'token-of-u{number}'}"}
    if name == "level that is none":
        headers["x-appliance-level"] = "high"
    seen = 0
    for endpoint, method, path, body, more, dialect, has_model in routes():
        if scope == "model" and not has_model or scope == "passthrough" and endpoint != "passthrough":
            continue
        answer = request(court.url, method, path, body, headers | more)
        where = f"{name}: {method} {path}: {answer}"
        assert answer.status == status, where
        error = answer.json()["error"]
        if dialect == "openai":
            assert error["code"] == code, where
        elif dialect == "anthropic":
            assert error["type"] == anthropic and answer.json()["type"] == "error", where
        else:
            assert (error["code"], error["status"]) == (status, gemini), where
        assert answer.headers["x-request-id"], where
        seen += 1
    assert seen
    assert shared_simulator.counters() == {} and shared_simulator.requests() == []
    rows = court.rows(seen)[:seen]
    assert {(row["status"], row["outcome"], row["attempts"]) for row in rows} == {(status, "refused", 0)}


def test_every_route_serves_who_may(court, shared_simulator):
    """The other side of the table: the same requests with every rule that allows them."""
    shared_simulator.reset()
    court.import_document(
        {
            "users": [{"name": "free", "models": ["sim-*", "!sim-large"], "ips": ["127.0.0.0/8", "!127.0.0.9"],
                       "endpoints": ["*", "!moderations"]}],
            "tokens": [{"user": "free", "label": "t", "secret": "token-of-free", "models": ["sim-small"],
                        "ips": ["::ffff:127.0.0.1"], "endpoints": ["*"]}],
        }
    )
    for endpoint, method, path, body, more, _, has_model in routes():
        answer = request(court.url, method, path, body, {"Authorization": "Bearer token-of-free"} | more)
        if endpoint == "moderations" or endpoint == "passthrough" and not has_model:
            assert answer.status == 403, (path, answer)
        elif endpoint == "responses/{id}":
            assert answer.status == 404, (path, answer)
        elif endpoint == "models/{id}":
            assert answer.status in (200, 404), (path, answer)
        else:
            assert answer.status == 200, (path, answer)
    for model in ("sim-large", "sim-openai/sim-large"):
        answer = court.request("POST", "/v1/chat/completions", {"model": model, "messages": [USER]},
                               token="token-of-free")
        assert (answer.status, answer.json()["error"]["code"]) == (403, "model_not_allowed")
    # Nor as one of those that a provider may answer with instead.
    seen = len(shared_simulator.requests())
    for models, status in (["sim-small"], 200), (["sim-small", "sim-large"], 403), ("sim-small", 403):
        answer = court.request("POST", "/v1/chat/completions",
                               {"model": "sim-small", "models": models, "messages": [USER]}, token="token-of-free")
        assert answer.status == status, (models, answer)
    assert len(shared_simulator.requests()) == seen + 1


@pytest.mark.parametrize("name", ["no token", "suspended user", "address of the user", "no endpoint at all"])
def test_no_body_is_asked_for_what_is_refused(court, name):
    number = list(REFUSALS).index(name)
    head = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n"
    if name != "no token":
        head += f"Authorization: Bearer token-of-u{number}\r\n"
    answer = raw_exchange(court.port, (head + "\r\n").encode(), seconds=5)
    assert answer.startswith(b"HTTP/1.1 401" if name == "no token" else b"HTTP/1.1 403")
    assert b"100 Continue" not in answer


# Addresses


def test_forwarded_addresses_are_believed_from_proxies_alone(folder, simulator):
    def status(appliance, *forwarded):
        headers = {"Authorization": f"Bearer {appliance.token}"}
        fields = b"".join(b"X-Forwarded-For: %s\r\n" % value.encode() for value in forwarded)
        head = b"GET /v1/models HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields
        head += b"Authorization: " + headers["Authorization"].encode() + b"\r\n\r\n"
        return int(raw_exchange(appliance.port, head).split(b" ")[1])

    with Appliance(folder / "plain") as appliance:
        appliance.add_simulator(simulator)
        appliance.cli("user", "set", "ada", "--ips", "192.0.2.0/24")
        assert status(appliance, "192.0.2.7") == 403
        appliance.cli("user", "set", "ada", "--ips", "127.0.0.1")
        assert status(appliance, "192.0.2.7") == 200
    config = folder / "appliance.conf"
    config.write_text('trusted_proxies = ["127.0.0.0/8", "10.0.0.0/8"]\n')
    with Appliance(folder / "proxied", "--config", str(config)) as appliance:
        appliance.add_simulator(simulator)
        appliance.cli("user", "set", "ada", "--ips", "192.0.2.0/24", "--ips", "2001:db8::/32")
        for good in (["192.0.2.7"], ["1.1.1.1, 192.0.2.7"], ["1.1.1.1", "192.0.2.7, 10.1.1.1"],
                     ["[2001:db8::1]:99"], ["::ffff:192.0.2.7"], ["<hostile>,,, 192.0.2.7"]):
            assert status(appliance, *good) == 200, good
        for bad in (["192.0.2.7, 1.1.1.1"], ["192.0.2.7", "1.1.1.1"], ["192.0.2.7, unknown"], ["192.0.2.7,"],
                    [""], ["192.0.2.7:x"], [], ["192.0.2.7\x01"], ["10.0.0.1," * 5000 + "10.0.0.1"]):
            assert status(appliance, *bad) in (400, 403), bad
    config.write_text('trusted_proxies = ["nowhere"]\n')
    done = run("serve", "--data", str(folder / "wrong"), "--config", str(config))
    assert done.returncode == 2 and ":1:" in done.stderr and "nowhere" in done.stderr


# Levels


@pytest.fixture
def tiered(appliance, simulator):
    """Premium users on level 100, background work on level 1."""
    appliance.add_simulator(simulator, (("gold-1", 100), ("gold-2", 100), ("iron-1", 1)))
    appliance.import_document(
        {
            "users": [{"name": "premium", "level": 100}, {"name": "crawler", "level": 1},
                      {"name": "strict", "level": 100, "failover": "none"},
                      {"name": "both", "level": 1, "failover": "any"},
                      {"name": "gold", "level": 100, "allow_levels": [100]}],
            "tokens": [{"user": name, "label": "t", "secret": f"token-of-{name}"}
                       for name in ("premium", "crawler", "strict", "both", "gold")]
            + [{"user": "premium", "label": "night", "secret": "token-of-night", "level": 1},
               {"user": "both", "label": "low", "secret": "token-of-low", "level": 1}],
            "models": [{"name": "nightly", "targets": [{"provider": "sim-openai", "model": "sim-small"}], "level": 1},
                       {"name": "urgent", "targets": [{"provider": "sim-openai", "model": "sim-small"}],
                        "level": 100}],
        }
    )
    return appliance


def level_of(appliance, user, model="sim-small", **headers):
    answer = appliance.request(
        "POST", "/v1/chat/completions", {"model": model, "messages": [USER]},
        {name.replace("_", "-"): str(value) for name, value in headers.items()}, token=f"token-of-{user}")
    return appliance.row(answer.headers["x-request-id"])["level"] if answer.status == 200 else answer.status


def test_premium_users_and_background_work(tiered, simulator):
    assert level_of(tiered, "premium") == 100
    assert level_of(tiered, "crawler") == 1
    assert level_of(tiered, "night") == 1
    assert level_of(tiered, "premium", x_appliance_level=1) == 1
    assert level_of(tiered, "premium", x_appliance_level=99) == 1
    assert level_of(tiered, "crawler", x_appliance_level=100) == 1
    assert level_of(tiered, "premium", "nightly") == 1
    assert level_of(tiered, "crawler", "urgent") == 100
    assert level_of(tiered, "night", "urgent") == 1
    assert level_of(tiered, "gold", "nightly") == 503
    for seen in simulator.requests():
        assert "appliance-level" not in seen["head"].lower()
    for wrong in ("", "x", "-1", "1.5", "1000001", "1, 1"):
        assert level_of(tiered, "premium", x_appliance_level=wrong) == 400


def test_a_dead_level_does_not_stop_a_premium_user(tiered, simulator):
    simulator.fail({"key": "gold", "do": "status=500"})
    for _ in range(5):
        assert level_of(tiered, "premium") == 1
    assert level_of(tiered, "strict") == 502
    assert level_of(tiered, "gold") in (502, 503)
    simulator.reset()
    simulator.fail({"key": "iron", "do": "status=500"})
    assert level_of(tiered, "crawler") == 502
    assert level_of(tiered, "low") in (502, 503)


def test_failover_may_lead_upwards(tiered, simulator):
    assert level_of(tiered, "both") == 1
    simulator.fail({"key": "iron", "do": "status=500"})
    assert level_of(tiered, "both") == 100


# Names of models


def test_one_name_is_another_model_for_every_team(gateway, simulator):
    gateway.import_document(
        {
            "users": [{"name": "red", "model_map": {"gpt-4-best": "sim-openai/sim-large", "red-*": "sim-openai/*"}},
                      {"name": "blue", "models": ["gpt-4-best"]}],
            "tokens": [{"user": name, "label": "t", "secret": f"token-of-{name}"} for name in ("red", "blue")],
            "models": [{"name": "gpt-4-best", "targets": [{"provider": "sim-openai", "model": "sim-small"}]}],
        }
    )

    def model(team, name="gpt-4-best"):
        answer = gateway.request("POST", "/v1/chat/completions", {"model": name, "messages": [USER]},
                                 token=f"token-of-{team}")
        return answer.json()["model"] if answer.status == 200 else answer.status

    def names(team):
        return {entry["id"] for entry in gateway.request("GET", "/v1/models", token=f"token-of-{team}").json()["data"]}

    assert (model("red"), model("blue")) == ("sim-large", "sim-small")
    assert model("red", "red-sim-small") == "sim-small"
    assert model("blue", "sim-small") == 403 and model("blue", "sim-openai/sim-small") == 403
    assert names("blue") == {"gpt-4-best"}
    gateway.cli("user", "set", "blue", "--map", "gpt-4-best=sim-openai/sim-other")
    gateway.cli("user", "set", "red", "--map", "gpt-4-best=")
    assert (model("red"), model("blue")) == ("sim-small", "sim-other")
    assert model("red", "red-sim-small") == "sim-small"
    gateway.cli("user", "set", "blue", "--clear", "model-map,models")
    assert model("blue", "sim-small") == "sim-small"
    again = json.loads(gateway.cli("export"))
    assert json.loads(gateway.run("import", "-", "--json", input=json.dumps(again)).stdout)["changed"] == 0


def test_a_replacement_removes_nothing_that_it_names(gateway):
    before = gateway.cli("export")
    document = {"settings": {"queue_wait": 1}, "users": [],
                "tokens": [{"user": "ada", "label": "e", "secret": "token-of-ada"}]}
    refused = gateway.run("import", "-", "--replace", input=json.dumps(document))
    assert refused.returncode == 1
    assert "tokens[0].user: it names the user 'ada'" in refused.stderr and "--replace" in refused.stderr
    assert gateway.cli("export") == before and gateway.chat().status == 200
    gateway.import_document(document | {"users": [{"name": "ada"}]}, "--replace")
    assert gateway.chat().status == 401
    body = {"model": "sim-small", "messages": [USER]}
    assert gateway.request("POST", "/v1/chat/completions", body, token="token-of-ada").status == 200


# Changes take effect at once; what is under way ends by choice


@contextlib.contextmanager
def stream(appliance, token, path="/v1/chat/completions", body=None):
    connection = http.client.HTTPConnection("127.0.0.1", appliance.port, timeout=30)
    body = body or {"model": "sim-small;chunks=3000;interval=20", "messages": [USER], "stream": True}
    connection.request("POST", path, json.dumps(body), {"Authorization": f"Bearer {token}"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read(20)
    try:
        yield answer
    finally:
        connection.close()


def rest_of(answer):
    """What comes until the end, and whether the end was clean."""
    try:
        return answer.read(), True
    except http.client.IncompleteRead as error:
        return error.partial, False
    except ConnectionResetError:
        return b"", False


@pytest.mark.parametrize("command, code", [
    (("token", "revoke", "ada", "default", "--now"), "invalid_api_key"),
    (("token", "remove", "ada", "default", "--now"), "invalid_api_key"),
    (("user", "suspend", "ada", "--now"), "user_suspended"),
    (("user", "remove", "ada", "--now"), "invalid_api_key"),
])
def test_streams_are_cut_now(gateway, simulator, command, code):
    gateway.import_document({"users": [{"name": "bob"}],
                             "tokens": [{"user": "bob", "label": "t", "secret": "token-of-bob"}]})
    with stream(gateway, gateway.token) as ada, stream(gateway, "token-of-bob") as bob:
        said = gateway.cli(*command)
        assert "1 under way" in said, said
        body, is_clean = rest_of(ada)
        assert code.encode() in body or not is_clean, body[-200:]
        assert b"[DONE]" not in body
        assert bob.read(2000)
        eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 1, what="leaving the provider")
    row = gateway.rows(1, "--user", "ada")[0]
    assert (row["outcome"], row["status"]) == ("cut", 200) and "cut_by_operator" in row["anomalies"]
    assert gateway.chat().status in (401, 403)


def test_a_numbered_stream_that_is_cut_now_ends_with_the_next_number(gateway):
    body = {"model": "sim-small;chunks=3000;interval=20", "input": "Hello", "stream": True}
    with stream(gateway, gateway.token, "/v1/responses", body) as answer:
        gateway.cli("user", "suspend", "ada", "--now")
        text, is_clean = rest_of(answer)
    assert is_clean
    numbers = [int(number) for number in re.findall(rb'"sequence_number": ?(\d+)', text)]
    assert len(numbers) > 3 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert b"event: error" in text[-600:] and b"user_suspended" in text[-600:]


def test_a_request_without_an_answer_yet_is_cut_now(gateway, simulator):
    result = []
    waits = threading.Thread(target=lambda: result.append(gateway.chat(model="sim-small;hang")))
    waits.start()
    eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 1)
    gateway.cli("user", "suspend", "ada", "--now")
    waits.join(10)
    assert (result[0].status, result[0].json()["error"]["code"]) == (403, "user_suspended")
    eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 0)
    assert gateway.row()["outcome"] == "refused"


def test_a_client_that_does_not_read_is_cut_now(gateway, simulator):
    body = json.dumps({"model": "sim-small;chunks=30000;interval=0", "messages": [USER], "stream": True})
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", gateway.port))
        client.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {gateway.token}\r\n"
                       f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
        eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 1)
        gateway.cli("user", "suspend", "ada", "--now")
        eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 0, what="leaving the provider")


def test_without_now_streams_end_as_they_would(gateway):
    body = {"model": "sim-small;chunks=200;interval=5", "messages": [USER], "stream": True}
    with stream(gateway, gateway.token, body=body) as answer:
        gateway.cli("token", "revoke", "ada", "default")
        assert gateway.chat().status == 401
        text, is_clean = rest_of(answer)
        assert is_clean and text.endswith(b"data: [DONE]\n\n")
    gateway.cli("token", "set", "ada", "default", "--status", "active")
    assert gateway.chat().status == 200


@pytest.mark.parametrize("command, code", [
    (("user", "set", "ada", "--models", "other", "--now"), "overloaded"),
    (("token", "set", "ada", "default", "--endpoints", "messages", "--now"), "overloaded"),
    (("token", "set", "ada", "default", "--expires", "2001-01-01", "--now"), "invalid_api_key"),
])
def test_any_change_may_cut_streams_now(gateway, simulator, command, code):
    with stream(gateway, gateway.token) as ada:
        assert "1 under way" in gateway.cli(*command)
        body, is_clean = rest_of(ada)
        assert code.encode() in body or not is_clean, body[-200:]
    eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 0, what="leaving the provider")
    assert gateway.row()["outcome"] == "cut"
    assert gateway.chat().status in (401, 403)


def test_families_of_addresses_are_apart(folder, simulator):
    with Appliance(folder / "data", listen="[::]:0") as appliance:
        appliance.add_simulator(simulator)

        def status(host):
            url = f"http://{host}:{appliance.port}"
            return request(url, "GET", "/v1/models", headers={"Authorization": f"Bearer {appliance.token}"}).status

        for addresses, v4, v6 in (("::/0", 403, 200), ("0.0.0.0/0", 200, 403), ("!::/0", 200, 403),
                                  ("::ffff:127.0.0.0/104", 200, 403), ("10.0.0.0/8,::/0", 403, 200)):
            appliance.cli("user", "set", "ada", "--ips", addresses)
            assert (status("127.0.0.1"), status("[::1]")) == (v4, v6), addresses
        assert appliance.run("user", "set", "ada", "--ips", "::ffff:10.0.0.0/8").returncode == 1


def test_a_rule_counts_from_the_next_request_on(gateway):
    assert gateway.chat().status == 200
    gateway.cli("user", "set", "ada", "--models", "other")
    assert gateway.chat().status == 403
    gateway.cli("user", "set", "ada", "--models", "")
    assert gateway.json("user", "list")[0]["models"] == []
    assert gateway.chat().status == 403
    gateway.cli("user", "set", "ada", "--clear", "models")
    assert gateway.chat().status == 200
    gateway.cli("token", "set", "ada", "default", "--models", "other")
    assert gateway.chat().status == 403
    gateway.cli("token", "set", "ada", "default", "--clear", "models", "--expires", "1h")
    assert gateway.chat().status == 200


# Explain


def explain(appliance, *options):
    return appliance.json("explain", "--user", "ada", *options)


def test_explain_says_what_a_request_meets(appliance, simulator):
    appliance.add_simulator(simulator, (("gold-1", 100), ("iron-1", 1), ("iron-2", 1)))
    appliance.cli("model", "add", "best", "--target", "sim-openai/sim-large", "--fallback", "sim-openai/sim-small")
    appliance.cli("user", "set", "ada", "--level", "100", "--ips", "127.0.0.1", "--endpoints", "*")
    simulator.reset()
    told = explain(appliance, "--model", "best", "--ip", "127.0.0.1")
    assert told["allowed"] is True and told["rule"] is None
    assert {"phase": "route", "rule": "mapping 'best'"} in told["decisions"]
    assert [(step["provider"], step["model"]) for step in told["plan"]] == [
        ("sim-openai", "sim-large"), ("sim-openai", "sim-small")]
    order = [(step["key"], step["model"]) for step in told["keys"]]
    assert order[0] == ("label-gold-1", "sim-large") and order[3] == ("label-gold-1", "sim-small")
    assert {key for key, _ in order[1:3]} == {"label-iron-1", "label-iron-2"}
    assert [step["level"] for step in explain(appliance, "--model", "best", "--ip", "127.0.0.1", "--level", "1")["keys"]
            ] == [1, 1, 1, 1]
    assert explain(appliance, "--model", "best", "--ip", "127.0.0.1") == told, "explaining changes nothing"
    assert simulator.counters() == {}
    # What it says is what happens.
    row_level = appliance.request("POST", "/v1/chat/completions", {"model": "best", "messages": [USER]})
    assert row_level.status == 200 and appliance.row()["key"] == "label-gold-1"

    refused = explain(appliance, "--model", "best", "--ip", "10.0.0.1")
    assert (refused["allowed"], refused["code"], refused["rule"]) == (
        False, "ip_not_allowed", "user 'ada' ips: '10.0.0.1' not in the list")
    appliance.cli("user", "set", "ada", "--models", "*,!sim-large")
    told = explain(appliance, "--model", "best", "--ip", "127.0.0.1")
    assert [step["model"] for step in told["plan"]] == ["sim-small"]
    appliance.cli("user", "set", "ada", "--models", "best,!sim-*")
    refused = explain(appliance, "--model", "best", "--ip", "127.0.0.1")
    assert (refused["code"], refused["rule"]) == ("model_not_allowed", "models: nothing that 'best' leads to is allowed")
    appliance.cli("user", "set", "ada", "--models", "*,!sim-large")
    refused = explain(appliance, "--model", "sim-large", "--ip", "127.0.0.1")
    assert refused["rule"] == "user 'ada' models: denied by '!sim-large'" and refused["status"] == 403
    assert explain(appliance, "--model", "x", "--endpoint", "messages", "--ip", "127.0.0.1")["dialect"] == "anthropic"
    said = appliance.cli("explain", "--user", "ada", "--model", "best", "--ip", "127.0.0.1")
    assert said.startswith("Allowed.") and "label-gold-1" in said
    assert appliance.run("explain", "--user", "nobody").returncode == 1
    assert appliance.run("explain", "--model", "best").returncode == 2


def test_a_model_of_another_level_is_not_found_and_the_operator_told_why(gateway):
    gateway.import_document({"keys": [
        {"provider": "sim-openai", "label": "label-sim-key-1", "models": ["sim-small"]},
        {"provider": "sim-openai", "label": "gold", "secret": "openai-gold", "models": ["sim-large"], "level": 9}]})
    refused = gateway.chat(model="sim-large")
    assert refused.status == 404 and b"level" not in refused.body and b"gold" not in refused.body
    rule = ("levels: key 'sim-openai/gold' serves 'sim-large' and is on level 9, which the request may not use "
            "(user level 1, failover lower)")
    assert gateway.json("request", "show", gateway.row()["request_id"])["decisions"][0]["rule"] == rule
    told = explain(gateway, "--model", "sim-large")
    assert (told["status"], told["code"], told["rule"]) == (404, "model_not_found", rule)
    assert rule in gateway.run("explain", "--user", "ada", "--model", "sim-large").stdout
    gateway.cli("user", "set", "ada", "--level", "9")
    assert gateway.chat(model="sim-large").status == 200


def test_receipts_say_which_rule_decided(gateway):
    gateway.cli("model", "add", "best", "--target", "sim-openai/sim-small")
    gateway.cli("user", "set", "ada", "--models", "best")

    def decisions(answer):
        shown = gateway.json("request", "show", gateway.row(answer.headers["x-request-id"])["request_id"])
        return {decision["phase"]: decision["rule"] for decision in shown["decisions"]}

    assert decisions(gateway.chat(model="best")) == {
        "authorize": "allowed by user models 'best'", "route": "mapping 'best'",
        "level": "level 1 of the user", "admit": "no limits and no budgets"}
    assert decisions(gateway.chat(model="sim-small")) == {"authorize": "user 'ada' models: not in the list"}
    gateway.cli("user", "set", "ada", "--clear", "models")
    assert decisions(gateway.chat(model="sim-openai/sim-small")) == {
        "authorize": "no rules", "route": "provider 'sim-openai' named by the model",
        "level": "level 1 of the user", "admit": "no limits and no budgets"}
    gateway.cli("user", "set", "ada", "--limits", "rpm=1", "--level", "9")
    assert decisions(gateway.chat())["admit"] == "allowed by the limits and budgets of user and token"
    refused = decisions(gateway.request(
        "POST", "/v1/chat/completions", {"model": "best", "messages": [USER]}, {"x-appliance-level": "2"}))
    assert refused["admit"] == "user 'ada' limits: 1 request a minute"
    assert refused["level"] == "lowered to level 2 by x-appliance-level"


def test_explain_knows_the_state_of_the_running_appliance(appliance, simulator):
    appliance.add_simulator(simulator, (("gold-1", 100), ("iron-1", 1)))
    appliance.cli("user", "set", "ada", "--level", "100")
    simulator.fail({"key": "gold", "do": "status=429,retry-after=60"})
    assert appliance.chat().status == 200
    told = explain(appliance, "--model", "sim-small")
    assert [step["key"] for step in told["keys"]] == ["label-iron-1"]
    assert [(step["key"], step["state"]) for step in told["resting"]] == [("label-gold-1", "cooling")]
    appliance.stop()
    done = run("explain", "--data", str(appliance.data), "--user", "ada", "--model", "sim-small", "--json")
    assert [step["key"] for step in json.loads(done.stdout)["keys"]] == ["label-gold-1", "label-iron-1"]


# Audit


def test_every_change_is_audited(gateway):
    gateway.cli("user", "set", "ada", "--level", "7", "--models", "a,b")
    entry = gateway.json("audit", "--kind", "user", "--name", "ada", "--limit", "1")[0]
    assert (entry["operation"], entry["change"], entry["origin"]) == ("user.set", "changed", "socket")
    assert entry["uid"] == os.getuid() and entry["actor"] == getpass.getuser() and entry["pid"] > 0
    assert entry["before"] == {"name": "ada"}
    assert entry["after"] == {"name": "ada", "level": 7, "models": ["a", "b"]}
    gateway.cli("key", "set", "sim-openai", "label-sim-key-1", "--secret-stdin", input="sk-new-canary")
    entry = gateway.json("audit", "--limit", "1")[0]
    assert (entry["kind"], entry["name"], entry["after"]["secret"]) == (
        "key", "sim-openai/label-sim-key-1", "[new secret]")
    assert entry["before"]["secret"] == "[secret]"
    gateway.cli("token", "remove", "ada", "default")
    entry = gateway.json("audit", "--kind", "token", "--limit", "1")[0]
    assert entry["change"] == "removed" and entry["after"] is None and entry["before"]["digest"] == "[secret]"
    gateway.import_document({"users": [{"name": "eve"}, {"name": "ada", "level": 8}]})
    entries = gateway.json("audit", "--limit", "2")
    assert [(entry["operation"], entry["name"], entry["change"]) for entry in entries] == [
        ("import", "ada", "changed"), ("import", "eve", "created")]
    gateway.import_document({"users": [{"name": "eve"}]})
    assert gateway.json("audit", "--limit", "2") == entries, "what changes nothing leaves no trace"
    assert "sk-new-canary" not in gateway.cli("audit", "--limit", "1000", "--json")
    assert "user.set" in gateway.cli("audit", "--limit", "1000")
    gateway.stop()
    run("user", "add", "zoe", "--data", str(gateway.data))
    done = run("audit", "--data", str(gateway.data), "--json", "--limit", "1")
    entry = json.loads(done.stdout)[0]
    assert (entry["name"], entry["origin"], entry["uid"]) == ("zoe", "command", os.getuid())
    assert run("audit", "--data", str(gateway.data), "--kind", "nothing").returncode == 1
