"""Responses that are made in the background are charged once: to the reading that says what they have used."""

import concurrent.futures
import http.client
import json
import signal
import threading
from decimal import Decimal

import pytest

from harness import Appliance, events_of
from scripted import Scripted

BODY = {"model": "sim-small", "input": "Hello", "background": True, "max_output_tokens": 100}
OWN = "sk-own-canary/7f3a+91c2e5d8b360-zq"


def spent(appliance):
    budget = appliance.json("budget", "show", "ada")[0]
    assert budget["reserved_usd"] == 0
    return Decimal(str(budget["spent_usd"]))


def cost(row):
    """What a row says, checked against the prices of `add_simulator`."""
    usage = row["usage"]
    expected = (Decimal(usage["input_tokens"]) + 2 * Decimal(usage["output_tokens"])) / 10**6
    assert Decimal(row["cost_usd"]) == expected
    return expected


def begin(appliance, headers=None, **more):
    """The path of a response that has only been begun."""
    answer = appliance.request("POST", "/v1/responses", BODY | more, headers)
    assert answer.status == 200, answer
    made = answer.json()
    assert (made["status"], made["usage"], made["output"]) == ("queued", None, [])
    row = appliance.row(answer.headers["x-request-id"])
    assert (row["outcome"], row["usage_source"], row["cost_usd"]) == ("served", "none", None)
    assert not any(row["usage"].values())
    assert "usage_follows" in row["anomalies"] and "estimate_charged" not in row["anomalies"]
    return "/v1/responses/" + made["id"]


def read(appliance, path, status, headers=None):
    """The row of one reading."""
    answer = appliance.request("GET", path, headers=headers)
    assert answer.status == 200, answer
    assert answer.json()["status"] == status
    return appliance.row(answer.headers["x-request-id"])


def assert_charged(row):
    assert (row["usage_source"], row["anomalies"]) == ("reported", [])
    assert row["usage"]["output_tokens"] > 0 and cost(row) > 0


def assert_free(row):
    assert row["usage_source"] == "none" and Decimal(row["cost_usd"]) == 0
    assert not any(row["usage"].values())


def test_the_first_reading_of_the_whole_is_charged(gateway):
    gateway.cli("user", "set", "ada", "--budget", "1/total", "--limits", "tpm=100000")
    path = begin(gateway)
    assert spent(gateway) == 0
    assert_free(read(gateway, path, "in_progress"))
    assert spent(gateway) == 0
    row = read(gateway, path, "completed")
    assert_charged(row)
    assert spent(gateway) == cost(row)
    for _ in range(3):
        assert_free(read(gateway, path, "completed"))
    assert spent(gateway) == cost(row)
    limits = gateway.json("explain", "--user", "ada", "--model", "sim-small")["limits"]
    assert [limit["used"] for limit in limits] == [row["usage"]["total_tokens"]], "a debt of the minute"


def test_of_many_readings_at_once_one_is_charged(gateway):
    gateway.cli("user", "set", "ada", "--budget", "1/total")
    for _ in range(5):
        before = spent(gateway)
        path = begin(gateway)
        read(gateway, path, "in_progress")
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            rows = list(pool.map(lambda _: read(gateway, path, "completed"), range(16)))
        charged = [row for row in rows if row["usage_source"] == "reported"]
        assert len(charged) == 1
        assert_charged(charged[0])
        for row in rows:
            if row is not charged[0]:
                assert_free(row)
        assert spent(gateway) - before == cost(charged[0])


def test_what_is_owed_and_what_was_paid_survive_a_restart(gateway):
    gateway.cli("user", "set", "ada", "--budget", "1/total")
    path = begin(gateway)
    gateway.stop()
    with Appliance(gateway.data) as again:
        again.tokens = gateway.tokens
        assert_free(read(again, path, "in_progress"))
        row = read(again, path, "completed")
        assert_charged(row)
        assert spent(again) == cost(row)
        again.stop()
    with Appliance(gateway.data) as last:
        last.tokens = gateway.tokens
        assert_free(read(last, path, "completed"))
        assert spent(last) == cost(row)


