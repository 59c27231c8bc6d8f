"""Limits and budgets: the same outcome on every route, and not one byte to a provider when refused."""

import concurrent.futures
import datetime
import json
import signal
from decimal import Decimal

import pytest

from harness import Appliance, eventually
from scripted import Scripted
from test_access import routes

USER = {"role": "user", "content": "Hello"}
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}


def model(**more):
    return {"model": "sim-small"} | more


# Every route, as test_access.py has them: endpoint, method, path, body, headers, dialect, whether it names a model
ROUTES = routes() + [("keys", "GET", "/appliance/v1/keys", None, {}, "openai", False)]

# What is not billed, so that it counts as a request only
FREE = {"moderations", "responses/input_tokens", "responses/{id}", "messages/count_tokens", "models:countTokens",
        "models", "models/{id}", "keys"}
# What is billed, and whose answers have no output tokens; nor has a passthrough that names no model
SILENT = {"embeddings", "rerank", "audio/speech", "models:embedContent", "models:batchEmbedContents"}
# What there may be nothing of here: its 404 is as good as an answer
STORED = {"responses/{id}", "models/{id}"}


def counts(what, whose, endpoint, has_model):
    """The rule: whether what limits `what` (requests, tokens, output, money) of `whose` counts such a route."""
    if whose == "model" and (not has_model or endpoint == "models/{id}"):
        return False
    if what == "requests":
        return True
    if what == "output" and (endpoint in SILENT or endpoint == "passthrough" and not has_model):
        return False
    return endpoint not in FREE


KINDS = {"rpm": "requests", "rpd": "requests", "concurrent": "requests", "tpm": "tokens", "tpd": "tokens",
         "itpm": "tokens", "itpd": "tokens", "otpm": "output", "otpd": "output"}
BUDGETS = {period: {"period": period} for period in ("hour", "day", "week", "month", "total")}
BUDGETS |= {f"rolling {period}": {"period": period, "aligned": False} for period in ("hour", "day", "week", "month")}
BUDGETS |= {"zone": {"period": "month", "timezone": "Europe/Berlin"}, "strict": {"period": "day", "mode": "strict"}}


def policy(whose, kind, most):
    return {"model_limits": [{"model": "sim-*", kind: most}]} if whose == "model" else {"limits": {kind: most}}


# name: whose it is, what the user or the token gets, what that counts, the status of its refusals
LIMITS = {f"{whose} {kind}": (whose, policy(whose, kind, 0), what, 429)
          for whose in ("user", "model", "token") for kind, what in KINDS.items()}
LIMITS |= {f"{whose} {name}": (whose, {"budgets": [{"usd": 0} | budget]}, "money", 402)
           for whose in ("user", "token") for name, budget in BUDGETS.items()}

# An answer of 1500 tokens and more has put each of these in debt.
DEBTS = {f"{whose} {kind}": (whose, policy(whose, kind, 1000), KINDS[kind])
         for whose in ("user", "model", "token") for kind in ("tpm", "tpd", "otpm", "otpd")}

CODES = {
    429: {"openai": {"request_above_limit"}, "anthropic": {"rate_limit_error"}, "gemini": {"RESOURCE_EXHAUSTED"}},
    402: {"openai": {"insufficient_quota", "cost_not_bounded"}, "anthropic": {"billing_error"},
          "gemini": {"FAILED_PRECONDITION"}},
}


def is_refused(answer, status, dialect):
    """Whether it is the refusal of a request that no waiting will help."""
    if answer.status != status or "retry-after" in answer.headers:
        return False
    code = answer.json()["error"][{"openai": "code", "anthropic": "type", "gemini": "status"}[dialect]]
    return code in CODES[status][dialect] and (status == 402 or answer.headers["x-should-retry"] == "false")


