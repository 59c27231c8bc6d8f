"""Keys that clients bring: they serve one request, and join the pool where all agree."""

import json

import pytest

from harness import Appliance, eventually, request
from scripted import Scripted
from test_hygiene import forms

OWN = "sk-own-canary/7f3a+91c2e5d8b360-zq"
CHAT = {"model": "sim-small", "messages": [{"role": "user", "content": "Hello"}]}


def bring(appliance, key=OWN, token=None, model="sim-small", path="/v1/chat/completions", **more):
    return appliance.request(
        "POST", path, CHAT | {"model": model} | more, {"x-upstream-key": key}, token=token)


def found(appliance):
    keys = appliance.json("key", "list", "--provider", "sim-openai")
    return [key for key in keys if key["label"].startswith("found-")]


# One request


@pytest.mark.parametrize("stream", [False, True])
def test_a_brought_key_serves_that_request_alone(gateway, simulator, stream):
    assert bring(gateway, stream=stream).status == 200
    assert list(simulator.counters()) == [OWN]
    seen = simulator.requests()[-1]
    assert "x-upstream-key" not in seen["head"].lower()
    assert seen["head"].count(OWN) == 1
    row = gateway.row()
    assert row["key"].startswith("user:") and len(row["key"]) == 13
    assert (row["user"], row["attempts"], row["level"], row["outcome"]) == ("ada", 1, None, "served")
    assert float(row["cost_usd"]) > 0
    assert gateway.chat().status == 200
    assert gateway.row()["key"] == "label-sim-key-1"


@pytest.mark.parametrize("path, body, fields", [
    ("/v1/messages", {"model": "sim-small", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]},
     {"anthropic-version": "2023-06-01"}),
    ("/v1beta/models/sim-small:generateContent", {"contents": [{"role": "user", "parts": [{"text": "x"}]}]}, {}),
    ("/v1/embeddings", {"model": "sim-embed", "input": "x"}, {}),
    ("/passthrough/sim-openai/echo", {"a": 1}, {}),
])
def test_on_every_route(gateway, simulator, path, body, fields):
    answer = gateway.request("POST", path, body, fields | {"x-upstream-key": OWN})
    assert answer.status == 200, answer
    assert list(simulator.counters()) == [OWN]


@pytest.mark.parametrize("failure, status, code", [
    ("401", 401, "upstream_key_refused"), ("quota", 402, "upstream_key_spent"),
    ("429,retry-after=7", 429, "rate_limit_exceeded"), ("500", 502, "upstream_exhausted"),
    ("drop", 502, "upstream_exhausted"), ("404", 404, "model_not_found"),
])
def test_no_failover_onto_the_pool(gateway, simulator, failure, status, code):
    simulator.fail({"key": OWN, "do": failure})
    answer = bring(gateway)
    assert (answer.status, answer.json()["error"]["code"]) == (status, code)
    assert list(simulator.counters()) == [OWN]
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)
    simulator.fail()
    assert [key["state"] for key in gateway.json("key", "list")] == ["ready"] * 3
    assert gateway.chat().status == 200


def test_it_needs_no_key_of_ours(appliance, simulator):
    appliance.add_simulator(simulator, ())
    assert appliance.chat().status == 503
    assert bring(appliance).status == 200


