"""TLS: clients that verify, a certificate that changes, files that are wrong; and sessions with a provider."""

import signal
import socket
import ssl
import subprocess
import threading

import openai
import pytest

from harness import Appliance, eventually, raw_exchange, request, run
from scripted import Scripted


class Certificate:
    def __init__(self, folder, name):
        self.authority = folder / f"{name}-ca.pem"
        self.chain = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"

    @property
    def options(self):
        return ["--tls-certificate-file", str(self.chain), "--tls-key-file", str(self.key)]


def certificate(folder, name, days=2):
    """A certificate for this name and 127.0.0.1, of an authority of its own."""
    files = Certificate(folder, name)

    def make(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    make("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", days, "-subj", f"/CN=Authority of {name}", "-keyout", folder / "ca.key", "-out",
         files.authority)
    make("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
         f"/CN={name}", "-keyout", files.key, "-out", folder / "csr")
    (folder / "names").write_text(f"subjectAltName=DNS:{name},IP:127.0.0.1\n")
    make("x509", "-req", "-in", folder / "csr", "-CA", files.authority, "-CAkey", folder / "ca.key",
         "-CAcreateserial", "-days", days, "-extfile", folder / "names", "-out", files.chain)
    return files


@pytest.fixture
def files(folder):
    return certificate(folder, "localhost")


@pytest.fixture
def secured(folder, files, simulator):
    with Appliance(folder / "data", *files.options) as appliance:
        appliance.add_simulator(simulator)
        yield appliance


def client(appliance, authority):
    trust = ssl.create_default_context(cafile=str(authority))
    return openai.OpenAI(
        api_key=appliance.token, base_url=f"{appliance.url}/v1", max_retries=0,
        http_client=openai.DefaultHttpx2Client(verify=trust))


def test_an_sdk_that_verifies(secured, files):
    assert secured.url.startswith("https://")
    with client(secured, files.authority) as sdk:
        messages = [{"role": "user", "content": "Hello"}]
        for _ in range(3):
            answer = sdk.chat.completions.create(model="sim-small", messages=messages)
            assert answer.choices[0].message.content
        stream = sdk.chat.completions.create(model="sim-small", messages=messages, stream=True)
        assert "".join(part.choices[0].delta.content or "" for part in stream if part.choices)
    assert [row["outcome"] for row in secured.rows(4)] == ["served"] * 4


def test_a_large_body_both_ways(secured, files):
    """Larger than any buffer between us: records are cut and joined on the way."""
    text = "abcdefgh" * 400_000
    trust = ssl.create_default_context(cafile=str(files.authority))
    answer = request(
        secured.url, "POST", "/v1/embeddings", {"model": "sim-small", "input": [text]},
        {"Authorization": f"Bearer {secured.token}"}, trust=trust)
    assert answer.status == 200, answer
    assert secured.rows(1)[0]["usage"]["input_tokens"] > 100_000


def test_a_client_that_knows_another_authority(secured, folder):
    (folder / "other").mkdir()
    other = certificate(folder / "other", "localhost")
    with client(secured, other.authority) as sdk, pytest.raises(openai.APIConnectionError):
        sdk.models.list()


def test_a_client_without_tls_gets_no_answer_and_harms_nobody(secured, files):
    assert b"HTTP/1.1 200" not in raw_exchange(secured.port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
    raw_exchange(secured.port, bytes(range(256)) * 64, seconds=2)
    with client(secured, files.authority) as sdk:
        assert sdk.embeddings.create(model="sim-small", input="Hello").data


def test_old_versions_of_tls_are_refused(secured, files):
    trust = ssl.create_default_context(cafile=str(files.authority))
    trust.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    trust.maximum_version = ssl.TLSVersion.TLSv1_1
    trust.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", secured.port), timeout=5) as connection:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            trust.wrap_socket(connection, server_hostname="localhost")


def serial(port):
    text = ssl.get_server_certificate(("127.0.0.1", port))
    return ssl.PEM_cert_to_DER_cert(text)


def test_a_new_certificate_is_taken_on_sighup_and_a_bad_one_is_not(secured, files, folder):
    before = serial(secured.port)
    files.chain.write_text("not a certificate")
    secured.process.send_signal(signal.SIGHUP)
    eventually(lambda: "certificates.refused" in secured.output, what="the refusal in the log")
    assert serial(secured.port) == before
    certificate(folder, "localhost")
    secured.process.send_signal(signal.SIGHUP)
    eventually(lambda: serial(secured.port) != before, what="the new certificate")


def test_files_that_are_wrong_refuse_to_start(folder, files):
    (folder / "other").mkdir()
    other = certificate(folder / "other", "localhost")
    for chain, key in [(files.chain, other.key), (folder / "none.pem", files.key), (files.key, files.key)]:
        done = run("serve", "--data", str(folder / "data"), "--listen", "127.0.0.1:0",
                   "--tls-certificate-file", str(chain), "--tls-key-file", str(key))
        assert done.returncode != 0
        assert str(chain) in done.stderr or str(key) in done.stderr, done.stderr
    done = run("serve", "--data", str(folder / "data"), "--listen", "127.0.0.1:0",
               "--tls-certificate-file", str(files.chain))
    assert done.returncode == 2 and "tls_key_file" in done.stderr, done.stderr


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_is_resumed_while_the_stream_that_brought_it_goes_on(folder, files, version):
    resumed, may_end = [], threading.Event()

    def script(call):
        resumed.append(call.connection.session_reused)
        call.begin_stream()
        call.event({"choices": [{"index": 0, "delta": {"content": "Hello"}}]})
        may_end.wait(20)
        call.event("[DONE]")
        call.end_stream()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.chain, files.key)
    context.minimum_version = context.maximum_version = version
    appliance = Appliance(folder / "data", "--upstream-ca-file", str(files.authority), "--workers", "1")
    with Scripted(script, context) as provider, appliance:
        appliance.import_document({
            "providers": [{"name": "far", "dialect": "openai", "base_url": f"{provider.url}/v1",
                           "allow_private": True}],
            "keys": [{"provider": "far", "label": "one", "secret": "far-key"}],
            "users": [{"name": "ada"}],
            "tokens": [{"user": "ada", "label": "one", "secret": "ada-token"}],
        })
        sdk = openai.OpenAI(api_key="ada-token", base_url=f"{appliance.url}/v1", max_retries=0)
        messages = [{"role": "user", "content": "Hello"}]
        try:
            with sdk:
                streams = []
                for _ in range(3):
                    stream = sdk.chat.completions.create(model="far/m", messages=messages, stream=True)
                    assert next(iter(stream)).choices[0].delta.content == "Hello"
                    streams.append(stream)
                assert resumed == [False, True, True]
                may_end.set()
                for stream in streams:
                    list(stream)
        finally:
            may_end.set()