def test_what_is_owed_and_what_was_paid_survive_a_kill(gateway):
    """Killed as soon as an answer is there: what it has handed out or settled is on record with it."""
    gateway.cli("user", "set", "ada", "--budget", "1/total")
    running, expected = gateway, Decimal(0)

    def dies():
        nonlocal running
        running.stop(signal.SIGKILL)
        running = Appliance(gateway.data)
        running.tokens = gateway.tokens
        return running

    try:
        for _ in range(3):
            answer = running.request("POST", "/v1/responses", BODY)
            assert answer.status == 200
            path = "/v1/responses/" + answer.json()["id"]
            assert dies().request("GET", path).json()["status"] == "in_progress"
            answer = dies().request("GET", path)
            assert answer.json()["status"] == "completed"
            row = dies().row(answer.headers["x-request-id"])
            assert_charged(row)
            expected += cost(row)
            assert spent(running) == expected
            assert_free(read(running, path, "completed"))
            answer = running.request("GET", path)
            assert_free(dies().row(answer.headers["x-request-id"]))
            assert spent(running) == expected
    finally:
        if running is not gateway:
            running.stop()


@pytest.mark.parametrize("budget, code", [
    ("1/total,strict", "cost_not_bounded"), ("0/total,strict", "cost_not_bounded"), ("0/total", "insufficient_quota"),
])
def test_no_budget_keeps_its_user_from_reading(gateway, simulator, budget, code):
    gateway.cli("user", "set", "ada", "--budget", "1/total")
    path = begin(gateway)
    gateway.cli("user", "set", "ada", "--budget", budget)
    simulator.reset()
    refused = gateway.request("POST", "/v1/responses", BODY)
    assert (refused.status, refused.json()["error"]["code"]) == (402, code)
    assert simulator.counters() == {}
    read(gateway, path, "in_progress")
    row = read(gateway, path, "completed")
    assert_charged(row)
    assert spent(gateway) == cost(row)
    assert_free(read(gateway, path, "completed"))


def test_a_stream_in_the_background_is_charged_at_its_end(gateway):
    gateway.cli("user", "set", "ada", "--budget", "1/total")
    answer = gateway.request("POST", "/v1/responses", BODY | {"stream": True})
    assert answer.status == 200
    row = gateway.row(answer.headers["x-request-id"])
    assert row["usage_source"] == "reported" and "usage_follows" not in row["anomalies"]
    assert spent(gateway) == cost(row) > 0
    made = json.loads(events_of(answer.body)[-1])["response"]
    assert_free(read(gateway, "/v1/responses/" + made["id"], "completed"))
    assert spent(gateway) == cost(row)


def test_a_brought_key_costs_its_owner(gateway):
    gateway.cli("user", "set", "ada", "--budget", "1/total")
    own = {"x-upstream-key": OWN}
    path = begin(gateway, own)
    read(gateway, path, "in_progress", own)
    assert_charged(read(gateway, path, "completed", own))
    assert_free(read(gateway, path, "completed", own))
    assert spent(gateway) == 0


