"""A provider that answers as a test's script says, and knows when it was left; and clients that leave."""

import http.client
import json
import select
import socket
import threading
import time
import urllib.parse


class Call:
    """One request at the provider."""

    def __init__(self, connection, head, body):
        self.connection = connection
        self.head = head
        self.body = body
        self.path = head.split(" ")[1]

    def send(self, data):
        self.connection.sendall(data if isinstance(data, bytes) else data.encode())

    def answer(self, document, status=200, fields=""):
        content = document if isinstance(document, str) else json.dumps(document)
        self.send(
            f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{fields}"
            f"content-length: {len(content.encode())}\r\n\r\n{content}"
        )

    def begin_stream(self, kind="text/event-stream"):
        self.send(f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n")

    def chunk(self, data):
        data = data.encode()
        self.send(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, document, name=None):
        data = document if isinstance(document, str) else json.dumps(document)
        self.chunk((f"event: {name}\n" if name else "") + f"data: {data}\n\n")

    def end_stream(self):
        self.send(b"0\r\n\r\n")

    def wait_for_leaving(self, seconds=10.0):
        """When the other side closed, on the monotonic clock; None if it did not."""
        try:
            while select.select([self.connection], [], [], seconds)[0]:
                if not self.connection.recv(65536):
                    return time.monotonic()
        except ConnectionError:
            return time.monotonic()
        return None

    def has_left(self, within=0):
        return bool(select.select([self.connection], [], [], within)[0])


class Scripted:
    """Gives each request to `script` on a thread of its own; the connection ends when that returns False.

    With `tls`, a context with a certificate for `localhost`, over TLS.
    """

    def __init__(self, script, tls=None):
        self.script = script
        self.tls = tls
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
        self.url = f"{scheme}://{host}:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True)
        with connection:
            while request := self._read(connection):
                try:
                    if self.script(Call(connection, *request)) is False:
                        return
                except ConnectionError:
                    return

    @staticmethod
    def _read(connection):
        data = b""
        while True:
            head, end, body = data.partition(b"\r\n\r\n")
            if end:
                fields = head.lower().split(b"\r\n")
                length = next((f for f in fields if f.startswith(b"content-length:")), b":0")
                if len(body) >= int(length.split(b":")[1]):
                    return head.decode(), body
            try:
                piece = connection.recv(65536)
            except ConnectionError:
                return None
            if not piece:
                return None
            data += piece

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


# How each dialect asks for a stream, and says a text


USER = {"role": "user"}


def ask(dialect, model, text, stream=True):
    """(path, body, headers) of a request for a text."""
    if dialect == "openai":
        body = {"model": model, "messages": [USER | {"content": text}], "stream": stream}
        return "/v1/chat/completions", body, {}
    if dialect == "anthropic":
        body = {"model": model, "max_tokens": 4096, "stream": stream}
        return "/v1/messages", body | {"messages": [USER | {"content": text}]}, {
            "anthropic-version": "2023-06-01"
        }
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    model = urllib.parse.quote(model, safe="")
    return f"/v1beta/models/{model}:{method}", {"contents": [USER | {"parts": [{"text": text}]}]}, {}


def said_in(dialect, event):
    """The text that an event of a stream adds."""
    if event == "[DONE]":
        return ""
    document = json.loads(event)
    if dialect == "openai":
        return "".join(choice["delta"].get("content") or "" for choice in document.get("choices", []))
    if dialect == "anthropic":
        return document.get("delta", {}).get("text", "")
    parts = document.get("candidates", [{}])[0].get("content", {}).get("parts", [])
    return "".join(part.get("text", "") for part in parts)


class Listening:
    """A client in the middle of a stream."""

    def __init__(self, appliance, dialect, model, text, token=None):
        path, body, headers = ask(dialect, model, text)
        parts = urllib.parse.urlsplit(appliance.url)
        self.dialect = dialect
        self.said = ""
        self.answer = None
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        headers |= {"Authorization": f"Bearer {token or appliance.token}"}
        headers["Content-Type"] = "application/json"
        self.connection.request("POST", path, json.dumps(body), headers)

    @property
    def request_id(self):
        return self.answer.headers["x-request-id"]

    def hear(self, count=None):
        """Reads so many events, or all; returns how many came."""
        if self.answer is None and count != 0:
            self.answer = self.connection.getresponse()
        heard = 0
        while count is None or heard < count:
            try:
                line = self.answer.readline()
            except (http.client.HTTPException, ConnectionError):
                break
            if not line:
                break
            if line.startswith(b"data: ") and b'"error"' not in line:
                heard += 1
                self.said += said_in(self.dialect, line[6:].decode().strip())
        return heard

    def leave(self):
        """Closes the connection; returns when, on the monotonic clock."""
        moment = time.monotonic()
        if self.answer is not None:
            self.answer.close()
        self.connection.close()
        return moment
