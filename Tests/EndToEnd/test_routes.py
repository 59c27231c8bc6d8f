"""Routes beside those of the SDKs' main road, and HTTP/1.1 as old and odd clients speak it."""

import http.client
import json
import ssl
import subprocess

import openai
import pytest

from harness import Appliance, raw_exchange, request

USER = {"role": "user", "content": "Hello"}
CHAT = {"model": "sim-small", "messages": [USER]}


# Model lists


def test_models_come_from_our_records(gateway, simulator):
    gateway.cli("model", "add", "nick", "--target", "sim-openai/sim-large")
    for key in gateway.json("key", "list"):
        gateway.cli("key", "set", key["provider"], key["label"], "--models", "sim-small,sim-large")
    plain = gateway.request("GET", "/v1/models").json()
    assert plain["object"] == "list"
    names = {entry["id"] for entry in plain["data"]}
    assert {"nick", "sim-small", "sim-large"} <= names
    fields = {"anthropic-version": "2023-06-01"}
    anthropic = gateway.request("GET", "/v1/models", headers=fields).json()
    assert anthropic["has_more"] is False and anthropic["data"][0]["type"] == "model"
    gemini = request(gateway.url, "GET", f"/v1beta/models?key={gateway.token}").json()
    assert all(entry["name"].startswith("models/") for entry in gemini["models"])
    gemini = request(gateway.url, "GET", "/v1/models", headers={"x-goog-api-key": gateway.token})
    assert "models" in gemini.json()
    assert gateway.request("GET", "/v1/models/nick").json()["id"] == "nick"
    assert gateway.request("GET", "/v1/models/sim-openai%2Fsim-small").json()["id"] == "sim-openai/sim-small"
    assert gateway.request("GET", "/v1/models/nobody").status == 404
    assert simulator.counters() == {}


# Other styles


def test_azure_as_a_client_style(gateway):
    client = openai.AzureOpenAI(
        azure_endpoint=gateway.url, api_key=gateway.token, api_version="2024-10-21", max_retries=0
    )
    answer = client.chat.completions.create(model="sim-small", messages=[USER])
    assert answer.choices[0].message.content.startswith("You said: Hello")
    chunks = list(client.chat.completions.create(model="sim-small", messages=[USER], stream=True))
    assert len(chunks) > 3
    answer = gateway.request("POST", "/openai/v1/chat/completions", CHAT)
    assert answer.status == 200


def test_azure_as_a_provider_style(gateway, simulator):
    gateway.cli(
        "provider", "add", "az", "--dialect", "openai", "--style", "azure", "--base-url",
        f"{simulator.url}/openai", "--api-version", "2024-10-21",
    )
    gateway.cli("key", "add", "az", "one", "--secret-stdin", input="azure-key")
    answer = gateway.request("POST", "/v1/chat/completions", CHAT | {"model": "az/dep"})
    assert answer.status == 200
    head = simulator.requests()[-1]["head"]
    assert "/openai/deployments/dep/chat/completions?api-version=2024-10-21 " in head.split("\r\n")[0]
    assert "api-key: azure-key" in head.lower()


def test_prefixes_of_compatible_providers(gateway, simulator):
    gateway.cli(
        "provider", "add", "router", "--dialect", "openai", "--base-url", f"{simulator.url}/api/v1"
    )
    gateway.cli("key", "add", "router", "one", "--secret-stdin", input="router-key")
    gateway.cli("model", "add", "any", "--target", "router/vendor/model:free")
    assert gateway.chat(model="any").json()["model"] == "vendor/model:free"
    assert gateway.chat(model="router/vendor/model").json()["model"] == "vendor/model"
    assert simulator.requests()[-1]["head"].startswith("POST /api/v1/chat/completions ")


def test_rerank(gateway):
    body = {"model": "sim-small", "query": "q", "documents": ["a", "b"], "top_n": 1}
    answer = gateway.request("POST", "/v1/rerank", body)
    assert len(answer.json()["results"]) == 1
    assert gateway.row()["endpoint"] == "rerank"


@pytest.mark.parametrize("version", ["v1", "v1beta"])
@pytest.mark.parametrize("alt", ["", "?alt=sse"])
def test_gemini_streams_in_both_forms_and_versions(gateway, version, alt):
    body = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
    path = f"/{version}/models/sim-small:streamGenerateContent{alt}"
    answer = gateway.request("POST", path, body)
    assert answer.status == 200
    if alt:
        assert answer.headers["content-type"].startswith("text/event-stream")
    else:
        assert len(answer.json()) == 16
    row = gateway.row()
    assert (row["usage_source"], row["stream"], row["usage"]["input_tokens"]) == ("reported", True, 5)


def test_a_named_response_lives_on_its_key_and_user(appliance, simulator):
    appliance.add_simulator(simulator, (("key-a", 1), ("key-b", 1), ("key-c", 1)))
    appliance.cli("user", "add", "bob")
    bob = appliance.cli("token", "add", "bob").strip()
    body = {"model": "sim-small", "input": "Hello"}
    made = [appliance.request("POST", "/v1/responses", body).json()["id"] for _ in range(3)]
    for identifier in made:
        for _ in range(3):
            assert appliance.request("GET", f"/v1/responses/{identifier}").status == 200
        answer = request(appliance.url, "GET", f"/v1/responses/{identifier}",
                         headers={"Authorization": f"Bearer {bob}"})
        assert answer.status == 404
        more = body | {"previous_response_id": identifier}
        assert appliance.request("POST", "/v1/responses", more).status == 200
        answer = appliance.request("POST", "/v1/responses", more, token=bob)
        assert answer.status == 404
    assert appliance.request("DELETE", f"/v1/responses/{made[0]}").json()["deleted"] is True
    assert appliance.request("GET", "/v1/responses/resp_unknown").status == 404