def test_a_reading_is_priced_by_the_model_and_tier_of_the_answer(appliance):
    """Also one that streams; and one that breaks before it has said all counts nothing."""
    readings = []
    base = {"id": "resp_1", "object": "response", "model": "m-2030-01-01", "output": []}
    usage = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}

    def event(call, name, response):
        call.event({"type": f"response.{name}", "response": base | response}, f"response.{name}")

    def script(call):
        if call.head.startswith("POST"):
            return call.answer(base | {"status": "queued", "usage": None})
        readings.append(call.path)
        call.begin_stream()
        event(call, "in_progress", {"status": "in_progress", "usage": None})
        call.event({"type": "response.output_text.delta", "delta": "Hello"})
        if len(readings) == 1:
            return False
        event(call, "completed", {"status": "completed", "usage": usage, "service_tier": "flex"})
        call.end_stream()

    with Scripted(script) as provider:
        appliance.import_document({
            "providers": [{"name": "p", "dialect": "openai", "base_url": provider.url + "/v1"}],
            "keys": [{"provider": "p", "label": "k", "secret": "s"}],
            "users": [{"name": "ada", "budgets": [{"usd": 1, "period": "total"}]}],
            "prices": {"m-2030-01-01": {
                "input_cost_per_token": 2e-6, "output_cost_per_token": 4e-6,
                "input_cost_per_token_flex": 1e-6, "output_cost_per_token_flex": 2e-6}},
        })
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        path = begin(appliance, model="m")

        def hear(outcome):
            answer = appliance.request("GET", path + "?stream=true")
            assert answer.status == 200
            row = appliance.row(answer.headers["x-request-id"])
            assert row["outcome"] == outcome
            return row

        assert hear("cut")["usage_source"] == "none"
        assert spent(appliance) == 0
        row = hear("served")
        assert row["usage"]["input_tokens"] == 1000 and Decimal(row["cost_usd"]) == Decimal("0.0012")
        assert spent(appliance) == Decimal("0.0012")
        assert_free(hear("served"))
        assert spent(appliance) == Decimal("0.0012")
        assert all(reading.endswith("/v1/responses/resp_1?stream=true") for reading in readings)


@pytest.mark.parametrize("usage, cents", [
    (None, 0), ({"input_tokens": 10_000, "output_tokens": 0, "total_tokens": 10_000}, 1),
])
def test_a_response_that_failed_can_be_read(appliance, usage, cents):
    """What it says of how it was made is no failure of its provider; what it used is charged."""
    base = {"id": "resp_1", "object": "response", "model": "m", "output": []}
    error = {"code": "server_error", "message": "The model produced nothing."}

    def script(call):
        if call.head.startswith("POST"):
            return call.answer(base | {"status": "queued", "usage": None})
        call.answer(base | {"status": "failed", "error": error, "usage": usage})

    with Scripted(script) as provider:
        appliance.import_document({
            "providers": [{"name": "p", "dialect": "openai", "base_url": provider.url + "/v1"}],
            "keys": [{"provider": "p", "label": "k", "secret": "s"}],
            "users": [{"name": "ada", "budgets": [{"usd": 1, "period": "total"}]}],
            "prices": {"m": {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}},
        })
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        path = begin(appliance, model="m")
        for _ in range(2):
            answer = appliance.request("GET", path)
            assert (answer.status, answer.json()["error"]) == (200, error)
        assert appliance.row(answer.headers["x-request-id"])["outcome"] == "served"
        assert spent(appliance) == Decimal(cents) / 100
        key = appliance.json("key", "list")[0]
        assert (key["successes"], key["failures"]) == (3, 0)


BASE = {"id": "resp_1", "object": "response", "model": "m", "background": True, "output": []}
PRICE = {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
USED = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
SO_FAR = {"input_tokens": 10, "output_tokens": 1, "total_tokens": 11}
ZEROS = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}


def set_up(appliance, provider, **prices):
    appliance.import_document({
        "providers": [{"name": "p", "dialect": "openai", "base_url": provider.url + "/v1"}],
        "keys": [{"provider": "p", "label": "k", "secret": "s"}],
        "users": [{"name": "ada", "budgets": [{"usd": 1, "period": "total"}]}],
        "prices": prices or {"m": PRICE},
    })
    appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()


def tell(call, name, **more):
    call.event({"type": f"response.{name}", "response": BASE | more}, f"response.{name}")


