"""Measures the appliance against nginx's proxy_pass in one run: rounds interleaved, medians compared.

The proxy under test has core 0 for itself; the load generator and the provider share core 1.
CPU time is the proxy process's own, user and system, as the kernel accounts it.
"""

import argparse
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT.parent / "shared/tools/bench"
PROXY_CORE, LOAD_CORE = "0", "1"

# What is measured, and what the appliance may take of nginx's figure (or absolutely, in kB).
GOALS = {"request": 2.0, "chunk": 1.5, "memory": None}
MEMORY_GOAL_KB = 24.0
STREAMS = 1000
# What 10,000 users, 100 limits and 1,000 keys may add: to the CPU of a request, and to memory.
CROWD_RATIO_MAX = 1.05
CROWD_MEMORY_MB_MAX = 40.0
# Pairs of processes in a round, and short runs of each in turn: both see the same weather then.
CROWD_PAIRS = 6
CROWD_RUNS = 6
CROWD_SECONDS = 0.4
# Of the user with a limit, which is never reached.
LIMITED_TOKEN = "limited-token"


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
        self.children = []

    def close(self):
        self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Processes

    def end(self, first=0):
        """Ends the processes that were started since there were that many."""
        for child in reversed(self.children[first:]):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self.children[first:]:
            try:
                child.wait(15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        del self.children[first:]

    def start(self, name, core, *command, environment=None):
        with open(self.folder / f"{name}.log", "wb") as log:
            child = subprocess.Popen(
                ["taskset", "--cpu-list", core, *map(str, command)],
                stdout=log,
                stderr=log,
                env=environment,
            )
        self.children.append(child)
        return child

    def compile_tools(self):
        for name in ("mock_upstream", "stream_load"):
            source = TOOLS / f"{name}.c"
            command = ["cc", "-O2", "-w", source, "-o", self.folder / name, "-lpthread", "-lm"]
            subprocess.run(command, check=True)

    def start_provider(self):
        """The fake provider, plain and behind TLS that nginx ends."""
        self.plain, self.secure = free_port(), free_port()
        self.start("provider", LOAD_CORE, self.folder / "mock_upstream", "--port", self.plain)
        self.make_certificates()
        self.start_nginx("provider-tls", LOAD_CORE, f"""
            server {{
              listen 127.0.0.1:{self.secure} ssl backlog=4096;
              ssl_certificate {self.folder}/server.pem;
              ssl_certificate_key {self.folder}/server.key;
              keepalive_requests 100000000;
              location / {{ proxy_pass http://provider; proxy_buffering off; }}
            }}""")
        wait_for(self.plain), wait_for(self.secure)

    def make_certificates(self):
        def openssl(*arguments):
            subprocess.run(
                ["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=Bench CA", "-keyout", "ca.key", "-out", "ca.pem")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout",
                "server.key", "-out", "server.csr")
        (self.folder / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem")

    def start_nginx(self, name, core, servers):
        """One nginx with one worker; the upstreams `provider` and `provider_tls` keep connections.

        It accepts all who wait, not one a turn: where streams fill each turn, that is some thirty a
        second, and of a thousand that come within two seconds hundreds wait past the appliance's
        `connect_timeout`, or, before nginx as the proxy, never become streams at all.
        """
        work = self.folder / name
        work.mkdir()
        (work / "nginx.conf").write_text(f"""
            daemon off;
            worker_processes 1;
            pid {work}/pid;
            error_log {work}/error.log;
            worker_rlimit_nofile {resource.getrlimit(resource.RLIMIT_NOFILE)[1]};
            events {{ worker_connections 16384; multi_accept on; }}
            http {{
              access_log off;
              client_body_temp_path {work}/body; proxy_temp_path {work}/proxy;
              fastcgi_temp_path {work}/fastcgi; uwsgi_temp_path {work}/uwsgi;
              scgi_temp_path {work}/scgi;
              keepalive_requests 100000000;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              upstream provider {{
                server 127.0.0.1:{self.plain}; keepalive 2048; keepalive_requests 100000000;
              }}
              upstream provider_tls {{
                server 127.0.0.1:{self.secure}; keepalive 2048; keepalive_requests 100000000;
              }}
              {servers}
            }}""")
        command = [shutil.which("nginx") or "/usr/sbin/nginx", "-p", work, "-c", work / "nginx.conf"]
        return self.start(name, core, *command)

    def start_proxy_nginx(self):
        """For each kind of traffic a port: whole answers are buffered, streams are not."""
        ports = {kind: free_port() for kind in ("plain", "plain-stream", "tls", "tls-stream")}
        servers = ""
        for kind, port in ports.items():
            buffering = "off" if kind.endswith("stream") else "on"
            target = "http://provider"
            if kind.startswith("tls"):
                target = "https://provider_tls"
            servers += f"""
              server {{
                listen 127.0.0.1:{port} backlog=4096;
                location / {{
                  proxy_pass {target}; proxy_buffering {buffering};
                  proxy_ssl_name localhost; proxy_ssl_server_name on; proxy_ssl_verify on;
                  proxy_ssl_trusted_certificate {self.folder}/ca.pem; proxy_ssl_session_reuse on;
                }}
              }}"""
        master = self.start_nginx("nginx", PROXY_CORE, servers)
        for port in ports.values():
            wait_for(port)
        worker = next(pid for pid in all_pids() if parent_of(pid) == master.pid)
        return Proxy("nginx", worker, ports, {"plain": "mock", "tls": "mock"}, "any")

    def start_appliance(self, name="appliance", crowd=False):
        data, port = self.folder / name, free_port()
        binary = str(ROOT / "dist/appliance")
        child = self.start(
            name, PROXY_CORE, binary, "serve", "--data", data, "--workers", "1",
            "--listen", f"127.0.0.1:{port}", "--upstream-ca-file", self.folder / "ca.pem")
        wait_for(port)
        document = {
            "providers": [
                {"name": "plain", "dialect": "openai", "base_url": f"http://127.0.0.1:{self.plain}/v1"},
                {"name": "tls", "dialect": "openai", "base_url": f"https://localhost:{self.secure}/v1",
                 "allow_private": True},
            ],
            "keys": [{"provider": name, "label": "one", "secret": "bench-key"}
                     for name in ("plain", "tls")],
            "users": [{"name": "bench"}, {"name": "limited", "limits": {"rpm": 100_000_000}}],
            "tokens": [{"user": "bench", "label": "one", "secret": "bench-token"},
                       {"user": "limited", "label": "one", "secret": LIMITED_TOKEN}],
            "prices": {"mock": {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}},
        }
        if crowd:
            add_crowd(document)
        subprocess.run(
            [binary, "import", "-", "--data", data], input=json.dumps(document), text=True,
            check=True, stdout=subprocess.DEVNULL)
        ports = dict.fromkeys(("plain", "plain-stream", "tls", "tls-stream"), port)
        models = {"plain": "plain/mock", "tls": "tls/mock"}
        return Proxy(name, child.pid, ports, models, "bench-token")

    # Measurements

    def load(self, proxy, way, body, *options):
        kind = way + ("-stream" if body.get("stream") else "")
        file = self.folder / "body.json"
        file.write_text(json.dumps(body | {"model": proxy.models[way] + body["model"]}))
        command = [
            "taskset", "--cpu-list", LOAD_CORE, self.folder / "stream_load", "--json", "-b", file,
            "--pids", str(proxy.pid), "-H", f"Authorization: Bearer {proxy.token}",
            *options, f"http://127.0.0.1:{proxy.ports[kind]}/v1/chat/completions",
        ]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if not done.stdout.strip():
            sys.exit(f"{proxy.name}: the load generator failed: {done.stderr}")
        result = json.loads(done.stdout.strip().splitlines()[-1])
        errors = {name: count for name, count in result["errors"].items() if count}
        if errors:
            sys.exit(f"{proxy.name}, {kind}: errors {errors}\n{(self.folder / f'{proxy.name}.log').read_text()[-2000:]}")
        return result

    def request(self, proxy, way, seconds=None, warmup=1):
        body = chat("", "x" * 900)
        seconds = seconds or self.arguments.seconds
        return self.load(proxy, way, body, "-c", 32, "-d", seconds, "--warmup", warmup)["cpu_us_req"]

    def stream(self, proxy, way):
        """CPU a chunk, and memory a stream."""
        self.load(proxy, way, chat(";chunks=4;interval=1", "x", stream=True), "-c", 1, "-n", 4,
                  "-d", 1, "--warmup", 0, "--stream")
        before = resident_kb(proxy.pid)
        chunks = 20 * (self.arguments.seconds + 6)
        body = chat(f";chunks={chunks};interval=50", "x" * 900, stream=True)
        result = self.load(proxy, way, body, "-c", STREAMS, "-n", STREAMS, "-d",
                           self.arguments.seconds, "--ramp", 2, "--warmup", 3, "--stream")
        return result["cpu_us_event"], (result["rss_kb"] - before) / STREAMS

    def run(self):
        self.compile_tools()
        self.start_provider()
        figures = {}

        def note(row, proxy, figure):
            figures.setdefault(row, {}).setdefault(proxy.name, []).append(figure)

        proxies = [self.start_proxy_nginx(), self.start_appliance()]
        for number in range(self.arguments.rounds):
            for way in ("plain", "tls"):
                for proxy in proxies if number % 2 == 0 else reversed(proxies):
                    cpu, memory = self.stream(proxy, way)
                    note((way, "chunk"), proxy, cpu)
                    # Later rounds reuse memory that the first one took.
                    if number == 0:
                        note((way, "memory"), proxy, memory)
                    note((way, "request"), proxy, self.request(proxy, way))
            print(f"round {number + 1} of {self.arguments.rounds} done", file=sys.stderr)
        is_met = report(figures)
        return self.crowd() and is_met

    def crowd(self):
        """The same request with one user and key, and among many: pairs of processes, runs in turn.

        It is made by a user without a limit, and by one with; both are there alone, too.
        Seeds of hashes and the layout of memory differ from process to process, and with them a
        request's CPU by more than is asked about: so there are many pairs, and short runs of each,
        and the mean of the middle half of the pairs counts.
        """
        plain, limited, limit, costs, memories = [], [], [], [], []
        for number in range(self.arguments.rounds * CROWD_PAIRS):
            started = len(self.children)
            pair = [self.start_appliance(f"crowd-{number}-{name}", crowd=name == "many")
                    for name in (("few", "many"), ("many", "few"))[number % 2]]
            few, many = pair if number % 2 == 0 else pair[::-1]
            memories.append((resident_kb(many.pid) - resident_kb(few.pid)) / 1024)
            callers = [few, many, few.called_by(LIMITED_TOKEN), many.called_by(LIMITED_TOKEN)]
            for caller in callers:
                self.request(caller, "plain", CROWD_SECONDS, 0.6)
            taken = [[] for _ in callers]
            for run in range(CROWD_RUNS):
                turns = list(zip(callers, taken))
                for caller, values in turns if run % 2 == 0 else reversed(turns):
                    values.append(self.request(caller, "plain", CROWD_SECONDS, 0.1))
            cost = [statistics.median(values) for values in taken]
            plain.append(cost[1] / cost[0])
            limited.append(cost[3] / cost[2])
            limit.append(cost[2] / cost[0])
            costs.append(cost)
            self.end(started)
            # A journal takes half a gigabyte of disk.
            for proxy in pair:
                shutil.rmtree(self.folder / proxy.name)
        costs = [statistics.median(column) for column in zip(*costs)]
        memory = max(memories)
        print(f"\n10,000 users, 100 limits, 1,000 keys: {memory:+.1f} MiB (goal {CROWD_MEMORY_MB_MAX:.0f}); "
              f"µs a request, and the mean and range of the middle half of {len(memories)} pairs of processes")
        is_met = memory < CROWD_MEMORY_MB_MAX
        for title, ratios, before, after in (
                ("by a caller without a limit", plain, costs[0], costs[1]),
                ("by a caller with a limit", limited, costs[2], costs[3])):
            ratio, low, high = middle_half(ratios)
            met = ratio < CROWD_RATIO_MAX
            is_met = is_met and met
            print(f"{title:28} {before:6.2f} → {after:6.2f}  {ratio:.3f} × ({low:.3f} to {high:.3f}), "
                  f"goal {CROWD_RATIO_MAX}{'' if met else '  missed'}")
        ratio, low, high = middle_half(limit)
        print(f"{'a limit, where it is alone':28} {costs[0]:6.2f} → {costs[2]:6.2f}  {ratio:.3f} × "
              f"({low:.3f} to {high:.3f})")
        return is_met


def middle_half(values):
    """Mean, least and greatest of the values between the quartiles."""
    values = sorted(values)
    outside = len(values) // 4
    middle = values[outside:len(values) - outside]
    return statistics.mean(middle), middle[0], middle[-1]


class Proxy:
    def __init__(self, name, pid, ports, models, token):
        self.name, self.pid, self.ports, self.models, self.token = name, pid, ports, models, token

    def called_by(self, token):
        return Proxy(self.name, self.pid, self.ports, self.models, token)


def add_crowd(document):
    """Ten thousand users with a token each, a hundred of them limited, and a thousand keys in all."""
    for number in range(2, 10_000):
        user = {"name": f"user-{number}"}
        if number <= 100:
            user["limits"] = {"rpm": 1_000_000, "tpm": 1_000_000_000}
        document["users"].append(user)
        document["tokens"].append({"user": user["name"], "label": "one", "secret": f"token-{number}"})
    for number in range(1, 500):
        for name in ("plain", "tls"):
            document["keys"].append(
                {"provider": name, "label": f"key-{number}", "secret": f"bench-key-{number}"})


def chat(directives, text, **more):
    return {"model": directives, "messages": [{"role": "user", "content": text}]} | more


def report(figures):
    titles = {"request": "CPU a request, µs", "chunk": "CPU a chunk, µs", "memory": "memory a stream, kB"}
    print(f"\n{'to the provider':16} {'':22} {'nginx':>9} {'appliance':>10} {'ratio':>6}  goal")
    is_met = True
    for way in ("plain", "tls"):
        for what, title in titles.items():
            medians = {name: statistics.median(values)
                       for name, values in figures[(way, what)].items()}
            pairs = zip(figures[(way, what)]["nginx"], figures[(way, what)]["appliance"])
            ratio = statistics.median(ours / max(theirs, 1e-9) for theirs, ours in pairs)
            if what == "memory":
                goal, met = f"{MEMORY_GOAL_KB:.0f} kB", medians["appliance"] <= MEMORY_GOAL_KB
            else:
                goal, met = f"{GOALS[what]:.1f} ×", ratio <= GOALS[what]
            is_met = is_met and (met or way == "tls")
            print(f"{way:16} {title:22} {medians['nginx']:9.2f} {medians['appliance']:10.2f} "
                  f"{ratio:6.2f}  {goal}{'' if met else '  missed'}")
    return is_met


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"nothing listens on port {port}")


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def parent_of(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
        return int(text[text.rindex(")") + 2 :].split()[1])
    except (OSError, ValueError):
        return 0


def resident_kb(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds (5)")
    parser.add_argument("--seconds", type=int, default=5, help="measured seconds of a load (5)")
    parser.add_argument("--gate", action="store_true", help="exit 1 when a goal is missed")
    arguments = parser.parse_args()
    if (os.cpu_count() or 1) < 2:
        sys.exit("Two cores are needed: one for the proxy, one for the load.")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    bench = Bench(arguments)
    try:
        is_met = bench.run()
    finally:
        bench.close()
    sys.exit(1 if arguments.gate and not is_met else 0)


if __name__ == "__main__":
    main()