class Court:
    """An appliance with the simulator behind it, and a user and a token for each row of the tables."""

    def __init__(self, appliance):
        self.appliance = appliance
        # Of each user's stored response.
        self.ids = {}
        policies = {name: (whose, given) for name, (whose, given, _, _) in LIMITS.items()}
        policies |= {f"debt {name}": (whose, given) for name, (whose, given, _) in DEBTS.items()}
        for number in range(len(ROUTES)):
            policies[f"rpm {number}"] = ("user", {"limits": {"rpm": 1}})
            policies[f"otpm {number}"] = ("user", {"limits": {"otpm": 9}})
        policies["free"], policies["guesser"] = ("user", {}), ("user", {"limits": {"rpm": 3}})
        self.numbers = {name: number for number, name in enumerate(policies)}
        users = {name: {"name": f"u{number}"} for name, number in self.numbers.items()}
        tokens = {name: {"user": f"u{number}", "label": "t", "secret": f"token-of-u{number}"}
                  for name, number in self.numbers.items()}
        appliance.import_document({"users": list(users.values()), "tokens": list(tokens.values())})
        for name in LIMITS:
            path, body = "/v1/responses", model(input="Hello")
            self.ids[name] = appliance.request("POST", path, body, token=self.token(name)).json()["id"]
        for name, (whose, given) in policies.items():
            (tokens if whose == "token" else users)[name].update(given)
        appliance.import_document({"users": list(users.values()), "tokens": list(tokens.values())})

    def token(self, name):
        return f"token-of-u{self.numbers[name]}"

    def ask(self, name, route):
        _, method, path, body, headers, _, _ = route
        return self.appliance.request(method, path, body, headers, token=self.token(name))

    def routes(self, name):
        """All of them, and those of a stored response with one that is there."""
        return ROUTES + [(endpoint, method, path.replace("resp_1", self.ids[name]), *rest)
                         for endpoint, method, path, *rest in ROUTES if "/resp_1" in path]


@pytest.fixture(scope="module")
def court(tmp_path_factory, shared_simulator):
    shared_simulator.reset()
    with Appliance(tmp_path_factory.mktemp("court", numbered=True) / "d") as appliance:
        appliance.add_simulator(shared_simulator)
        yield Court(appliance)


def is_served(answer, endpoint):
    return answer.status == 200 or answer.status == 404 and endpoint in STORED


def parted(routes, what, whose):
    """Those that the limit counts, and the others."""
    counted = [route for route in routes if counts(what, whose, route[0], route[-1])]
    return counted, [route for route in routes if route not in counted]


@pytest.mark.parametrize("name", LIMITS)
def test_every_route_meets_every_limit(court, shared_simulator, name):
    whose, _, what, status = LIMITS[name]
    refused, served = parted(court.routes(name), what, whose)
    shared_simulator.reset()
    wrong = []
    for route in refused:
        answer = court.ask(name, route)
        if not is_refused(answer, status, route[5]):
            wrong.append(f"not refused: {route[1]} {route[2]}: {answer}")
    assert refused and not wrong, "\n".join(wrong)
    assert shared_simulator.counters() == {} and shared_simulator.requests() == []
    for route in served:
        answer = court.ask(name, route)
        if not is_served(answer, route[0]):
            wrong.append(f"refused: {route[1]} {route[2]}: {answer}")
    assert not wrong, "\n".join(wrong)


def test_the_rule_says_whose_answers_have_output_tokens(court):
    answers = [court.ask("free", route) for route in ROUTES]

    def look():
        rows = {row["request_id"]: row for row in court.appliance.rows(len(ROUTES))}
        found = [rows.get(answer.headers["x-request-id"]) for answer in answers]
        return found if all(found) else None

    for route, answer, row in zip(ROUTES, answers, eventually(look), strict=True):
        assert is_served(answer, route[0]), (route, answer)
        has_output = row["usage"]["output_tokens"] > 0
        assert has_output == counts("output", "user", route[0], route[-1]), (route, row["usage"])


