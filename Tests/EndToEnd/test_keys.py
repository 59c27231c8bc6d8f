"""Keys that look after themselves: rest, quotas, validation, healing, waiting in line, many at once."""

import concurrent.futures
import json
import time

import pytest

from harness import Simulator, eventually, request


def key_of(appliance, label, provider="sim-openai"):
    keys = appliance.json("key", "list", "--provider", provider)
    return next(key for key in keys if key["label"] == label)


def asked(simulator, key):
    """Requests of clients that the simulator saw with a key; validations are not among them."""
    return [entry for entry in simulator.requests()
            if entry["key"] == key and not entry["head"].startswith("GET ")]


@pytest.fixture
def two_keys(appliance, simulator):
    appliance.add_simulator(simulator, (("key-a", 1), ("key-b", 1)))
    return appliance


# Validity


def test_a_refused_key_becomes_invalid_and_heals_without_a_clients_request(two_keys, simulator):
    simulator.fail({"key": "openai-key-a", "do": "401"})
    for _ in range(2):
        assert two_keys.chat().status == 200
    found = eventually(
        lambda: (key := key_of(two_keys, "label-key-a"))["state"] == "invalid" and key, seconds=20,
        what="the validation")
    assert found["reason"] == "the provider refuses the key"
    assert found["check"] == "invalid" and found["until"] > found["checked_at"]
    served = len(asked(simulator, "openai-key-a"))
    for _ in range(6):
        assert two_keys.chat().status == 200
    assert len(asked(simulator, "openai-key-a")) == served, "an invalid key meets no client"
    simulator.fail()
    eventually(lambda: key_of(two_keys, "label-key-a")["state"] == "ready", seconds=40,
               what="healing")
    assert len(asked(simulator, "openai-key-a")) == served, "healed by a request of ours"
    for _ in range(2):
        assert two_keys.chat().status == 200
    assert len(asked(simulator, "openai-key-a")) > served


def test_a_check_by_hand_finds_and_heals(two_keys, simulator):
    simulator.fail({"key": "openai-key-a", "do": "401"})
    done = two_keys.run("key", "check", "sim-openai", "label-key-a")
    assert done.returncode == 1 and "refuses" in done.stderr
    assert key_of(two_keys, "label-key-a")["state"] == "invalid"
    simulator.fail()
    assert "accepts" in two_keys.cli("key", "check", "sim-openai", "label-key-a")
    key = two_keys.json("key", "show", "sim-openai", "label-key-a")
    assert (key["state"], key["check"]) == ("ready", "valid")
    assert "sim-small" in key["shown_models"]


def test_an_account_without_money_rests(two_keys, simulator):
    simulator.fail({"key": "openai-key-a", "do": "quota"})
    for _ in range(6):
        assert two_keys.chat().status == 200
    assert len(asked(simulator, "openai-key-a")) == 1
    key = key_of(two_keys, "label-key-a")
    assert (key["state"], key["reason"]) == ("resting", "out of money")
    simulator.fail()
    two_keys.cli("key", "check", "sim-openai", "label-key-a")
    assert key_of(two_keys, "label-key-a")["state"] == "ready"


@pytest.mark.parametrize("dialect", ["anthropic", "gemini"])
def test_every_dialect_is_validated(two_keys, simulator, dialect):
    label = "label-key-a"
    assert "accepts" in two_keys.cli("key", "check", f"sim-{dialect}", label)
    simulator.fail({"key": f"{dialect}-key-a", "do": "401"})
    done = two_keys.run("key", "check", f"sim-{dialect}", label)
    assert done.returncode in (1, 3)
    assert done.returncode == 1 or dialect == "gemini", done.stderr


def test_healthy_keys_are_looked_at_now_and_then(two_keys, simulator):
    two_keys.cli("setting", "set", "key_check_interval", "1")
    eventually(lambda: key_of(two_keys, "label-key-a").get("check") == "valid", seconds=20)
    two_keys.cli("setting", "set", "key_check_interval", "0")


def test_a_list_of_models_decides_who_goes_first(two_keys, simulator):
    simulator.fail({"key": "openai-key-a", "do": "models=sim-large"},
                   {"key": "openai-key-b", "do": "models=sim-small+sim-large"})
    for label in ("label-key-a", "label-key-b"):
        two_keys.cli("key", "check", "sim-openai", label)
    for _ in range(4):
        assert two_keys.chat().status == 200
    assert not asked(simulator, "openai-key-a")
    for _ in range(4):
        assert two_keys.chat(model="sim-large").status == 200
    assert asked(simulator, "openai-key-a")


# Quotas


def test_a_key_that_is_used_up_is_not_tried_first(two_keys, simulator):
    simulator.fail({"key": "openai-key-a", "do": "remaining=0,reset=60"})
    for _ in range(8):
        assert two_keys.chat().status == 200
    assert len(asked(simulator, "openai-key-a")) == 1
    key = key_of(two_keys, "label-key-a")
    assert (key["state"], key["reason"]) == ("cooling", "no requests left for sim-small")
    assert key["success_rate"] == 1
    left = key["left"][0]
    assert (left["model"], left["of"], left["remaining"], left["limit"]) == ("sim-small", "requests", 0, 10000)
    assert "resets_at" in left
    printed = two_keys.cli("key", "list")
    assert "0/10000 requests (sim-small)" in printed and "100 % of 1" in printed
    # Nothing better: it serves.
    two_keys.cli("key", "set", "sim-openai", "label-key-b", "--status", "disabled")
    assert two_keys.chat().status == 200


