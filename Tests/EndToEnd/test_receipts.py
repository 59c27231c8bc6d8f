"""Receipts: every cost of a load run, worked out again from its receipt alone."""

import concurrent.futures
import csv
import io
import json
import sqlite3
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from harness import Appliance, eventually, request

NANO = Decimal("0.000000001")

# Prices finer than a nano-dollar, a tier above a threshold, and classes of tokens apart.
PRICES = {
    "fine": {
        "input_cost_per_token": "1.23456789012e-07",
        "output_cost_per_token": "4.000000001e-07",
        "cache_read_input_token_cost": "1.1e-08",
        "output_cost_per_reasoning_token": "9.99999999999e-07",
    },
    "tiers": {
        "input_cost_per_token": "1e-06",
        "output_cost_per_token": "2e-06",
        "input_cost_per_token_above_1k_tokens": "3.3333333333e-06",
        "output_cost_per_token_above_1k_tokens": "7e-06",
    },
    "free": {"input_cost_per_token": 0, "output_cost_per_token": 0},
}


def priced(appliance):
    document = json.dumps({"prices": PRICES})
    for fields in PRICES.values():
        for text in fields.values():
            document = document.replace(f'"{text}"', str(text))
    appliance.cli("import", "-", input=document)


def recomputed(receipt):
    """The cost in dollars from quantities and unit prices, by the rule that the README states."""
    with localcontext() as context:
        context.prec = 100
        cost = receipt["cost"]
        total = Decimal(0)
        for line in cost["lines"]:
            amount = Decimal(line["quantity"]) * Decimal(line["unit_price_usd"])
            assert amount == Decimal(line["amount_usd"]), line
            total += amount
        assert total == Decimal(cost["sum_usd"])
        for factor in cost["factors"]:
            total *= Decimal(factor["factor"])
        assert total == Decimal(cost["exact_usd"])
        return total.quantize(NANO, rounding=ROUND_HALF_EVEN)


def show(appliance, request_id):
    return appliance.json("request", "show", request_id)


def test_every_cost_of_a_load_run_follows_from_its_receipt(gateway, simulator):
    priced(gateway)
    simulator.fail({"do": "status=429,retry-after=0", "times": 5}, {"do": "drop", "times": 5})
    models = ["fine", "fine;cached=7;reasoning=13", "tiers", "free", "unpriced-model"]

    def ask(number):
        model = models[number % len(models)]
        text = "word " * (1 + number * 97 % 2500)
        path, body = [
            ("/v1/chat/completions", {"model": model, "messages": [{"role": "user", "content": text}]}),
            ("/v1/messages", {"model": model, "max_tokens": 100, "messages": [{"role": "user", "content": text}]}),
            (f"/v1beta/models/{model}:generateContent", {"contents": [{"parts": [{"text": text}]}]}),
        ][number % 3]
        if number % 2 and number % 3 != 2:
            body["stream"] = True
        return gateway.request("POST", path, body).status

    count = 200
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(ask, range(count)))
    assert statuses.count(200) > count / 2
    rows = gateway.rows(count)
    assert len({row["request_id"] for row in rows}) == count

    version = gateway.json("status")["price_version"]
    priced_rows = 0
    for row in rows:
        receipt = show(gateway, row["request_id"])
        assert {name: receipt[name] for name in row} == row
        assert receipt["cost"]["price_version"] == version
        assert receipt["cost"]["cost_usd"] == row["cost_usd"]
        assert len(receipt["attempt_list"]) == row["attempts"]
        if row["attempts"]:
            last = receipt["attempt_list"][-1]
            assert (last["provider"], last["key"], last["level"]) == (
                row["provider"], row["key"], row["level"])
            assert receipt["plan"][0]["provider"].startswith("sim-")
        if row["cost_usd"] is None:
            assert row["anomalies"]
            continue
        priced_rows += 1
        assert recomputed(receipt) == Decimal(row["cost_usd"]), receipt
        # The lines account for every token.
        tokens = {"input": 0, "output": 0}
        for line in receipt["cost"]["lines"]:
            side = "output" if line["item"].startswith("output") else "input"
            tokens[side] += int(line["quantity"])
        assert tokens["input"] == row["usage"]["input_tokens"]
        assert tokens["output"] == row["usage"]["output_tokens"]
    assert priced_rows > count / 2

    check_sums(gateway, rows)