@pytest.mark.parametrize("number", range(len(ROUTES)), ids=lambda number: " ".join(ROUTES[number][1:3]))
def test_every_route_is_counted(court, shared_simulator, number):
    name, (endpoint, *_, dialect, has_model) = f"rpm {number}", ROUTES[number]
    answer = court.ask(name, ROUTES[number])
    assert is_served(answer, endpoint), answer
    shared_simulator.reset()
    refused = court.ask(name, ROUTES[number])
    assert refused.status == 429, refused
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert shared_simulator.counters() == {}
    if dialect == "anthropic":
        assert answer.headers["anthropic-ratelimit-requests-limit"] == "1"
        reset = datetime.datetime.fromisoformat(refused.headers["anthropic-ratelimit-requests-reset"])
        assert reset > datetime.datetime.now(datetime.timezone.utc)
    else:
        assert answer.headers["x-ratelimit-remaining-requests"] == "0"
        assert refused.headers["x-ratelimit-limit-requests"] == "1"
    # Its answer has 9 output tokens or more: the next waits, unless it has none.
    name = f"otpm {number}"
    answer = court.ask(name, ROUTES[number])
    assert is_served(answer, endpoint), answer
    again = court.ask(name, ROUTES[number])
    if counts("output", "user", endpoint, has_model):
        assert again.status == 429 and 1 <= int(again.headers["retry-after"]) <= 60, again
    else:
        assert is_served(again, endpoint), again


@pytest.mark.parametrize("name", DEBTS)
def test_a_debt_keeps_out_only_what_adds_to_it(court, shared_simulator, name):
    whose, _, what = DEBTS[name]
    counted, others = parted(ROUTES, what, whose)
    body = {"model": "sim-small;chunks=1500", "messages": [USER]}
    path, token = "/v1/chat/completions", court.token(f"debt {name}")
    assert court.appliance.request("POST", path, body, token=token).status == 200
    shared_simulator.reset()
    wrong = []
    for route in counted:
        answer = court.ask(f"debt {name}", route)
        if answer.status != 429 or not answer.headers["retry-after"]:
            wrong.append(f"not refused: {route[1]} {route[2]}: {answer}")
    assert counted and not wrong, "\n".join(wrong)
    assert shared_simulator.counters() == {}
    for route in others:
        answer = court.ask(f"debt {name}", route)
        if not is_served(answer, route[0]):
            wrong.append(f"refused: {route[1]} {route[2]}: {answer}")
    assert not wrong, "\n".join(wrong)


def test_ids_cannot_be_tried_without_end(court, shared_simulator):
    shared_simulator.reset()
    route = ("responses/{id}", "GET", "/v1/responses/resp_unknown", None, {}, "openai", False)
    assert [court.ask("guesser", route).status for _ in range(4)] == [404, 404, 404, 429]
    assert shared_simulator.counters() == {}


def test_a_token_is_limited_beside_its_user(gateway, simulator):
    gateway.cli("user", "set", "ada", "--limits", "rpm=100")
    token = gateway.cli("token", "add", "ada", "--label", "narrow", "--limits", "rpm=2").strip()
    statuses = [gateway.request("POST", "/v1/chat/completions", model(messages=[USER]), token=token).status
                for _ in range(4)]
    assert statuses == [200, 200, 429, 429]
    answer = gateway.chat()
    assert answer.headers["x-ratelimit-remaining-requests"] == "97"


def test_limits_of_a_day_survive_a_restart(gateway, simulator):
    gateway.import_document({"users": [{
        "name": "ada", "limits": {"rpd": 5, "tpd": 10_000},
        "model_limits": [{"model": "sim-l*", "rpd": 1}]}]})
    assert gateway.chat(model="sim-large").status == 200
    before = gateway.chat()
    assert before.status == 200
    assert gateway.chat(model="sim-large").status == 429
    gateway.rows(3)
    gateway.stop()
    with Appliance(gateway.data) as again:
        again.tokens = gateway.tokens
        answer = again.chat()
        assert answer.headers["x-ratelimit-remaining-requests"] == "2"
        used = 10_000 - int(before.headers["x-ratelimit-remaining-tokens"])
        assert int(answer.headers["x-ratelimit-remaining-tokens"]) < 10_000 - used
        assert again.chat(model="sim-large").status == 429
        statuses = [again.chat().status for _ in range(4)]
        assert statuses == [200, 200, 429, 429]


