"""What a death of the appliance, at any moment, and a disk without room may cost: nothing.

The oracles are the clients' own book and the simulated provider's counters.
APPLIANCE_KILLS says how often it is killed; scripts/torture sets it to 200.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import time

import pytest

from harness import BINARY, Appliance, eventually, free_port, request, run
from load import Load

KILLS = int(os.environ.get("APPLIANCE_KILLS", "20"))
RATE = 500
#: From the start of the process to its first answer, in the middle; the promise.
READY_SECONDS = 0.3


def rows_of(data):
    """The ledger as SQLite has it, and what its own check says."""
    with contextlib.closing(sqlite3.connect(f"file:{data}/appliance.db?mode=ro", uri=True)) as database:
        check = database.execute("PRAGMA integrity_check").fetchall()
        cursor = database.execute(
            "SELECT request_id, outcome, status, input_tokens, output_tokens, anomalies FROM request"
        )
        return [check[0][0], cursor.fetchall()]


def start(data, port, *options):
    """A started appliance, and the seconds until it said that it is ready."""
    began = time.monotonic()
    appliance = Appliance(data, *options, listen=f"127.0.0.1:{port}")
    while True:
        with contextlib.suppress(OSError):
            if request(appliance.url, "GET", "/readyz").status == 200:
                return appliance, time.monotonic() - began
        assert time.monotonic() - began < 30, appliance.output
        time.sleep(0.002)


def test_killed_at_any_moment(folder, simulator):
    data, port = folder / "data", free_port()
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    appliance, _ = start(data, port)
    appliance.add_simulator(simulator)
    token = appliance.token
    readiness = []
    began = time.monotonic()
    with Load(port, token, RATE, seed=seed) as load:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 1.5))
            appliance.stop(signal.SIGKILL)
            appliance, seconds = start(data, port)
            readiness.append(seconds)
        time.sleep(0.5)
    took = time.monotonic() - began
    assert appliance.stop() == 0, appliance.output
    book = load.book

    check, rows = rows_of(data)
    outcomes = {}
    for row in rows:
        outcomes[row[1]] = outcomes.get(row[1], 0) + 1
    readiness.sort()
    print(
        f"\nkilled {KILLS} times (seed {seed}) in {took:.0f} s: {len(book.answers)} answers came whole,"
        f" {len(book.answers) / took:.0f} a second; {book.broken} did not; rows: {outcomes}\n"
        f"ready again in ms: least {1000 * readiness[0]:.0f}, middle"
        f" {1000 * statistics.median(readiness):.0f}, 95 % {1000 * readiness[int(0.95 * KILLS)]:.0f},"
        f" most {1000 * readiness[-1]:.0f}"
    )
    assert check == "ok"
    ids = [row[0] for row in rows]
    assert len(ids) == len(set(ids)), "a request has two rows"
    assert book.twice == 0
    by_id = {row[0]: row for row in rows}
    missing = [(key, entry) for key, entry in book.answers.items() if key not in by_id]
    assert missing == [], f"seed {seed}: {len(missing)} answers without a row"
    for key, (kind, status, usage) in book.answers.items():
        _, outcome, row_status, input_tokens, output_tokens, _ = by_id[key]
        assert row_status == status, (kind, by_id[key])
        if usage is not None:
            assert (outcome, input_tokens, output_tokens) == (
                "served", usage["prompt_tokens"], usage["completion_tokens"],
            ), (kind, by_id[key])
    # The provider's book: what it carried out has a row, and what was served it carried out.
    carried = sum(entry["requests"] for entry in simulator.counters().values())
    reached = sum(outcomes.get(word, 0) for word in ("served", "crashed", "abandoned", "cut", "failed"))
    assert outcomes["served"] <= carried <= reached, (carried, outcomes)
    # A debug build starts in twice the time, and a shared machine now and then in any.
    assert statistics.median(readiness) < READY_SECONDS * (3 if "/debug/" in BINARY else 1)


def test_what_is_under_way_is_booked(folder, simulator):
    """A stream that a crash cuts has a row with an estimate, and only one, whoever looks first."""
    data, port = folder / "data", free_port()
    appliance, _ = start(data, port)
    appliance.add_simulator(simulator)
    done = appliance.chat()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = {"model": "sim-small;delay=20000", "max_tokens": 100,
            "messages": [{"role": "user", "content": "word " * 400}]}
    connection.request(
        "POST", "/v1/chat/completions", json.dumps(body),
        {"Authorization": f"Bearer {appliance.token}", "Content-Type": "application/json"})
    eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 1)
    # Stored before it ends: the ledger has taken the admission over by now.
    appliance.rows(1)
    appliance.stop(signal.SIGKILL)
    connection.close()
    # A command alone sees it first, then the next run: once.
    lines = run("requests", "--json", "--data", str(data)).stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["outcome"] for row in rows].count("crashed") == 1
    assert len(rows) == 2
    crashed = next(row for row in rows if row["outcome"] == "crashed")
    assert crashed["anomalies"][0] == "crashed"
    assert (crashed["user"], crashed["model"]) == ("ada", "sim-small;delay=20000")
    assert crashed["usage_source"] == "estimated"
    assert 400 <= crashed["usage"]["input_tokens"] <= 700
    assert crashed["usage"]["output_tokens"] == 100
    again, _ = start(data, port)
    with again:
        assert len(again.rows(2)) == 2
        served = next(row for row in again.rows(2) if row["outcome"] == "served")
        assert served["request_id"] == done.headers["x-request-id"]
        usage = again.json("usage", "--by", "user")
        assert usage["total"]["requests"] == 2


def test_what_has_no_usage_is_booked_at_what_was_set_aside(folder, simulator):
    """The row says so: what the budget has is not seen in its cost."""
    data, port = folder / "data", free_port()
    appliance, _ = start(data, port)
    appliance.add_simulator(simulator)
    model = "sim-small;delay=20000"
    appliance.import_document({"prices": {model: {"input_cost_per_token": 1e-6}}})
    appliance.cli("user", "set", "ada", "--budget", "1/total")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(
        "POST", "/v1/embeddings", json.dumps({"model": model, "input": "word " * 400}),
        {"Authorization": f"Bearer {appliance.token}", "Content-Type": "application/json"})
    eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 1)
    appliance.stop(signal.SIGKILL)
    connection.close()
    again, _ = start(data, port)
    with again:
        row = again.rows(1)[0]
        budget = again.json("budget", "show", "ada")[0]
        assert (row["outcome"], row["cost_usd"]) == ("crashed", None)
        assert row["anomalies"] == ["crashed", "estimate_charged"]
        assert float(budget["spent_usd"]) > 0 and budget["reserved_usd"] == 0


def test_another_number_of_workers_loses_nothing(folder, simulator):
    data, port = folder / "data", free_port()
    ids = []
    for workers in ("4", "1", "3"):
        appliance, _ = start(data, port, "--workers", workers, "--journal-bytes", "8388608")
        if not ids:
            appliance.add_simulator(simulator)
            token = appliance.token
        appliance.tokens["ada"] = token
        ids += [appliance.chat().headers["x-request-id"] for _ in range(8)]
        appliance.stop(signal.SIGKILL)
    lines = run("requests", "--json", "--data", str(data), "--limit", "100").stdout.splitlines()
    assert sorted(json.loads(line)["request_id"] for line in lines) == sorted(ids)


# A disk without room


@pytest.fixture
def small_disk(folder):
    """A folder on a file system of 16 MiB."""
    path = folder / "disk"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(path)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a full disk needs a small tmpfs, which may not be mounted here")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def fill(path):
    """Takes all room there is; returns the file that has it."""
    ballast = path / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while file.write(bytes(65_536)):
                pass
        with contextlib.suppress(OSError):
            while file.write(bytes(512)):
                pass
    return ballast


@pytest.mark.parametrize("dies", [False, True], ids=["goes on", "is killed"])
def test_a_full_disk(small_disk, simulator, dies):
    data, port = small_disk / "data", free_port()
    options = ("--journal-bytes", "2097152", "--workers", "1")
    appliance, _ = start(data, port, *options)
    appliance.add_simulator(simulator)
    token = appliance.token
    served = [appliance.chat().headers["x-request-id"]]
    appliance.rows(1)
    ballast = fill(small_disk)

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"model": "sim-small", "messages": [{"role": "user", "content": "Hello"}]})

    def ask(path="/v1/chat/completions", body=body):
        connection.request("POST", path, body, {
            "Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.headers["x-request-id"], json.loads(answer.read())

    # It says so, and serves on.
    statuses = []
    not_ready = None
    for _ in range(20_000):
        status, request_id, answer = ask()
        statuses.append(status)
        if status != 200:
            break
        served.append(request_id)
        # The log may have room for a few rows yet.
        if len(statuses) % 100 == 0 and not_ready is None:
            answer = request(appliance.url, "GET", "/readyz")
            not_ready = answer if answer.status == 503 else None
    print(f"\n{len(served)} requests served on a full disk")
    assert not_ready and "full" in not_ready.json()["reason"], not_ready
    assert request(appliance.url, "GET", "/healthz").status == 200
    assert len(served) > 600
    # Until the journal is full as well: a refusal in the client's own dialect.
    assert (status, answer["error"]["code"]) == (503, "overloaded"), answer
    assert "journal" in answer["error"]["message"]
    status, _, answer = ask("/v1/messages", json.dumps(
        {"model": "sim-small", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}))
    assert (status, answer["error"]["type"]) == (503, "overloaded_error")
    status, _, answer = ask("/v1beta/models/sim-small:generateContent", json.dumps(
        {"contents": [{"parts": [{"text": "Hi"}]}]}))
    assert (status, answer["error"]["status"]) == (503, "UNAVAILABLE")

    if dies:
        appliance.stop(signal.SIGKILL)
        # Without what is in the journal nobody's spend is known: it does not serve so.
        done = run("serve", "--data", str(data), "--listen", f"127.0.0.1:{port}", *options)
        assert done.returncode == 1 and "journal cannot be stored" in done.stderr, done
        assert "full" in done.stderr and "Bearer" not in done.stderr, done.stderr
        ballast.unlink()
        appliance, _ = start(data, port, *options)
        appliance.tokens["ada"] = token
    else:
        ballast.unlink()
    connection.close()
    # It catches up by itself, and nothing of what was served is lost.
    eventually(lambda: request(appliance.url, "GET", "/readyz").status == 200, seconds=20)
    served.append(appliance.chat().headers["x-request-id"])
    with appliance:
        lines = appliance.cli("requests", "--json", "--limit", "100000").splitlines()
        ledger = [json.loads(line) for line in lines]
    ids = [row["request_id"] for row in ledger]
    assert len(ids) == len(set(ids))
    assert set(served) <= set(ids)
    assert [row for row in ledger if row["request_id"] in set(served) and row["outcome"] != "served"] == []
    assert rows_of(data)[0] == "ok"