def leave_after(appliance, text, method, path, body=None):
    """Reads an answer up to a line with this text, and leaves; the request's id."""
    connection = http.client.HTTPConnection("127.0.0.1", appliance.port, timeout=30)
    headers = {"Authorization": f"Bearer {appliance.token}", "Content-Type": "application/json"}
    connection.request(method, path, body and json.dumps(body), headers)
    answer = connection.getresponse()
    while line := answer.readline():
        if text.encode() in line:
            break
    assert line, "it ended before"
    identifier = answer.headers["x-request-id"]
    answer.close()
    connection.close()
    return identifier


@pytest.mark.parametrize("stated", [None, SO_FAR])
@pytest.mark.parametrize("leaves", [False, True])
def test_a_stream_that_does_not_reach_its_end_is_charged_when_it_is_read(appliance, leaves, stated):
    """Nothing stops the provider. What is not made in the background is stopped, and estimated."""

    def script(call):
        if call.head.startswith("GET"):
            return call.answer(BASE | {"status": "completed", "usage": USED})
        background = b'"background": true' in call.body
        call.begin_stream()
        tell(call, "created", status="in_progress", usage=stated, background=background)
        call.event({"type": "response.output_text.delta", "delta": "Hello"})
        if leaves:
            call.wait_for_leaving()
        return False

    with Scripted(script) as provider:
        set_up(appliance, provider)

        def stream(background):
            body = BODY | {"model": "m", "stream": True, "background": background}
            if leaves:
                return appliance.row(leave_after(appliance, "delta", "POST", "/v1/responses", body))
            return appliance.row(appliance.request("POST", "/v1/responses", body).headers["x-request-id"])

        row = stream(True)
        assert row["outcome"] == ("abandoned" if leaves else "cut")
        assert (row["usage_source"], row["cost_usd"]) == ("none", None)
        assert "usage_follows" in row["anomalies"] and not any(row["usage"].values())
        assert spent(appliance) == 0
        row = read(appliance, "/v1/responses/resp_1", "completed")
        assert_charged(row)
        assert spent(appliance) == cost(row)
        assert_free(read(appliance, "/v1/responses/resp_1", "completed"))
        plain = stream(False)
        assert plain["usage_source"] == "estimated" and "usage_follows" not in plain["anomalies"]
        assert spent(appliance) == cost(row) + Decimal(plain["cost_usd"]) > cost(row)


def test_what_is_used_so_far_and_nothing_at_all_are_not_the_last_word(appliance):
    told = iter([("in_progress", SO_FAR), ("in_progress", SO_FAR), ("completed", ZEROS), ("completed", USED),
                 ("completed", USED)])

    def script(call):
        status, usage = next(told)
        call.answer(BASE | {"status": status, "usage": usage})

    with Scripted(script) as provider:
        set_up(appliance, provider)
        answer = appliance.request("POST", "/v1/responses", BODY | {"model": "m"})
        row = appliance.row(answer.headers["x-request-id"])
        assert row["usage_source"] == "none" and "usage_follows" in row["anomalies"]
        assert_free(read(appliance, "/v1/responses/resp_1", "in_progress"))
        assert_free(read(appliance, "/v1/responses/resp_1", "completed"))
        assert spent(appliance) == 0
        row = read(appliance, "/v1/responses/resp_1", "completed")
        assert_charged(row)
        assert_free(read(appliance, "/v1/responses/resp_1", "completed"))
        assert spent(appliance) == cost(row)


def test_a_reading_is_heard_though_its_client_leaves(appliance):
    """Else a client that leaves behind the text would never be charged for it."""
    has_left = threading.Event()
    dropped = []

    def script(call):
        if call.head.startswith("POST"):
            return call.answer(BASE | {"status": "queued", "usage": None})
        if "stream=true" not in call.path:
            return call.answer(BASE | {"status": "completed", "usage": USED})
        call.begin_stream()
        tell(call, "in_progress", status="in_progress", usage=None)
        call.event({"type": "response.output_text.delta", "delta": "Hello"})
        call.event({"type": "response.output_text.done", "text": "Hello"})
        has_left.wait(10)
        dropped.append(call.has_left(within=0.5))
        tell(call, "completed", status="completed", usage=USED)
        call.end_stream()

    with Scripted(script) as provider:
        set_up(appliance, provider)
        path = begin(appliance, model="m")
        identifier = leave_after(appliance, "output_text.done", "GET", path + "?stream=true")
        has_left.set()
        row = appliance.row(identifier)
        assert dropped == [False]
        assert (row["outcome"], row["anomalies"]) == ("abandoned", ["client_left_drained"])
        assert row["usage_source"] == "reported" and row["usage"]["total_tokens"] == 1100
        assert spent(appliance) == cost(row) == Decimal("0.0012")
        assert_free(read(appliance, path, "completed"))
        assert spent(appliance) == cost(row)


