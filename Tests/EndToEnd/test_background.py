"""Responses that are made in the background are charged once: to the reading that says what they have used."""

import concurrent.futures
import json
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