# Budgets


def budget(gateway):
    return gateway.json("budget", "show", "ada")[0]


def storm(gateway, count, body):
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        jobs = [pool.submit(gateway.request, "POST", "/v1/chat/completions", body) for _ in range(count)]
        return [job.result() for job in jobs]


PRICE = {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}
SLOW = "sim-small;delay=20"


@pytest.mark.parametrize("cap", [16, None])
def test_a_storm_spends_at_most_the_budget(gateway, simulator, cap):
    # A request costs 5 tokens in and at most 16 out: the budget is for 100.
    gateway.import_document({
        "users": [{"name": "ada", "budgets": [{"usd": 0.0037, "period": "total"}]}],
        "prices": {SLOW: PRICE}})
    body = {"model": SLOW, "messages": [USER]} | ({"max_tokens": cap} if cap else {})
    answers = storm(gateway, 1000, body)
    served = [answer for answer in answers if answer.status == 200]
    refused = [answer for answer in answers if answer.status != 200]
    assert {answer.status for answer in refused} == {402}
    assert all("left" in answer.json()["error"]["message"] for answer in refused)
    assert 10 <= len(served) <= 100 if cap else len(served) >= 10
    if cap is None:
        assert all(int(answer.headers["x-appliance-output-cap"]) >= 16 for answer in served)
    state = budget(gateway)
    rows = gateway.rows(1000)
    spent = sum(float(row["cost_usd"]) for row in rows if row["status"] == 200)
    assert 0 < spent <= 0.0037
    assert state["spent_usd"] == pytest.approx(spent)
    assert state["reserved_usd"] == 0
    assert state["left_usd"] == pytest.approx(0.0037 - spent)
    flagged = [row for row in rows if "output_cap_lowered" in row["anomalies"]]
    assert len(flagged) == (len(served) if cap is None else len(flagged))
    assert sum(simulator.counters()[key]["requests"] for key in simulator.counters()) == len(served)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_spend_survives(gateway, simulator, how):
    gateway.cli("user", "set", "ada", "--budget", "1/month,timezone=Europe/Berlin", "--budget", "5/total")
    for _ in range(20):
        assert gateway.chat(max_tokens=16).status == 200
    gateway.rows(20)
    before = gateway.json("budget", "show", "ada")
    assert [entry["period"] for entry in before] == ["month", "total"]
    assert before[0]["spent_usd"] == before[1]["spent_usd"] == pytest.approx(20 * 37e-6)
    assert before[1]["resets_at"] is None and before[0]["resets_at"].endswith("Z")
    gateway.stop(how)
    with Appliance(gateway.data) as again:
        after = again.json("budget", "show", "ada")
        assert after == before
    done = gateway.run("budget", "show", "ada", "--json")
    assert json.loads(done.stdout) == before


def test_a_budget_counts_what_was_spent_before_it(gateway):
    for _ in range(3):
        gateway.chat(max_tokens=16)
    gateway.cli("user", "set", "ada", "--budget", "0.001/day")
    assert budget(gateway)["spent_usd"] == pytest.approx(3 * 37e-6)