def check_sums(appliance, rows):
    """`usage` says what the rows say, however they are grouped, and goes on saying it without them."""
    total = sum(Decimal(row["cost_usd"]) for row in rows if row["cost_usd"])
    answers = {}
    for by in ("user", "token", "model", "key", "provider", "model,provider", "user,day", "key,hour"):
        answer = answers[by] = appliance.json("usage", "--by", by)
        assert sum(Decimal(row["cost_usd"]) for row in answer["rows"]) == total
        assert Decimal(answer["total"]["cost_usd"]) == total
        assert sum(row["requests"] for row in answer["rows"]) == len(rows)
    by_model = {row["model"]: row for row in answers["model"]["rows"]}
    for model in {row["model"] for row in rows}:
        mine = [row for row in rows if row["model"] == model]
        assert by_model[model]["requests"] == len(mine)
        assert by_model[model]["input_tokens"] == sum(row["usage"]["input_tokens"] for row in mine)
        assert by_model[model]["output_tokens"] == sum(row["usage"]["output_tokens"] for row in mine)
        assert by_model[model]["attempts"] == sum(row["attempts"] for row in mine)
    printed = list(csv.DictReader(io.StringIO(appliance.cli("usage", "--by", "model", "--csv"))))
    assert {row["model"]: row["cost_usd"] for row in printed} == {
        model: row["cost_usd"] for model, row in by_model.items()}

    appliance.stop()
    with sqlite3.connect(appliance.data / "appliance.db") as database:
        assert database.execute("SELECT count(*) FROM request WHERE price_version IS NULL").fetchone() == (0,)
        assert database.execute("DELETE FROM request").rowcount == len(rows)
    database.close()
    with Appliance(appliance.data) as again:
        assert again.cli("requests", "--json") == ""
        for by, answer in answers.items():
            assert again.json("usage", "--by", by) == answer
        assert again.json("status")["requests_total"] == len(rows)


def test_a_receipt_tells_every_attempt(appliance, simulator):
    """Three keys: one limited, one failing, one good; and what a person reads of it."""
    appliance.add_simulator(simulator, keys=(("a", 3), ("b", 2), ("c", 1)))
    appliance.cli("user", "set", "ada", "--level", "3")
    simulator.fail(
        {"key": "openai-a", "do": "status=429,retry-after=30"}, {"key": "openai-b", "do": "drop"})
    assert appliance.chat().status == 200
    row = appliance.row()
    receipt = show(appliance, row["request_id"])
    attempts = receipt["attempt_list"]
    assert [attempt["key"] for attempt in attempts] == ["label-a", "label-b", "label-c"]
    assert [attempt["status"] for attempt in attempts] == [429, None, 200]
    assert [attempt["end"] for attempt in attempts] == ["rate_limited", "broke_off", "served"]
    assert [attempt["level"] for attempt in attempts] == [3, 2, 1]
    assert attempts[0]["retry_after_ms"] == 30_000
    assert Decimal(attempts[1]["possible_cost_usd"]) > 0
    assert attempts[2]["possible_cost_usd"] is None
    assert receipt["plan"] == [{"provider": "sim-openai", "model": "sim-small", "level": 3}]
    text = appliance.cli("request", "show", row["request_id"])
    for word in ("label-a", "label-b", "label-c", "rate limit", "sim-openai", "input", "sum",
                 row["cost_usd"], row["request_id"]):
        assert word in text, text
    missing = appliance.run("request", "show", "req_nothing")
    assert missing.returncode == 1
    assert "req_nothing" in missing.stderr


def test_a_wait_in_line_is_on_the_receipt(gateway, simulator):
    simulator.fail({"do": "status=429,retry-after=1", "times": 1})
    assert gateway.chat().status == 200
    receipt = show(gateway, gateway.row()["request_id"])
    first, second = receipt["attempt_list"]
    assert first["wait_ms"] == 0
    assert 500 <= second["wait_ms"] <= 5_000
    assert receipt["wait_ms"] == second["wait_ms"]


def test_rows_leave_the_ledger_by_age(gateway):
    gateway.cli("setting", "set", "requests_kept_days", "1")
    assert gateway.chat().status == 200
    gateway.rows(1)
    gateway.stop()
    with sqlite3.connect(gateway.data / "appliance.db") as database:
        database.execute("UPDATE request SET finished_at = finished_at - 2 * 86400000")
    database.close()
    with Appliance(gateway.data) as again:
        eventually(lambda: again.cli("requests", "--json") == "", what="the purge")
        assert again.json("usage")["total"]["requests"] == 1
        assert request(again.url, "GET", "/healthz").status == 200
