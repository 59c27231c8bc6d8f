"""Starting, stopping, and what a person does at the command line."""

import json
import os
import signal
import threading

import pytest

from harness import Appliance, eventually, request, run


def test_an_empty_folder_is_enough(folder):
    with Appliance(folder / "data") as appliance:
        assert request(appliance.url, "GET", "/healthz").status == 200
        assert request(appliance.url, "GET", "/readyz").status == 200
        status = appliance.json("status")
        assert status["running"] is True
        assert appliance.stop() == 0
    assert appliance.process.returncode == 0


def test_a_folder_with_a_long_path(folder):
    """A Unix socket's address has 107 bytes; a folder may have more."""
    with Appliance(folder / "/".join(["long"] * 40) / "data") as appliance:
        assert appliance.json("status")["running"] is True
        assert appliance.cli("user", "add", "ada")


def test_a_second_appliance_on_the_same_data(appliance):
    done = run("serve", "--data", str(appliance.data), "--listen", "127.0.0.1:0")
    assert done.returncode == 3
    assert str(appliance.data) in done.stderr


def test_a_second_appliance_on_the_same_port(appliance, folder):
    done = run("serve", "--data", str(folder / "other"), "--listen", f"127.0.0.1:{appliance.port}")
    assert done.returncode == 3
    assert str(appliance.port) in done.stderr


def test_a_wrong_setting_names_file_and_line(folder):
    path = folder / "appliance.conf"
    path.write_text("# mine\nworkers = 2\nrequest_bytes_mx = 5\n")
    done = run("serve", "--config", str(path), "--data", str(folder / "data"))
    assert done.returncode == 2
    assert f"{path}:3: there is no setting 'request_bytes_mx'; did you mean 'request_bytes_max'?" in done.stderr
    path.write_text("workers = 100000\n")
    done = run("serve", "--config", str(path), "--data", str(folder / "data"))
    assert f"{path}:1: workers must be a whole number from 0 to 256" in done.stderr
    assert not (folder / "data").exists()


def test_a_wrong_master_key_refuses_to_start_and_writes_nothing(folder):
    with Appliance(folder / "data") as appliance:
        appliance.cli("provider", "add", "p", "--dialect", "openai", "--base-url", "http://127.0.0.1:9/v1")
        appliance.cli("key", "add", "p", "k", "--secret-stdin", input="sk-1")
    wrong = folder / "wrong.key"
    wrong.write_bytes(os.urandom(32).hex().encode() + b"\n")
    wrong.chmod(0o600)

    def contents():
        """All but the lock, which holds the number of the process that has it."""
        paths = [path for path in (folder / "data").rglob("*") if path.is_file()]
        return {path: path.read_bytes() for path in paths if path.name != "appliance.lock"}

    before = contents()
    done = run("serve", "--data", str(folder / "data"), "--master-key-file", str(wrong),
               "--listen", "127.0.0.1:0")
    assert done.returncode in (1, 2)
    assert "master key" in done.stderr.lower()
    assert contents() == before


def test_rows_outlive_a_kill(gateway, folder):
    for _ in range(5):
        assert gateway.chat().status == 200
    gateway.rows(5)
    gateway.stop(signal.SIGKILL)
    with Appliance(gateway.data) as again:
        again.tokens = gateway.tokens
        assert len(again.rows(5)) == 5
        assert again.chat().status == 200
        assert len(again.rows(6)) == 6


def test_a_request_ends_before_the_appliance_does(gateway, simulator):
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(gateway.chat(model="sim-small;delay=1000"))
    )
    thread.start()
    eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 1)
    assert gateway.stop() == 0
    thread.join()
    assert answers[0].status == 200


# The command line


def test_commands_work_alone(folder):
    data = str(folder / "data")

    def cli(*arguments, input=None):
        done = run(*arguments, "--data", data, input=input)
        assert done.returncode == 0, done.stderr
        return done.stdout

    cli("provider", "add", "p", "--dialect", "openai", "--base-url", "http://127.0.0.1:9/v1")
    cli("key", "add", "p", "k", "--secret-stdin", input="sk-1\n")
    cli("user", "add", "ada")
    token = cli("token", "add", "ada")
    assert token.startswith("sk-ap-") and token.endswith("\n") and token.count("\n") == 1
    assert [user["name"] for user in json.loads(cli("user", "list", "--json"))] == ["ada"]
    with Appliance(folder / "data") as appliance:
        answer = request(appliance.url, "GET", "/v1/models", headers={"x-api-key": token.strip()})
        assert answer.status == 200


def test_the_contract_of_requests(gateway):
    assert gateway.chat(stream=True).status == 200
    row = gateway.row()
    assert list(row) == [
        "request_id", "time", "user", "token", "dialect", "endpoint", "model", "upstream_model",
        "provider", "key", "level", "attempts", "status", "stream", "outcome", "usage",
        "usage_source", "cost_usd", "anomalies", "ttft_ms", "duration_ms",
    ]
    assert list(row["usage"])[:3] == ["input_tokens", "output_tokens", "total_tokens"]
    assert (row["user"], row["dialect"], row["endpoint"], row["stream"]) == (
        "ada", "openai", "chat/completions", True,
    )
    assert (row["provider"], row["key"], row["level"]) == ("sim-openai", "label-sim-key-1", 1)
    assert row["usage_source"] == "reported"
    usage = row["usage"]
    assert usage["input_tokens"] == 5 and usage["output_tokens"] > 0
    expected = usage["input_tokens"] * 1e-06 + usage["output_tokens"] * 2e-06
    assert float(row["cost_usd"]) == pytest.approx(expected)
    assert isinstance(row["cost_usd"], str) and isinstance(row["attempts"], int)


def test_records_are_changed_while_it_runs(gateway, simulator):
    gateway.cli("user", "set", "ada", "--status", "suspended")
    answer = gateway.chat()
    assert (answer.status, answer.json()["error"]["code"]) == (403, "user_suspended")
    gateway.cli("user", "set", "ada", "--status", "active")
    assert gateway.chat().status == 200
    gateway.cli("model", "add", "nick", "--target", "sim-openai/sim-large:2")
    assert gateway.chat(model="nick").json()["model"] == "sim-large"
    names = [entry["id"] for entry in gateway.request("GET", "/v1/models").json()["data"]]
    assert "nick" in names
    gateway.cli("model", "remove", "nick")
    label = gateway.json("token", "list")[0]["label"]
    gateway.cli("token", "remove", "ada", label)
    assert gateway.chat().status == 401


def test_what_is_not_there_is_an_error(gateway):
    for line in (["user", "remove", "x"], ["provider", "show", "x"], ["key", "remove", "x", "y"],
                 ["model", "remove", "x"], ["price", "remove", "x"], ["token", "add", "x"],
                 ["setting", "set", "x", "1"], ["user", "add", "ada"]):
        done = gateway.run(*line)
        assert done.returncode == 1, line
        assert done.stderr.startswith("appliance: ")
        assert done.stdout == ""


def test_usage_sums_up(gateway):
    for _ in range(3):
        gateway.chat()
    gateway.rows(3)
    result = gateway.json("usage", "--by", "model")
    row = result["rows"][0]
    assert (row["model"], row["requests"], row["failed"]) == ("sim-small", 3, 0)
    assert result["total"]["total_tokens"] == row["input_tokens"] + row["output_tokens"]
    assert gateway.cli("usage", "--csv").startswith("user,requests,")
