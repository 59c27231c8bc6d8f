"""What of a client reaches a provider, what of a provider reaches a client, and that no secret is left anywhere."""

import base64
import json
import os
import urllib.parse

import pytest

from harness import Appliance, request, run

CLIENT_FIELDS = {
    "Cookie": "session=client-cookie",
    "X-Forwarded-For": "203.0.113.7",
    "Forwarded": "for=203.0.113.7",
    "Via": "1.1 client-proxy",
    "OpenAI-Organization": "org-client",
    "OpenAI-Project": "proj-client",
    "Proxy-Authorization": "Basic client-proxy-secret",
    "X-Custom": "client-custom",
    "Connection": "keep-alive, X-Hop",
    "X-Hop": "client-hop",
    "TE": "trailers",
    "Upgrade": "client-upgrade",
    "Origin": "https://client.example",
    "Referer": "https://client.example/page",
}


def test_only_what_is_allowed_goes_up(gateway, simulator):
    fields = CLIENT_FIELDS | {"User-Agent": "client-agent/1", "Accept": "application/json"}
    body = {"model": "sim-small", "messages": [{"role": "user", "content": "Hello"}]}
    assert gateway.request("POST", "/v1/chat/completions", body, fields).status == 200
    head = simulator.requests()[-1]["head"]
    for unwanted in [gateway.token, "client-cookie", "203.0.113.7", "org-client", "proj-client",
                     "client-proxy", "client-custom", "client-hop", "client-upgrade",
                     "client.example", str(gateway.port)]:
        assert unwanted not in head, head
    lines = head.lower().split("\r\n")
    assert lines[0] == "post /v1/chat/completions http/1.1"
    assert f"host: 127.0.0.1:{simulator.port}" in lines
    assert "authorization: bearer openai-sim-key-1" in lines
    assert sum(line.startswith("authorization:") for line in lines) == 1
    assert not any(line.startswith("transfer-encoding") for line in lines)


@pytest.mark.parametrize(
    "name", ["authorization", "x-api-key", "api-key", "x-goog-api-key", "key"]
)
def test_the_token_stays_here_however_it_comes(gateway, simulator, name):
    path, fields = "/v1/chat/completions", {}
    if name == "key":
        path += "?key=" + gateway.token
    else:
        fields[name] = ("Bearer " if name == "authorization" else "") + gateway.token
    body = {"model": "sim-small", "messages": [{"role": "user", "content": "Hello"}]}
    assert request(gateway.url, "POST", path, body, fields).status == 200
    assert gateway.token not in json.dumps(simulator.requests())


def test_the_second_provider_sees_nothing_of_the_firsts_key(appliance, simulator):
    appliance.add_simulator(simulator, (("first", 2), ("second", 1)))
    appliance.cli("user", "set", "ada", "--level", "2")
    simulator.fail({"key": "first", "do": "500"})
    assert appliance.chat().status == 200
    seen = [entry for entry in simulator.requests() if entry["key"] == "openai-second"]
    assert len(seen) == 1
    assert "openai-first" not in seen[0]["head"] + seen[0]["body"]


def test_only_what_is_allowed_comes_back(gateway):
    answer = gateway.chat()
    names = {name.lower() for name in answer.headers}
    for unwanted in ["set-cookie", "openai-organization", "x-ratelimit-limit-requests"]:
        assert unwanted not in names, names
    assert answer.headers["x-upstream-request-id"].startswith("req_sim")
    assert answer.headers["x-request-id"] != answer.headers["x-upstream-request-id"]
    assert gateway.row(answer.headers["x-request-id"])["status"] == 200
    answer = gateway.request(
        "POST",
        "/v1/messages",
        {"model": "sim-small", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]},
        {"anthropic-version": "2023-06-01"},
    )
    assert answer.headers["request-id"] == answer.headers["x-request-id"]
    assert "anthropic-organization-id" not in {name.lower() for name in answer.headers}


def test_redirects_are_not_followed(gateway, simulator):
    answer = gateway.chat(model="sim-small;redirect")
    assert answer.status == 502
    assert "location" not in {name.lower() for name in answer.headers}
    assert simulator.control("GET", "counters")["redirects_followed"] == 0


def test_proxies_of_the_environment_are_not_obeyed(folder, simulator):
    proxy = "http://127.0.0.1:9"
    names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
    environment = os.environ | dict.fromkeys(names, proxy)
    with Appliance(folder / "data", environment=environment) as appliance:
        appliance.add_simulator(simulator)
        assert appliance.chat().status == 200


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/v1", "http://[fe80::1]/v1", "http://0.0.0.0:1/v1"]
)
def test_metadata_addresses_are_refused(appliance, url):
    done = appliance.run("provider", "add", "meta", "--dialect", "openai", "--base-url", url,
                         "--allow-private")
    if done.returncode == 0:
        appliance.cli("key", "add", "meta", "k", "--secret-stdin", input="meta-key")
        appliance.cli("user", "add", "ada")
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        assert appliance.chat(model="meta/x").status in (502, 503)


def test_private_addresses_need_permission(appliance):
    appliance.cli("provider", "add", "lan", "--dialect", "openai", "--base-url", "http://10.255.255.1/v1")
    appliance.cli("key", "add", "lan", "k", "--secret-stdin", input="lan-key")
    appliance.cli("user", "add", "ada")
    appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
    assert appliance.chat(model="lan/x").status == 502


