"""The processes that the end-to-end tests drive, and the ways to look into them."""

import collections
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("APPLIANCE_BINARY", str(ROOT / ".build/debug/appliance"))
DIALECTS = ("openai", "anthropic", "gemini")
# Title -> row -> column -> [that agree, all]: printed at the end of a run.
TABLES = collections.defaultdict(lambda: collections.defaultdict(dict))


def shared_folder():
    path = pathlib.Path(os.environ.get("APPLIANCE_SHARED", ROOT.parent / "shared"))
    return path if (path / "corpus").is_dir() else None


def eventually(check, seconds=10.0, what="it"):
    """What `check` returns, once that is true."""
    end = time.monotonic() + seconds
    while True:
        result = check()
        if result:
            return result
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.01)


class Child:
    """A process of ours that says on standard output where it listens."""

    def __init__(self, command, environment=None):
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.lines = []
        self.log = []
        self.readers = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in ((self.process.stdout, self.lines), (self.process.stderr, self.log))
        ]
        for reader in self.readers:
            reader.start()
        self.url = self._ready()

    def _read(self, stream, lines):
        for line in stream:
            lines.append(line)

    def _ready(self):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for line in list(self.lines):
                found = re.search(r"https?://[^\s,]+", line)
                if found:
                    return found.group(0).rstrip("/")
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        self.stop()
        raise AssertionError(f"{self.process.args} did not get ready:\n{self.output}")

    @property
    def output(self):
        return "".join(self.lines) + "".join(self.log)

    @property
    def port(self):
        return urllib.parse.urlsplit(self.url).port

    def stop(self, how=signal.SIGTERM, seconds=20):
        """Ends the process and returns its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for reader in self.readers:
            reader.join(5)
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Simulator(Child):
    def __init__(self, *options):
        super().__init__([BINARY, "simulate", "--listen", "127.0.0.1:0", "--interval", "0", *options])

    def control(self, method, name, body=None):
        return request(self.url, method, f"/_simulator/{name}", body=body).json()

    def reset(self):
        self.control("POST", "reset")

    def fail(self, *failures):
        """Each failure is {"key", "model", "do", "times"}, all but "do" optional."""
        answer = self.control("POST", "failures", {"failures": list(failures)})
        assert "error" not in answer, answer

    def counters(self, key=None):
        keys = self.control("GET", "counters")["keys"]
        return keys if key is None else keys.get(key, {"requests": 0, "open": 0, "statuses": {}})

    def requests(self):
        return self.control("GET", "requests")["requests"]


class Replay(Child):
    def __init__(self):
        tools = shared_folder()
        command = [sys.executable, str(tools / "tools/replay_upstream.py")]
        command += ["--corpus", str(tools / "corpus"), "--port", "0"]
        super().__init__(command)

    def log_of_requests(self):
        return request(self.url, "GET", "/_log").json()

    def reset(self):
        request(self.url, "POST", "/_reset")

    @staticmethod
    def cases():
        corpus = shared_folder() / "corpus/cases"
        return [json.loads(path.read_text("utf-8")) for path in sorted(corpus.glob("*.json"))]


class Appliance(Child):
    """A running appliance and its command line."""

    def __init__(self, data, *options, environment=None, listen="127.0.0.1:0"):
        self.data = pathlib.Path(data)
        self.tokens = {}
        # Some tests read every byte of the data folder: its journal is kept small.
        command = [BINARY, "serve", "--data", str(self.data), "--listen", listen, *options]
        if "--journal-bytes" not in options:
            command += ["--journal-bytes", "16777216"]
        super().__init__(command, environment)

    # The command line

    def run(self, *arguments, input=None):
        return run(*arguments, "--data", str(self.data), input=input)

    def cli(self, *arguments, input=None):
        """What a command that must succeed prints."""
        done = self.run(*arguments, input=input)
        assert done.returncode == 0, f"{arguments}: {done.stderr}\n{self.output}"
        return done.stdout

    def json(self, *arguments, input=None):
        return json.loads(self.cli(*arguments, "--json", input=input))

    def import_document(self, document, *options):
        return self.cli("import", "-", *options, input=json.dumps(document))

    def add_simulator(self, simulator, keys=(("sim-key-1", 1),)):
        """A provider for each dialect, with these keys (secret, level) each, and the user ada."""
        urls = {"openai": f"{simulator.url}/v1", "anthropic": simulator.url, "gemini": simulator.url}
        self.import_document(
            {
                "providers": [
                    {"name": f"sim-{dialect}", "dialect": dialect, "base_url": urls[dialect]}
                    for dialect in DIALECTS
                ],
                "keys": [
                    {
                        "provider": f"sim-{dialect}",
                        "label": f"label-{secret}",
                        "secret": f"{dialect}-{secret}",
                        "level": level,
                    }
                    for dialect in DIALECTS
                    for secret, level in keys
                ],
                "users": [{"name": "ada"}],
                "prices": {
                    "sim-small": {
                        "input_cost_per_token": 1e-06,
                        "output_cost_per_token": 2e-06,
                    }
                },
            }
        )
        self.tokens["ada"] = self.cli("token", "add", "ada").strip()

    @property
    def token(self):
        return self.tokens["ada"]

    # The ledger

    def rows(self, count, *options):
        """The latest `count` rows, newest first, once there are as many."""

        def look():
            lines = self.cli("requests", "--json", "--limit", str(count), *options).splitlines()
            return [json.loads(line) for line in lines] if len(lines) >= count else None

        return eventually(look, what=f"row {count} of the ledger")

    def row(self, request_id=None):
        if request_id is None:
            return self.rows(1)[0]

        def look():
            lines = self.cli("requests", "--json", "--limit", "1000").splitlines()
            return next((row for row in map(json.loads, lines) if row["request_id"] == request_id), None)

        return eventually(look, what=f"the row of {request_id}")

    # Requests without an SDK

    def request(self, method, path, body=None, headers=None, token=None, timeout=30):
        all_headers = {"Authorization": f"Bearer {token or self.token}"} | (headers or {})
        return request(self.url, method, path, body, all_headers, timeout)

    def chat(self, text="Hello", model="sim-small", **more):
        body = {"model": model, "messages": [{"role": "user", "content": text}]} | more
        return self.request("POST", "/v1/chat/completions", body)


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


def request(url, method, path, body=None, headers=None, timeout=30, trust=None):
    """One request on a connection of its own; a dict or list goes as JSON.

    With `trust`, a TLS context, over TLS.
    """
    parts = urllib.parse.urlsplit(url)
    if trust:
        connection = http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=timeout, context=trust)
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    headers = dict(headers or {})
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def raw_exchange(port, data, seconds=10, close_early=False):
    """Sends bytes as they are and returns everything that comes back until the end or the timeout."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(data)
        if close_early:
            return b""
        received = b""
        try:
            while piece := connection.recv(65536):
                received += piece
        except (TimeoutError, ConnectionResetError):
            pass
        return received


def run(*arguments, input=None, environment=None):
    """Runs the binary to its end."""
    return subprocess.run(
        [BINARY, *arguments],
        input=input,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def events_of(body):
    """The `data:` of each server-sent event, in order."""
    text = body.decode().replace("\r\n", "\n")
    return [line[6:] for line in text.split("\n") if line.startswith("data: ")]