def test_ids_are_remembered_over_a_restart(gateway, folder):
    body = {"model": "sim-small", "input": "Hello"}
    identifier = gateway.request("POST", "/v1/responses", body).json()["id"]
    gateway.row()
    gateway.stop()
    with Appliance(gateway.data) as again:
        again.tokens = gateway.tokens
        assert again.request("GET", f"/v1/responses/{identifier}").status == 200


# Passing through


def test_passing_through(gateway, simulator):
    for method in ("GET", "PUT", "PATCH", "DELETE", "POST"):
        body = None if method == "GET" else {"x": 1}
        answer = gateway.request(method, "/passthrough/sim-openai/echo/a%20b?c=d", body)
        told = answer.json()
        assert (told["method"], told["path"], told["query"]) == (method, "/v1/echo/a b", "c=d")
    path = f"/passthrough/sim-gemini/v1beta/echo?key={gateway.token}&x=1"
    told = request(gateway.url, "GET", path).json()
    assert told["query"] == "x=1"
    assert gateway.token not in json.dumps(simulator.requests())
    assert gateway.row()["endpoint"] == "passthrough"


@pytest.mark.parametrize("tail", ["../echo", "a/../../echo", "a%2Fecho", "%2e%2e/echo", "./echo"])
def test_passing_through_refuses_other_ways(gateway, simulator, tail):
    answer = gateway.request("GET", f"/passthrough/sim-openai/{tail}")
    assert answer.status in (400, 404)
    assert simulator.counters() == {}


def test_passing_through_to_nobody(gateway):
    assert gateway.request("GET", "/passthrough/nobody/echo").status == 404


# HTTP


def head(method, path, token, version="1.1", *fields):
    lines = [f"{method} {path} HTTP/{version}", "Host: a", f"Authorization: Bearer {token}", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_http_1_0(gateway):
    body = json.dumps(CHAT).encode()
    answer = raw_exchange(
        gateway.port,
        head("POST", "/v1/chat/completions", gateway.token, "1.0", f"Content-Length: {len(body)}") + body,
    )
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"transfer-encoding" not in answer.lower()
    body = json.dumps(CHAT | {"stream": True}).encode()
    answer = raw_exchange(
        gateway.port,
        head("POST", "/v1/chat/completions", gateway.token, "1.0", f"Content-Length: {len(body)}") + body,
    )
    assert answer.endswith(b"data: [DONE]\n\n")
    assert b"transfer-encoding" not in answer.lower()


def test_pipelining(gateway):
    body = json.dumps(CHAT).encode()
    one = head("POST", "/v1/chat/completions", gateway.token, "1.1", f"Content-Length: {len(body)}") + body
    last = head("GET", "/v1/models", gateway.token, "1.1", "Connection: close")
    answer = raw_exchange(gateway.port, one * 3 + last)
    assert answer.count(b"HTTP/1.1 200 ") == 4
    assert answer.count(b'"object":"chat.completion"') == 3


def test_a_chunked_request(gateway):
    body = json.dumps(CHAT).encode()
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 7]), body[i : i + 7]) for i in range(0, len(body), 7))
    answer = raw_exchange(
        gateway.port,
        head("POST", "/v1/chat/completions", gateway.token, "1.1",
             "Transfer-Encoding: chunked", "Connection: close") + pieces + b"0\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_head(gateway):
    for path in ("/healthz", "/v1/models"):
        answer = raw_exchange(gateway.port, head("HEAD", path, gateway.token, "1.1", "Connection: close"))
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert answer.endswith(b"\r\n\r\n")


def test_connections_are_kept(gateway, simulator):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    for _ in range(5):
        connection.request("POST", "/v1/chat/completions", json.dumps(CHAT),
                           {"Authorization": f"Bearer {gateway.token}"})
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read()
    connection.close()


def test_tls_on_the_listener(folder, simulator):
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    options = ["--tls-certificate-file", str(certificate), "--tls-key-file", str(key)]
    with Appliance(folder / "data", *options) as appliance:
        assert appliance.url.startswith("https://")
        appliance.add_simulator(simulator)
        context = ssl.create_default_context(cafile=certificate)
        connection = http.client.HTTPSConnection("127.0.0.1", appliance.port, timeout=10, context=context)
        for body in (CHAT, CHAT | {"stream": True}):
            connection.request("POST", "/v1/chat/completions", json.dumps(body),
                               {"Authorization": f"Bearer {appliance.token}"})
            answer = connection.getresponse()
            assert answer.status == 200 and answer.read()
        connection.close()


def test_a_large_body_and_a_large_answer(gateway):
    answer = gateway.chat("word " * 1_000_000)
    assert answer.status == 200
    assert answer.json()["usage"]["prompt_tokens"] > 900_000
    answer = gateway.chat(model="sim-small;chunks=200000")
    assert answer.status == 200 and len(answer.body) > 1_000_000
    answer = gateway.chat(model="sim-small;chunks=20000;interval=0", stream=True)
    assert answer.body.endswith(b"data: [DONE]\n\n")