def test_a_response_is_cancelled_and_tells_what_it_was_made_from(gateway, simulator):
    gateway.cli("user", "set", "ada", "--budget", "1/total")
    gateway.import_document({"users": [{"name": "bob"}]})
    bob = gateway.cli("token", "add", "bob").strip()
    path = begin(gateway)
    for method, part in ("POST", "/cancel"), ("GET", "/input_items"):
        assert gateway.request(method, path + part, token=bob).status == 404
    items = gateway.request("GET", path + "/input_items?limit=2")
    assert (items.status, items.json()["object"]) == (200, "list")
    assert_free(gateway.row(items.headers["x-request-id"]))
    assert "/input_items?limit=2 " in simulator.requests()[-1]["head"].split("\r\n")[0]
    answer = gateway.request("POST", path + "/cancel")
    assert (answer.status, answer.json()["status"]) == (200, "cancelled")
    row = gateway.row(answer.headers["x-request-id"])
    assert_charged(row)
    assert_free(read(gateway, path, "cancelled"))
    assert spent(gateway) == cost(row)


@pytest.mark.parametrize("made, read_at", [
    ("/passthrough/sim-openai", "/passthrough/sim-openai"), ("/passthrough/sim-openai", "/v1"),
    ("/v1", "/passthrough/sim-openai"),
])
def test_a_passthrough_makes_and_reads_alike(gateway, made, read_at):
    gateway.cli("user", "set", "ada", "--budget", "1/total")
    answer = gateway.request("POST", made + "/responses", BODY)
    assert answer.json()["status"] == "queued"
    row = gateway.row(answer.headers["x-request-id"])
    assert row["usage_source"] == "none" and "usage_follows" in row["anomalies"]
    path = read_at + "/responses/" + answer.json()["id"]
    assert_free(read(gateway, path, "in_progress"))
    assert spent(gateway) == 0
    row = read(gateway, path, "completed")
    assert row["usage_source"] == "reported" and row["usage"]["output_tokens"] > 0
    assert spent(gateway) == cost(row) > 0
    for again in path, "/v1/responses/" + answer.json()["id"]:
        assert_free(read(gateway, again, "completed"))
    if read_at != "/v1":
        cancelled = gateway.request("POST", path + "/cancel")
        assert cancelled.json()["status"] == "cancelled"
        assert_free(gateway.row(cancelled.headers["x-request-id"]))
    assert spent(gateway) == cost(row)


def test_a_reading_is_priced_by_the_model_that_was_asked_for(appliance):
    """Where the answer names one without a price; and it is counted under it."""

    def script(call):
        status, usage = ("queued", None) if call.head.startswith("POST") else ("completed", USED)
        call.answer(BASE | {"model": "of-no-price", "status": status, "usage": usage})

    with Scripted(script) as provider:
        set_up(appliance, provider)
        path = begin(appliance, model="m")
        row = read(appliance, path, "completed")
        assert_charged(row)
        assert row["model"] == "m" and cost(row) == Decimal("0.0012") == spent(appliance)
        assert read(appliance, path, "completed")["model"] is None
        usage = {entry["model"]: entry for entry in appliance.json("usage", "--by", "model")["rows"]}
        assert Decimal(usage["m"]["cost_usd"]) == Decimal("0.0012")