def test_shares_are_told_and_raises_help(gateway, simulator):
    gateway.cli("user", "set", "ada", "--budget", "0.00057/day")
    assert [gateway.chat(max_tokens=16).status for _ in range(9)] == [200] * 9
    # A request that is too large for the other half does not use it up.
    assert gateway.chat("Hello " * 100, max_tokens=16).status == 402
    statuses = [gateway.chat(max_tokens=16).status for _ in range(11)]
    assert statuses[0] == 200 and statuses[-1] == 402
    # There is still enough for the shortest of all requests, and then for none.
    path, shortest = "/v1beta/models/sim-small:generateContent", {"contents": [{"parts": [{"text": "a"}]}]}
    assert gateway.request("POST", path, shortest).status == 200
    refused = gateway.chat(max_tokens=16).json()["error"]
    assert refused["type"] == refused["code"] == "insufficient_quota"
    assert "$0.00057 a day" in refused["message"] and "resets at" in refused["message"]

    def told():
        lines = [line for line in gateway.log if "event=budget.reached" in line]
        return [int(line.split("percent=")[1].split()[0]) for line in lines]

    eventually(lambda: len(told()) == 3, what="three warnings")
    assert told() == [50, 80, 100]
    gateway.cli("budget", "raise", "ada", "--usd", "1", "--until", "1h")
    assert gateway.chat(max_tokens=16).status == 200
    assert budget(gateway)["raised_usd"] == 1
    done = gateway.run("user", "set", "ada", "--budget", "1/day,timezone=Mars/Olympus")
    assert done.returncode == 1 and "time zone 'Mars/Olympus'" in done.stderr
    done = gateway.run("user", "set", "ada", "--budget", "1/hour,timezone=+05:37")
    assert done.returncode == 1 and "whole quarter hours" in done.stderr


def test_a_strict_budget_refuses_what_has_no_bound(gateway, simulator):
    image = {"type": "image_url", "image_url": {"url": "https://example.invalid/a.png"}}
    body = model(messages=[{"role": "user", "content": [image]}], max_tokens=16)
    gateway.cli("user", "set", "ada", "--budget", "1/day,strict")
    refused = gateway.request("POST", "/v1/chat/completions", body)
    assert refused.status == 402 and refused.json()["error"]["code"] == "cost_not_bounded"
    assert simulator.counters() == {}
    gateway.cli("user", "set", "ada", "--budget", "1/day")
    assert gateway.request("POST", "/v1/chat/completions", body).status == 200
    assert "cost_not_bounded" in gateway.row()["anomalies"]


@pytest.mark.parametrize("path, more", [
    ("/v1/completions", {"prompt": ["x"] * 500, "max_tokens": 100}),
    ("/v1/completions", {"prompt": "x", "n": "500", "max_tokens": 100}),
    ("/v1/chat/completions", {"messages": [USER], "n": 500.5, "max_tokens": 100}),
])
def test_each_answer_is_bounded(gateway, simulator, path, more):
    # 500 answers of at least 16 tokens at $0.000002 each.
    gateway.cli("user", "set", "ada", "--budget", "0.01/day,strict")
    refused = gateway.request("POST", path, model(**more))
    assert refused.status == 402 and refused.json()["error"]["code"] == "insufficient_quota"
    assert simulator.counters() == {}


def test_a_cap_of_another_endpoint_is_none(gateway):
    gateway.cli("user", "set", "ada", "--budget", "0.01/day,strict")
    answer = gateway.request(
        "POST", "/v1/chat/completions", model(messages=[USER], max_output_tokens=1))
    # It is answered with a cap of its own, or refused for having none.
    assert answer.status == 402 or "x-appliance-output-cap" in answer.headers


def test_half_a_price_is_none(gateway, simulator):
    gateway.import_document({"prices": {"sim-half": {"input_cost_per_token": 1e-06}}})

    def ask(unpriced, budget):
        gateway.cli("setting", "set", "unpriced", unpriced)
        gateway.cli("user", "set", "ada", "--budget", budget)
        body = {"model": "sim-half", "messages": [USER], "max_tokens": 16}
        return gateway.request("POST", "/v1/chat/completions", body)

    for unpriced, mode, code in [
        ("allow", "1/day,strict", "cost_not_bounded"),
        ("refuse", "1/day", "model_not_priced"),
        ("refuse", "1/day,strict", "model_not_priced"),
    ]:
        refused = ask(unpriced, mode)
        assert refused.status == 402 and refused.json()["error"]["code"] == code
    assert simulator.counters() == {}
    assert ask("allow", "1/day").status == 200
    row = gateway.rows(4)[0]
    assert row["cost_usd"] is None and "cost_not_bounded" in row["anomalies"]
    for number, mode in enumerate(["1/day", "1/day,strict"]):
        assert ask("free", mode).status == 200
        row = gateway.rows(5 + number)[0]
        assert float(row["cost_usd"]) == 0 and row["anomalies"] == []


