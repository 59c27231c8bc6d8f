"""The raw HTTP/1.1 cases of ../shared against a running appliance: nothing smuggled is answered."""

import subprocess
import sys

import pytest

from harness import shared_folder

pytestmark = pytest.mark.skipif(shared_folder() is None, reason="../shared is not here")


def test_every_outcome_is_permitted(appliance):
    folder = shared_folder() / "conformance"
    command = [sys.executable, folder / "run_http1.py", f"127.0.0.1:{appliance.port}",
               folder / "http1_cases.json", "--path", "/healthz", "--post-path",
               "/v1/chat/completions", "--pid", str(appliance.process.pid)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
