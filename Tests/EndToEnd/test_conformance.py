"""The raw HTTP/1.1 cases of ../shared against a running appliance: each with the best outcome."""

import re
import subprocess
import sys

import pytest

from harness import Appliance, shared_folder
from test_tls import certificate

pytestmark = pytest.mark.skipif(shared_folder() is None, reason="../shared is not here")


def play(appliance, *options):
    """The cases' outcomes; a body is read to its end where a route with a token takes it."""
    folder = shared_folder() / "conformance"
    command = [sys.executable, folder / "run_http1.py", f"127.0.0.1:{appliance.port}",
               folder / "http1_cases.json", "--path", "/healthz", "--pid",
               str(appliance.process.pid), "--jobs", "8", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    total = re.search(r"^total +(\d+) +(\d+) +(\d+)", done.stdout, re.M)
    passed, weak, failed = map(int, total.groups())
    assert passed > 0 and failed == 0
    return weak, done.stdout


def read_bodies(appliance, simulator):
    appliance.add_simulator(simulator)
    return ["--post-path", "/passthrough/sim-openai/nope", "--auth", f"Bearer {appliance.token}"]


def test_every_outcome_is_the_best(appliance, simulator):
    weak, report = play(appliance, *read_bodies(appliance, simulator))
    assert weak == 0, report


def test_every_outcome_is_the_best_over_tls(folder, simulator):
    files = certificate(folder, "localhost")
    with Appliance(folder / "data", *files.options) as appliance:
        weak, report = play(appliance, "--tls", *read_bodies(appliance, simulator))
        assert weak == 0, report


def test_no_outcome_is_wrong_for_a_stranger(appliance):
    """Without a token a body is not read, so that what is wrong in it is not what is answered."""
    play(appliance, "--post-path", "/v1/chat/completions")


def test_silence_ends_a_connection(folder, simulator):
    times = ["--client-header-seconds", "2", "--keep-alive-idle-seconds", "2"]
    with Appliance(folder / "data", *times) as appliance:
        weak, report = play(
            appliance, "--category", "timeout", "--slow", "--header-timeout", "4",
            *read_bodies(appliance, simulator))
        assert weak == 0, report
