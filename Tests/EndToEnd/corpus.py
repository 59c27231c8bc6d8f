"""Recorded answers behind the appliance: each case a provider, a key and a model name of its own."""

import base64
import copy
import decimal
import json
import re
import uuid

# How the replaying provider writes a body, every way it knows.
SPLITS = ("whole", "events", "coalesce", "random", "byte", "utf8", "line", "wire", "mixed")

# Endpoints that have a route of their own in some dialect; the others go by passthrough.
OPENAI_ENDPOINTS = {
    "chat/completions", "completions", "responses", "responses/compact", "responses/input_tokens",
    "embeddings", "moderations", "images/generations", "images/edits", "images/variations",
    "audio/speech", "audio/transcriptions", "audio/translations",
}
GEMINI_METHODS = {
    "generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents",
}
# Ids that only the account of the recording knew.
FOREIGN_IDS = ("previous_response_id", "conversation", "container", "cachedContent", "cached_content")


def dialect_of(case):
    """In which dialect the provider is set up."""
    if case["provider"] == "anthropic":
        return "anthropic"
    native = case["endpoint"].startswith("models:") or case["endpoint"] == "interactions"
    return "gemini" if native else "openai"


def has_route(case):
    """Whether one of our routes can carry the request; else it goes by passthrough."""
    endpoint = case["endpoint"]
    if endpoint.startswith("models:"):
        known = endpoint[7:] in GEMINI_METHODS
    elif case["provider"] == "anthropic":
        known = True
    else:
        known = endpoint in OPENAI_ENDPOINTS and case["provider"] != "cohere"
    return known and can_be_routed(case)


def can_be_routed(case):
    """Two of Vertex have lost their request; a file that another account has uploaded is not ours to name."""
    if "multipart" in case["request"]:
        return True
    body = case["request"]["body"]
    text = json.dumps(body)
    foreign = '"file_id' in text or "googleapis.com/v1beta/files/" in text
    return isinstance(body, dict) and not foreign


def is_asked_for(case):
    """Whether the client asked for the usage of its stream itself."""
    body = case["request"].get("body") or {}
    return bool((body.get("stream_options") or {}).get("include_usage"))


def is_hidden(case):
    """Whether we ask for the usage of a stream whose client did not."""
    chat = case["endpoint"] in ("chat/completions", "completions")
    body = case["request"].get("body") or {}
    return chat and has_route(case) and body.get("stream") is True and not is_asked_for(case)


class Corpus:
    """The import document for the cases, and the requests to send for each."""

    def __init__(self, cases, replay_url, split, prices=None):
        self.cases = cases
        self.replay_url = replay_url
        self.split = split
        self.prices = prices
        self.names = {case["id"]: f"{case['provider']}-{n}" for n, case in enumerate(cases)}

    def name(self, case):
        return self.names[case["id"]]

    def document(self):
        document = {"providers": [], "keys": [], "models": [], "users": [{"name": "ada"}]}
        # One key each: what it refuses is not tried again after a wait.
        document["settings"] = {"queue_wait": 0}
        if self.prices:
            document["prices"] = self.prices
        for case in self.cases:
            name, dialect = self.name(case), dialect_of(case)
            base = f"{self.replay_url}/case/{case['id']}+{self.split}"
            base += "/v1" if dialect == "openai" and has_route(case) else ""
            document["providers"].append({"name": name, "dialect": dialect, "base_url": base})
            document["keys"].append({"provider": name, "label": "one", "secret": f"key-{name}"})
            target = {"provider": name, "model": case["model"] or "recorded"}
            document["models"].append({"name": name, "targets": [target]})
        return document

    def request(self, case, change=None):
        """(method, path, body, headers) as a client sends it: the recorded request under our model name."""
        if not has_route(case):
            return self.passthrough(case)
        name, dialect = self.name(case), dialect_of(case)
        headers = {}
        if dialect == "gemini":
            path = f"/v1beta/models/{name}:{case['endpoint'][7:]}"
            if "alt=sse" in (case["request"]["query"] or ""):
                path += "?alt=sse"
        else:
            path = f"/v1/{case['endpoint']}"
        if dialect == "anthropic":
            headers["anthropic-version"] = "2023-06-01"
        if "multipart" in case["request"]:
            body, headers["Content-Type"] = multipart(case["request"]["multipart"], name)
            return "POST", path, body, headers
        body = copy.deepcopy(case["request"]["body"])
        for member in FOREIGN_IDS:
            body.pop(member, None)
        body.pop("model", None)
        if dialect != "gemini":
            body["model"] = name
        if change:
            change(body)
        headers["Content-Type"] = "application/json"
        return "POST", path, json.dumps(body).encode(), headers

    def passthrough(self, case):
        """The recorded request as it was, but for what only its account could name."""
        request = case["request"]
        path = f"/passthrough/{self.name(case)}{request['path']}"
        if "alt=sse" in (request["query"] or ""):
            path += "?alt=sse"
        if "multipart" in request:
            body, kind = multipart(request["multipart"], case["model"])
            return "POST", path, body, {"Content-Type": kind}
        body = copy.deepcopy(request["body"])
        if not can_be_routed(case):
            body = {name: value for name, value in (body or {}).items() if name in ("model", "stream")}
        return "POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"}