# Secrets


def forms(secret):
    """A secret as it might be left: plain, percent-coded, JSON-escaped, base64 at each alignment."""
    plain = secret.encode()
    yield plain
    yield "".join(f"%{byte:02X}" for byte in plain).encode()
    yield "".join(f"%{byte:02x}" for byte in plain).encode()
    yield urllib.parse.quote(secret, safe="").encode()
    yield "".join(f"\\u{byte:04x}" for byte in plain).encode()
    yield plain.hex().encode()
    for pad in range(3):
        coded = base64.b64encode(b"\0" * pad + plain)
        yield coded[4 if pad else 0 : -4]
        yield base64.urlsafe_b64encode(b"\0" * pad + plain)[4 if pad else 0 : -4]


def test_no_secret_is_left_anywhere(folder, simulator):
    canaries = {
        "key": "canary+key/4f2a9c71e5d8b360-zq",
        "token": "canary+token/9b1d7e3f5a2c8064-xw",
        "query": "canary+query/77aa55cc33ee11bb-vu",
    }
    # A provider for each way to fail, so that no key rests because of another one's failure.
    directives = ["200", "401", "403", "429", "quota", "500", "drop", "garbage", "garbage-body",
                  "redirect", "cut", "cut=3", "error-event=3", "400", "404", "headers"]
    urls = {f"p{number}-{way}": simulator.url + "/v1"
            for number in range(len(directives)) for way in ("bearer", "query")}
    urls |= {"dead-bearer": "http://127.0.0.1:9/v1", "dead-query": "http://127.0.0.1:9/v1"}
    with Appliance(folder / "data", "--log-level", "debug") as appliance:
        appliance.import_document(
            {
                "providers": [
                    {"name": name, "dialect": "openai", "base_url": url,
                     "auth": "query:key" if name.endswith("query") else "bearer"}
                    for name, url in urls.items()
                ],
                "keys": [
                    {"provider": name, "label": "one",
                     "secret": canaries["query" if name.endswith("query") else "key"]}
                    for name in urls
                ],
                "users": [{"name": "ada"}],
                "tokens": [{"user": "ada", "label": "one", "secret": canaries["token"]}],
                "settings": {"queue_wait": 0},
            }
        )
        appliance.tokens["ada"] = canaries["token"]
        answers = []
        for way in ("bearer", "query"):
            for number, directive in enumerate(directives):
                for stream in (False, True):
                    model = f"p{number}-{way}/sim-small;{directive}"
                    answers.append(appliance.chat(model=model, stream=stream))
            answers.append(appliance.chat(model=f"dead-{way}/sim-small"))
        answers.append(appliance.request("POST", "/v1/chat/completions", b"not json"))
        answers.append(appliance.request("GET", "/v1/nowhere"))
        answers.append(request(appliance.url, "GET", f"/v1/models?key={canaries['token']}x"))
        answers.append(request(appliance.url, "GET", "/v1/models", headers={"x-api-key": canaries["token"] + "x"}))
        answers.append(appliance.request("GET", "/v1/models", headers={"x-api-key": "other"}))
        done = appliance.run("key", "add", "p0-bearer", "one", "--secret-stdin", input=canaries["key"])
        assert done.returncode == 1
        printed = done.stdout + done.stderr
        for command in (["status"], ["key", "list"], ["token", "list"], ["requests"], ["export"]):
            printed += appliance.cli(*command)
            if command != ["export"]:
                printed += appliance.cli(*command, "--json")
        appliance.rows(60)
        appliance.stop()
        places = {"standard output and log": appliance.output.encode(), "the CLI": printed.encode()}
    for number, answer in enumerate(answers):
        places[f"answer {number}"] = answer.body + str(answer.headers).encode()
    for path in (folder / "data").rglob("*"):
        if path.is_file():
            places[str(path)] = path.read_bytes()
    for kind, secret in canaries.items():
        for form in forms(secret):
            for place, content in places.items():
                assert form not in content, f"the {kind} secret is in {place} as {form!r}"


def test_files_are_for_their_owner_alone(gateway):
    gateway.chat()
    gateway.rows(1)
    assert gateway.data.stat().st_mode & 0o777 == 0o700
    for path in gateway.data.rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert path.stat().st_mode & 0o777 == wanted, path


def test_an_export_moves_everything(gateway, folder, simulator):
    clear = gateway.cli("export", "--clear-secrets")
    assert "openai-sim-key-1" in clear
    assert "openai-sim-key-1" not in gateway.cli("export")
    with Appliance(folder / "other") as other:
        other.cli("import", "-", input=clear)
        # The digests of tokens are keyed, and the key stays where it is: here they need new ones.
        other.tokens["ada"] = other.cli("token", "add", "ada", "--label", "new").strip()
        assert other.chat().status == 200
        other.cli("token", "remove", "ada", "new")
        assert json.loads(other.cli("export", "--clear-secrets")) == json.loads(clear)
        assert "0 created, 0 changed" in other.cli("import", "-", input=clear)


def test_a_secret_on_the_command_line_is_refused():
    done = run("key", "add", "p", "l", "--secret", "sk-canary")
    assert done.returncode == 2
    assert "sk-canary" not in done.stdout + done.stderr
    assert "--secret-stdin" in done.stderr