def test_the_length_of_an_answer_alone_is_no_anomaly(gateway, simulator):
    assert gateway.chat().status == 200 and gateway.row()["anomalies"] == []
    gateway.cli("user", "set", "ada", "--budget", "1/day")
    assert gateway.chat().status == 200 and gateway.row()["anomalies"] == []
    gateway.cli("user", "set", "ada", "--budget", "1/day,strict")
    assert gateway.chat().status == 402
    assert gateway.chat(max_tokens=16).status == 200


CAPS = {
    "/v1/chat/completions": (model(messages=[USER]), ["max_tokens"]),
    "/v1/completions": (model(prompt="Hello"), ["max_tokens"]),
    "/v1/responses": (model(input="Hello"), ["max_output_tokens"]),
    "/v1/messages": (model(messages=[USER], max_tokens=4000), ["max_tokens"]),
    "/v1beta/models/sim-small:generateContent": (GEMINI, ["generationConfig", "maxOutputTokens"]),
}


@pytest.mark.parametrize("path", CAPS)
def test_a_cap_is_lowered_in_each_dialect(gateway, simulator, path):
    body, where = CAPS[path]
    gateway.cli("user", "set", "ada", "--budget", "0.002/day")
    answer = gateway.request("POST", path, body)
    assert answer.status == 200
    cap = int(answer.headers["x-appliance-output-cap"])
    sent = simulator.requests()[-1]
    value = json.loads(sent["body"]) if isinstance(sent["body"], str) else sent["body"]
    for name in where:
        value = value[name]
    assert value == cap and 16 <= cap < 1000


# Explaining


def explain(gateway, *options):
    return gateway.json("explain", "--user", "ada", "--model", "sim-small", *options)


def test_explain_says_what_is_then_taken(gateway, simulator):
    gateway.import_document({
        "users": [{"name": "ada", "limits": {"rpm": 3, "concurrent": 2}, "budgets": [{"usd": 1, "period": "day"}],
                   "model_limits": [{"model": "sim-*", "tpd": 100000}, {"model": "other", "rpm": 0}]}],
        "tokens": [{"user": "ada", "label": "default", "limits": {"rpd": 50}}]})
    simulator.reset()
    before = explain(gateway, "--token", "default", "--max-tokens", "50")
    assert before["allowed"] and before["rule"] is None
    assert [(limit["token"], limit["limit"], limit["model"]) for limit in before["limits"]] == [
        (None, "rpm", None), (None, "concurrent", None), (None, "tpd", "sim-*"), ("default", "rpd", None)]
    assert [limit["takes"] for limit in before["limits"]] == [1, 1, 1050, 1]
    assert {limit["used"] for limit in before["limits"]} == {0}
    budget = before["budgets"][0]
    # 4000 bytes at a millionth, 50 tokens at two.
    assert budget["takes_usd"] == 0.0041 and budget["left_after_usd"] == 0.9959 and budget["spent_usd"] == 0
    assert {"phase": "admit", "rule": "allowed by the limits and budgets of user and token"} in before["decisions"]
    for _ in range(5):
        assert explain(gateway, "--token", "default", "--max-tokens", "50")["limits"] == before["limits"]
    assert simulator.counters() == {}, "explaining sends nothing"

    for _ in range(3):
        assert gateway.chat().status == 200
    after = explain(gateway, "--token", "default")
    assert (after["allowed"], after["status"], after["rule"]) == (
        False, 429, "user 'ada' limits: 3 requests a minute")
    used = {(limit["token"], limit["limit"]): limit for limit in after["limits"]}
    assert used[None, "rpm"]["used"] == 3 and used[None, "rpm"]["refuses"] and used[None, "rpm"]["left_after"] is None
    assert used[None, "rpm"]["resets_at"] > datetime.datetime.now(datetime.timezone.utc).isoformat()[:19]
    assert used["default", "rpd"]["used"] == 3 and used[None, "concurrent"]["used"] == 0
    spent = sum(row["usage"]["input_tokens"] + row["usage"]["output_tokens"] for row in gateway.rows(3))
    assert used[None, "tpd"]["used"] == spent
    assert 0 < after["budgets"][0]["spent_usd"] < 0.01
    assert gateway.chat().status == 429, "what it says is what happens"
    assert len(after["keys"]) == 1, "the keys are told all the same"

    gateway.cli("user", "set", "ada", "--clear", "limits")
    gateway.cli("user", "set", "ada", "--budget", "0/total")
    spent = explain(gateway)
    assert (spent["status"], spent["rule"]) == (402, "user 'ada' budgets: $0 in all")
    assert spent["budgets"][0]["refuses"] and spent["budgets"][0]["resets_at"] is None
    own = explain(gateway, "--own-key")
    assert own["allowed"] and own["keys"] == [
        {"provider": "sim-openai", "model": "sim-small", "key": None, "level": None, "own": True, "owner": None}]
    said = gateway.cli("explain", "--user", "ada", "--model", "sim-small")
    assert said.startswith("Refused with 402 insufficient_quota") and "refuses" in said