@pytest.mark.parametrize("key", ["", "two words", "sk-ap-abc-def", "k" * 4097, "ké"])
def test_what_cannot_be_a_key_is_refused(gateway, simulator, key):
    answer = bring(gateway, key.encode("utf-8").decode("latin-1"))
    assert (answer.status, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert not simulator.counters()


def test_our_own_token_is_no_key(gateway, simulator):
    assert bring(gateway, gateway.token).status == 400
    assert not simulator.counters()


def test_without_a_token_of_ours_nothing_is_served(gateway, simulator):
    for token in ("openai-sim-key-1", OWN, "sk-ap-none-none"):
        assert bring(gateway, token=token).status == 401
    assert request(gateway.url, "POST", "/v1/chat/completions", CHAT, {"x-upstream-key": OWN}).status == 401
    assert not simulator.counters()


def test_it_is_under_the_users_rules(gateway, simulator):
    gateway.cli("user", "set", "ada", "--models", "sim-large")
    answer = bring(gateway)
    assert (answer.status, answer.json()["error"]["code"]) == (403, "model_not_allowed")
    gateway.cli("user", "set", "ada", "--status", "suspended")
    assert bring(gateway, model="sim-large").status == 403
    assert not simulator.counters()


def test_a_response_lives_on_the_key_that_made_it(gateway):
    answer = gateway.request("POST", "/v1/responses", {"model": "sim-small", "input": "x"},
                             {"x-upstream-key": OWN})
    path = "/v1/responses/" + answer.json()["id"]
    assert gateway.request("GET", path, headers={"x-upstream-key": OWN}).status == 200
    assert gateway.request("GET", path).status == 400
    assert gateway.request("GET", path, headers={"x-upstream-key": "sk-another"}).status == 404


def test_what_lives_on_a_brought_key_is_at_its_provider(appliance):
    """A provider must never see the key of another, whatever the names in a request lead to."""
    seen = []

    def script(name):
        def answer(call):
            seen.append(name)
            assert OWN in call.head
            call.answer({"id": f"resp_{len(seen)}", "object": "response", "output": []})
        return answer

    with Scripted(script("aa")) as first, Scripted(script("zz")) as second:
        appliance.import_document({
            "providers": [{"name": "aa", "dialect": "openai", "base_url": first.url + "/v1"},
                          {"name": "zz", "dialect": "openai", "base_url": second.url + "/v1"}],
            "users": [{"name": "ada"}],
            "models": [{"name": "either", "targets": [{"provider": "zz", "model": "m"}, {"provider": "aa", "model": "m"}]}],
        })
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        own = {"x-upstream-key": OWN}

        def ask(model, **more):
            return appliance.request("POST", "/v1/responses", {"model": model, "input": "x"} | more, own)

        id = ask("zz/m").json()["id"]
        assert appliance.request("GET", f"/v1/responses/{id}", headers=own).status == 200
        assert appliance.request("DELETE", f"/v1/responses/{id}", headers=own).status == 200
        for model in ("m", "aa/m", "either"):
            assert ask(model, previous_response_id=id).status == 200, model
        row = appliance.row()
        assert (row["provider"], row["key"][:5]) == ("zz", "user:")
        for _ in range(12):
            assert ask("either").status == 200
        assert set(seen) == {"zz"}
        told = appliance.json("explain", "--user", "ada", "--endpoint", "responses/{id}", "--id", id, "--own-key")
        assert [(key["provider"], key["own"]) for key in told["keys"]] == [("zz", True)]


def test_a_provider_that_takes_no_key_takes_none_of_a_clients(appliance, simulator):
    """Or who brings some text as a key is served at nobody's cost."""
    appliance.cli("provider", "add", "free", "--dialect", "openai", "--base-url", f"{simulator.url}/v1", "--auth", "none")
    appliance.cli("user", "add", "ada", "--budget", "0/total")
    appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
    answer = bring(appliance, model="free/sim-small")
    assert answer.status == 400 and "takes no key" in answer.json()["error"]["message"]
    told = appliance.json("explain", "--user", "ada", "--model", "free/sim-small", "--own-key")
    assert (told["allowed"], told["status"]) == (False, 400)
    assert not simulator.counters()


# Joining the pool


@pytest.mark.parametrize("discovery, agrees", [("off", True), ("pending", False)])
def test_nothing_joins_unless_both_agree(gateway, discovery, agrees):
    gateway.cli("setting", "set", "key_discovery", discovery)
    gateway.cli("user", "set", "ada", "--contribute-keys" if agrees else "--no-contribute-keys")
    assert bring(gateway).status == 200
    import time
    time.sleep(2.5)
    assert not found(gateway)


def agree(gateway, discovery):
    gateway.cli("setting", "set", "key_discovery", discovery)
    gateway.cli("user", "set", "ada", "--contribute-keys")


def test_a_key_joins_as_pending_and_waits_for_the_operator(gateway, simulator):
    agree(gateway, "pending")
    assert bring(gateway).status == 200
    # The record is there a moment before what its check has found.
    key = eventually(lambda: [key for key in found(gateway) if "check" in key], what="discovery")[0]
    assert (key["status"], key["state"], key["owner"], key["check"]) == ("pending", "pending", "ada", "valid")
    before = simulator.counters(OWN)["requests"]
    for _ in range(3):
        assert gateway.chat().status == 200
    assert simulator.counters(OWN)["requests"] == before
    gateway.cli("key", "set", "sim-openai", key["label"], "--status", "active")
    for _ in range(3):
        assert gateway.chat().status == 200
    assert simulator.counters(OWN)["requests"] > before
    bring(gateway)
    assert len(found(gateway)) == 1


def test_a_key_joins_as_active_and_its_owner_takes_it_back(gateway, simulator):
    agree(gateway, "active")
    assert bring(gateway).status == 200
    key = eventually(lambda: found(gateway), what="discovery")[0]
    assert key["status"] == "active"
    for _ in range(2):
        assert gateway.chat().status == 200
    assert key["label"] in {row["key"] for row in gateway.rows(2)}
    assert "Withdrew" in gateway.cli("key", "withdraw", "sim-openai", key["label"])
    assert [(key["status"], key["state"]) for key in found(gateway)] == [("withdrawn", "withdrawn")]
    before = simulator.counters(OWN)["requests"]
    for _ in range(3):
        assert gateway.chat().status == 200
    assert simulator.counters(OWN)["requests"] == before
    # It still serves its owner, and does not come back by itself, after a restart either.
    assert bring(gateway).status == 200
    gateway.stop()
    with Appliance(gateway.data) as again:
        again.tokens = gateway.tokens
        assert bring(again).status == 200
        import time
        time.sleep(2.5)
        assert [key["status"] for key in found(again)] == ["withdrawn"]


def test_a_key_that_does_not_pass_its_check_does_not_join(gateway, simulator):
    agree(gateway, "active")
    simulator.fail({"key": OWN, "model": "", "do": "401", "times": None})
    assert bring(gateway).status == 401
    simulator.fail({"key": OWN, "do": "200", "times": 1}, {"key": OWN, "do": "401"})
    assert bring(gateway).status == 200
    eventually(lambda: "key.not_contributed" in gateway.output, what="the refusal")
    assert not found(gateway)
    entry = eventually(lambda: gateway.json("audit", "--limit", "1")[0], what="the audit")
    assert (entry["operation"], entry["change"], entry["origin"], entry["kind"]) == (
        "key.contribute", "refused", "appliance", "key")
    assert entry["name"].startswith("sim-openai/found-") and entry["before"] is None
    assert (entry["after"]["owner"], entry["after"]["reason"]) == ("ada", "invalid")
    assert OWN not in json.dumps(gateway.json("audit", "--limit", "100"))


def test_a_contributed_key_that_is_refused_heals(gateway, simulator):
    agree(gateway, "active")
    bring(gateway)
    label = eventually(lambda: found(gateway), what="discovery")[0]["label"]
    simulator.fail({"key": OWN, "do": "401"})
    done = gateway.run("key", "check", "sim-openai", label)
    assert done.returncode == 1
    assert found(gateway)[0]["state"] == "invalid"
    assert gateway.chat().status == 200
    simulator.fail()
    eventually(lambda: found(gateway)[0]["state"] == "ready", seconds=40, what="healing")


# Taking a key back


def shared_key(gateway):
    """Lets ada contribute a key: the token of another user, and the key's label."""
    agree(gateway, "active")
    gateway.cli("user", "add", "eve")
    eve = gateway.cli("token", "add", "eve").strip()
    bring(gateway)
    return eve, eventually(lambda: found(gateway), what="discovery")[0]["label"]


def delete(appliance, label, token=None, provider="sim-openai"):
    return appliance.request("DELETE", f"/appliance/v1/keys/{provider}/{label}", token=token)


def test_an_owner_takes_its_key_back_with_its_token(gateway, simulator):
    eve, label = shared_key(gateway)
    told = gateway.json("explain", "--user", "eve", "--model", "sim-small")["keys"]
    assert {(key["key"], key["owner"]) for key in told} == {(label, "ada"), ("label-sim-key-1", None)}

    assert gateway.request("GET", "/appliance/v1/keys").json() == {
        "keys": [{"provider": "sim-openai", "label": label, "status": "active"}]}
    assert gateway.request("GET", "/appliance/v1/keys", token=eve).json() == {"keys": []}
    assert delete(gateway, label, token=eve).status == 404
    assert delete(gateway, "label-sim-key-1").status == 404
    assert delete(gateway, label, provider="sim-gemini").status == 404
    assert delete(gateway, label, token="sk-ap-none-none").status == 401
    assert delete(gateway, label, token=OWN).status == 401
    assert request(gateway.url, "DELETE", f"/appliance/v1/keys/sim-openai/{label}").status == 401
    assert found(gateway)[0]["status"] == "active"

    # Neither rules nor a limit that is used up keep a key from its owner.
    gateway.cli("user", "set", "ada", "--endpoints", "chat/completions", "--limits", "rpm=0")
    assert delete(gateway, label).status == 200
    assert [(key["status"], key["state"]) for key in found(gateway)] == [("withdrawn", "withdrawn")]
    entry = gateway.json("audit", "--limit", "1")[0]
    assert (entry["origin"], entry["actor"], entry["operation"], entry["name"], entry["change"]) == (
        "client", "ada/default", "key.withdraw", f"sim-openai/{label}", "changed")
    before = simulator.counters(OWN)["requests"]
    for _ in range(3):
        assert gateway.request("POST", "/v1/chat/completions", CHAT, token=eve).status == 200
    assert simulator.counters(OWN)["requests"] == before
    assert all(key["owner"] is None for key in gateway.json("explain", "--user", "eve", "--model", "sim-small")["keys"])
    assert gateway.row()["endpoint"] == "chat/completions"
    assert delete(gateway, label).status == 200
    assert gateway.row()["endpoint"] == "keys" and gateway.row()["outcome"] == "served"


def test_the_keys_of_a_suspended_user_serve_on_until_they_are_withdrawn(gateway, simulator):
    eve, label = shared_key(gateway)
    gateway.cli("user", "suspend", "ada")
    assert gateway.chat().status == 403 and delete(gateway, label).status == 403

    def served():
        before = simulator.counters(OWN)["requests"]
        for _ in range(4):
            assert gateway.request("POST", "/v1/chat/completions", CHAT, token=eve).status == 200
        return simulator.counters(OWN)["requests"] - before

    assert served() == 2
    gateway.cli("user", "set", "ada", "--no-contribute-keys")
    assert served() == 0 and found(gateway)[0]["status"] == "withdrawn"


@pytest.mark.parametrize("how", ["cli", "import", "replace"])
def test_a_user_who_no_longer_contributes_has_its_keys_back(gateway, simulator, how):
    agree(gateway, "active")
    bring(gateway)
    eventually(lambda: found(gateway), what="discovery")
    if how == "cli":
        gateway.cli("user", "set", "ada", "--no-contribute-keys")
    else:
        gateway.import_document(
            {"users": [{"name": "ada"} | ({"contribute_keys": False} if how == "import" else {})]},
            *(["--replace"] if how == "replace" else []))
    key = found(gateway)[0]
    assert (key["status"], key["secret_hint"]) == ("withdrawn", "")
    names = {(entry["kind"], entry["name"]) for entry in gateway.json("audit", "--limit", "2")}
    assert names == {("user", "ada"), ("key", f"sim-openai/{key['label']}")}
    before = simulator.counters(OWN)["requests"]
    for _ in range(3):
        assert gateway.chat().status == 200
    assert simulator.counters(OWN)["requests"] == before


# The secret


def test_the_clients_key_is_left_nowhere(folder, simulator):
    with Appliance(folder / "data", "--log-level", "debug") as appliance:
        appliance.add_simulator(simulator)
        agree(appliance, "pending")
        answers = []
        for directive in ["200", "401", "403", "429", "quota", "500", "drop", "garbage", "garbage-body",
                          "redirect", "cut", "400", "404", "headers"]:
            for stream in (False, True):
                answers.append(bring(appliance, model=f"sim-small;{directive}", stream=stream))
        answers.append(bring(appliance, OWN + " x"))
        answers.append(bring(appliance, OWN * 200))
        answers.append(bring(appliance, token="wrong"))
        answers.append(appliance.request("GET", "/v1/models", headers={"x-upstream-key": OWN}))
        assert bring(appliance).status == 200
        label = eventually(lambda: found(appliance), what="discovery")[0]["label"]
        printed = ""
        for command in (["status"], ["key", "list"], ["key", "show", "sim-openai", label], ["requests"], ["export"]):
            printed += appliance.cli(*command)
        appliance.cli("key", "withdraw", "sim-openai", label)
        printed += appliance.cli("key", "list", "--json")
        appliance.rows(30)
        appliance.stop()
        places = {"log": appliance.output.encode(), "the CLI": printed.encode()}
    for number, answer in enumerate(answers):
        places[f"answer {number}"] = answer.body + str(answer.headers).encode()
    for path in (folder / "data").rglob("*"):
        if path.is_file():
            places[str(path)] = path.read_bytes()
    for form in forms(OWN):
        for place, content in places.items():
            assert form not in content, f"the client's key is in {place} as {form!r}"


def test_no_budget_of_ours_is_charged(gateway):
    gateway.import_document({"users": [{"name": "ada", "budgets": [{"usd": 0.000001, "period": "total"}]}]})
    for _ in range(3):
        assert bring(gateway).status == 200
    assert float(gateway.json("budget", "show", "ada")[0]["spent_usd"]) == 0