def multipart(fields, model):
    """The recorded form, with our model name and files of some bytes."""
    boundary = uuid.uuid4().hex
    parts, has_model = [], False
    for field in fields:
        name, value = field.get("name"), field.get("value")
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        if field.get("filename") is not None:
            head += f'; filename="{field["filename"]}"\r\nContent-Type: application/octet-stream'
            value = "x" * 100
        if name == "model":
            value, has_model = model, True
        parts.append(f"{head}\r\n\r\n{value}\r\n")
    if not has_model:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="model"'
        parts.append(f"{head}\r\n\r\n{model}\r\n")
    body = "".join(parts) + f"--{boundary}--\r\n"
    return body.encode(), f"multipart/form-data; boundary={boundary}"


def recorded_body(case):
    response = case["response"]
    if "body" in response:
        return response["body"].encode()
    return base64.b64decode(response["body_base64"])


# What the client sees


def seen_by_client(case):
    """The provider's bytes; without the usage of the stream where only we asked for it."""
    recorded = recorded_body(case)
    return without_usage(recorded) if is_hidden(case) and case["framing"] == "sse" else recorded


def without_usage(stream):
    """A stream of OpenAI's as it would be without `include_usage`: the event with empty `choices` and a
    usage is gone, and so is each `"usage":null`; every other byte stays."""
    kept = []
    for event in re.findall(rb".*?(?:\r\n\r\n|\n\n|\Z)", stream, re.DOTALL):
        found = re.match(rb"data: ?(\{[^\n]*\})\r?\n", event)
        document = json.loads(found.group(1)) if found else {}
        if document.get("choices") == [] and isinstance(document.get("usage"), dict):
            continue
        if "usage" in document and document["usage"] is None:
            event = cut_null_usage(event)
        kept.append(event)
    return b"".join(kept)


def cut_null_usage(event):
    """`usage` stands at the top level only: in the recorded events no text holds these bytes."""
    for form in (rb',\s*"usage":\s*null', rb'"usage":\s*null,\s*'):
        cut, count = re.subn(form, b"", event, count=1)
        if count:
            return cut
    raise AssertionError(f"no null usage in {event}")


# What is accounted


def expected_cost(case):
    """Dollars, rounded once to nano-dollars, half to even; None where none is stated."""
    usd = case["expected"]["cost"]["usd"]
    if usd is None:
        return None
    return decimal.Decimal(usd).quantize(decimal.Decimal("1e-9"), decimal.ROUND_HALF_EVEN)
