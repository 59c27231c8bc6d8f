"""Recorded answers behind the appliance: each case a provider, a key and a model name of its own."""

import base64
import copy
import json
import uuid

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
    endpoint = case["endpoint"]
    if case["provider"] == "anthropic":
        return "anthropic"
    if endpoint.startswith("models:"):
        return "gemini" if endpoint[7:] in GEMINI_METHODS else None
    return "openai" if endpoint in OPENAI_ENDPOINTS and case["provider"] != "cohere" else None


def routed(cases):
    """Cases that one of our routes can carry."""
    return [case for case in cases if dialect_of(case) and can_be_sent(case)]


def can_be_sent(case):
    """Two of Vertex have lost their request; a file that another account has uploaded is not ours to name."""
    if "multipart" in case["request"]:
        return True
    body = case["request"]["body"]
    text = json.dumps(body)
    foreign = '"file_id' in text or "googleapis.com/v1beta/files/" in text
    return isinstance(body, dict) and not foreign


class Corpus:
    """The import document for some cases, and the requests to send for each."""

    def __init__(self, cases, replay_url, split):
        self.cases = cases
        self.replay_url = replay_url
        self.split = split

    def name(self, case):
        return f"case-{self.cases.index(case)}"

    def document(self):
        document = {"providers": [], "keys": [], "models": [], "users": [{"name": "ada"}]}
        for case in self.cases:
            name, dialect = self.name(case), dialect_of(case)
            base = f"{self.replay_url}/case/{case['id']}+{self.split}"
            base += "/v1" if dialect == "openai" else ""
            document["providers"].append({"name": name, "dialect": dialect, "base_url": base})
            document["keys"].append({"provider": name, "label": "one", "secret": f"key-{name}"})
            target = {"provider": name, "model": case["model"] or "recorded"}
            document["models"].append({"name": name, "targets": [target]})
        return document

    def request(self, case, change=None):
        """(method, path, body, headers) as a client sends it: the recorded request under our model name."""
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