def test_what_is_left_is_read_from_anthropic(two_keys):
    body = {"model": "sim-small", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
    for _ in range(2):
        assert two_keys.request("POST", "/v1/messages", body, {"anthropic-version": "2023-06-01"}).status == 200
    left = key_of(two_keys, "label-key-a", "sim-anthropic")["left"]
    assert left and left[0]["remaining"] == 3999 and left[0]["limit"] == 4000


# Waiting


def test_who_comes_first_is_served_first(appliance, simulator):
    appliance.add_simulator(simulator, (("only", 1),))
    simulator.fail({"do": "429,retry-after=2", "times": 1})
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = []
        for number in range(12):
            answers.append(pool.submit(appliance.chat, f"number {number:02}"))
            time.sleep(0.05)
        assert [answer.result().status for answer in answers] == [200] * 12
    order = [json.loads(entry["body"])["messages"][0]["content"] for entry in asked(simulator, "openai-only")]
    # The first one found the limit out and waits at the head of the line.
    assert order[0] == "number 00" and len(order) == 13
    ranks = [int(text.split()[1]) for text in order[1:]]
    # Batches go at once, and neighbours in a batch may overtake each other on their connections.
    assert all(abs(rank - place) <= 6 for place, rank in enumerate(ranks)), ranks
    assert ranks[0] in (0, 1)


def test_who_leaves_leaves_the_line(appliance, simulator):
    import http.client

    appliance.add_simulator(simulator, (("only", 1),))
    simulator.fail({"do": "429,retry-after=3", "times": 1})
    body = json.dumps({"model": "sim-small", "messages": [{"role": "user", "content": "x"}]})
    headers = {"Authorization": f"Bearer {appliance.token}", "Content-Type": "application/json"}
    gone = []
    for number in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", appliance.port, timeout=10)
        connection.request("POST", "/v1/chat/completions", body, headers)
        gone.append(connection)
        if number == 0:
            eventually(lambda: key_of(appliance, "label-only")["state"] == "cooling")
    time.sleep(0.3)
    for connection in gone:
        connection.close()
    assert appliance.chat("still here").status == 200
    assert len(asked(simulator, "openai-only")) == 2, "nobody asks for those who left"


# A provider that is down


def many_keys(appliance, url, count, provider="sim-openai", start=0):
    appliance.import_document(
        {
            "providers": [{"name": provider, "dialect": "openai", "base_url": f"{url}/v1"}],
            "keys": [
                {"provider": provider, "label": f"key-{number:04}", "secret": f"openai-key-{number:04}"}
                for number in range(start, start + count)
            ],
            "users": [{"name": "ada"}],
        }
    )
    if "ada" not in appliance.tokens:
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()


def test_a_provider_that_is_down_gets_a_fifth_more_at_most(appliance, simulator):
    many_keys(appliance, simulator.url, 1000)
    appliance.cli("setting", "set", "queue_wait", "0")
    simulator.fail({"do": "500"})
    count = 200
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        statuses = [answer.status for answer in pool.map(lambda _: appliance.chat(), range(count))]
    assert set(statuses) <= {502}
    requests = sum(key["requests"] for key in simulator.counters().values())
    assert requests <= count * 1.2, f"{requests} requests for {count}"


def test_another_provider_serves_while_one_is_down(appliance, simulator):
    with Simulator() as spare:
        many_keys(appliance, simulator.url, 100)
        many_keys(appliance, spare.url, 1, "spare", start=5000)
        appliance.cli("model", "add", "best", "--target", "sim-openai/sim-small", "--fallback", "spare/sim-small")
        simulator.fail({"do": "503"})
        count = 100
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            statuses = [a.status for a in pool.map(lambda _: appliance.chat(model="best"), range(count))]
        assert statuses == [200] * count
        requests = sum(key["requests"] for key in simulator.counters().values())
        assert requests <= count * 1.2, f"{requests} requests for {count}"
        assert spare.counters("openai-key-5000")["requests"] == count


def test_a_dead_address_is_not_tried_with_a_thousand_keys(appliance, simulator):
    many_keys(appliance, "http://127.0.0.1:9", 1000)
    appliance.cli("setting", "set", "queue_wait", "0")
    answer = appliance.chat()
    assert answer.status == 502
    assert appliance.row()["attempts"] == 10
    assert appliance.chat().status == 502
    keys = appliance.json("key", "list")
    assert {key["reason"] for key in keys} == {"the provider cannot be reached"}
    assert sum(key["failures"] for key in keys) <= 12


def test_a_thousand_keys_of_which_ten_are_good(appliance, simulator):
    """Dead in every way that is a key's own: refused, without money, limited for an hour."""
    many_keys(appliance, simulator.url, 1000)
    good = [f"{number:04}" for number in range(95, 1000, 100)]
    dead = {"401": [], "quota": [], "429,retry-after=3600": []}
    for number in range(1000):
        if f"{number:04}" not in good:
            list(dead.values())[number % 3].append(number)
    simulator.fail(*(
        {"key": f"openai-key-{number:04}", "do": way} for way, numbers in dead.items() for number in numbers
    ))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: appliance.chat(f"{number}"), range(100)))
    assert [answer.status for answer in answers] == [200] * 100
    served = [key for key, count in simulator.counters().items() if count["statuses"].get("200")]
    assert {key[-4:] for key in served} <= set(good)
    rows = appliance.rows(100)
    assert {row["outcome"] for row in rows} == {"served"}
    # What was learned once is not learned again: the later requests meet good keys at once.
    simulator_before = sum(count["requests"] for count in simulator.counters().values())
    for _ in range(10):
        assert appliance.chat().status == 200
    assert [row["attempts"] for row in appliance.rows(10)[:10]] == [1] * 10
    assert simulator_before < 5000
