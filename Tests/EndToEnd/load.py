"""Clients that keep asking, through every death of the appliance, and keep a book of what they got.

The book is theirs alone: an answer is in it when its last byte has come, with the request id and the
usage that the answer itself states.
"""

import asyncio
import json
import random
import threading


class Book:
    def __init__(self):
        #: request id -> (kind, status, usage or None), for answers that came whole
        self.answers = {}
        self.twice = 0
        self.broken = 0


class Load:
    """So many requests a second over so many connections, until it is stopped."""

    def __init__(self, port, token, rate, connections=24, seed=0):
        self.port, self.token, self.book = port, token, Book()
        self.pause = connections / rate
        self.connections = connections
        self.random = random.Random(seed)
        self.stopped = False
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped = True
        self.thread.join(30)

    async def _run(self):
        await asyncio.gather(*(self._client(number) for number in range(self.connections)))

    async def _client(self, number):
        loop = asyncio.get_running_loop()
        due = loop.time() + self.pause * number / self.connections
        reader = writer = None
        while not self.stopped:
            await asyncio.sleep(max(0, due - loop.time()))
            # What a dead appliance did not answer is not made up for.
            due = max(due + self.pause, loop.time() - self.pause)
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                await asyncio.wait_for(self._ask(reader, writer), 20)
            except (OSError, EOFError, asyncio.TimeoutError, asyncio.IncompleteReadError):
                self.book.broken += writer is not None
                if writer is not None:
                    writer.close()
                reader = writer = None
        if writer is not None:
            writer.close()

    async def _ask(self, reader, writer):
        kind = self.random.choices(["whole", "stream", "stranger", "nonsense"], [6, 3, 1, 1])[0]
        token = "sk-nobody" if kind == "stranger" else self.token
        body = {"model": "sim-small", "messages": [{"role": "user", "content": "Hello there"}]}
        if kind == "stream":
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        content = b"{" if kind == "nonsense" else json.dumps(body).encode()
        writer.write(
            (
                "POST /v1/chat/completions HTTP/1.1\r\nhost: appliance\r\n"
                f"authorization: Bearer {token}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(content)}\r\n\r\n"
            ).encode()
            + content
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        if fields.get("transfer-encoding") == "chunked":
            answer = b""
            while size := int(await reader.readuntil(b"\r\n"), 16):
                answer += (await reader.readexactly(size + 2))[:-2]
            await reader.readexactly(2)
        else:
            answer = await reader.readexactly(int(fields["content-length"]))
        self._note(kind, int(head[0].split()[1]), fields["x-request-id"], answer)

    def _note(self, kind, status, request_id, answer):
        usage = None
        if status == 200 and kind == "whole":
            usage = json.loads(answer)["usage"]
        elif status == 200:
            events = [line[6:] for line in answer.decode().split("\n") if line.startswith("data: {")]
            stated = [json.loads(event).get("usage") for event in events]
            # A stream that was cut off says so, and is whole as such.
            usage = next((entry for entry in reversed(stated) if entry), None)
        self.book.twice += request_id in self.book.answers
        self.book.answers[request_id] = (kind, status, usage)