def test_receipts_show_limits_and_budgets_before_and_after(gateway):
    gateway.import_document({"users": [{
        "name": "ada", "limits": {"rpm": 2}, "model_limits": [{"model": "sim-*", "tpd": 100000}],
        "budgets": [{"usd": 1, "period": "month", "timezone": "Europe/Berlin"}]}]})
    shown = []
    for status in (200, 200, 429):
        answer = gateway.chat(max_tokens=16)
        assert answer.status == status
        row = gateway.row(answer.headers["x-request-id"])
        shown.append(gateway.json("request", "show", row["request_id"]))
    first, second, refused = shown
    limits = [(limit["limit"], limit["model"], limit["used_before"], limit["takes"], limit["used_after"])
              for limit in second["limits"]]
    spent = first["usage"]["total_tokens"]
    assert limits[0] == ("rpm", None, 1, 1, 2)
    assert limits[1][:3] == ("tpd", "sim-*", spent) and limits[1][4] == 2 * spent
    budget = second["budgets"][0]
    assert (budget["usd"], budget["period"], budget["timezone"], budget["reserved_before_usd"]) == (
        1, "month", "Europe/Berlin", 0)
    assert budget["spent_before_usd"] == pytest.approx(37e-6)
    assert budget["spent_after_usd"] == pytest.approx(74e-6)
    assert budget["takes_usd"] >= 37e-6
    assert [limit["used_after"] for limit in refused["limits"]] == [2, 2 * spent]
    assert refused["budgets"][0]["spent_after_usd"] == pytest.approx(74e-6)
    said = gateway.cli("request", "show", refused["request_id"])
    assert "user 'ada' limits: 2 requests a minute" in said and "SPENT BEFORE" in said


def test_an_answer_that_states_no_usage_is_not_free(appliance):
    """Its cost is unknown, and its budget counts what the estimate of it would cost."""
    text = "All of this was said, and nobody has counted it. " * 40

    def script(call):
        call.answer({"id": "c", "object": "chat.completion", "model": "m", "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]})

    with Scripted(script) as provider:
        appliance.import_document({
            "providers": [{"name": "p", "dialect": "openai", "base_url": provider.url + "/v1"}],
            "keys": [{"provider": "p", "label": "k", "secret": "s"}],
            "users": [{"name": "ada", "budgets": [{"usd": 1, "period": "total"}]}],
            "prices": {"m": {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-4, "max_output_tokens": 1000}},
        })
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        assert appliance.chat(model="m").status == 200
        row = appliance.row()
        assert (row["usage_source"], row["cost_usd"]) == ("estimated", None)
        assert "estimate_charged" in row["anomalies"]
        spent = Decimal(str(appliance.json("budget", "show", "ada")[0]["spent_usd"]))
        usage = row["usage"]
        expected = Decimal(usage["input_tokens"]) / 10**6 + Decimal(usage["output_tokens"]) / 10**4
        assert usage["output_tokens"] > 300 and spent == expected
