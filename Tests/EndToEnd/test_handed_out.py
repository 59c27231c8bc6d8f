"""Ids that a provider hands out inside an answer live on the key that it was made with, and are their user's."""

import json

import pytest

from harness import request
from scripted import Scripted, ask

# (dialect, an answer that hands out an id, the id, the member that names it)
HANDED_OUT = [
    (
        "anthropic",
        {"id": "m", "type": "message", "content": [], "container": {"id": "container_011CPR5CNjB747bTd36fQLFk"}},
        "container_011CPR5CNjB747bTd36fQLFk",
        "container",
    ),
    (
        "openai",
        {"id": "resp_1", "object": "response", "output": [], "conversation": {"id": "conv_689667905b048191"}},
        "conv_689667905b048191",
        "conversation",
    ),
]


@pytest.mark.parametrize("dialect, answer, identifier, member", HANDED_OUT)
def test_an_id_inside_an_answer_lives_on_its_key(appliance, dialect, answer, identifier, member):
    seen = []

    def script(call):
        head = call.head.lower()
        seen.append(next(key for key in ("key-a", "key-b", "key-c") if key in head))
        call.answer(answer)

    with Scripted(script) as provider:
        base = provider.url + ("/v1" if dialect == "openai" else "")
        appliance.import_document(
            {
                "providers": [{"name": "p", "dialect": dialect, "base_url": base}],
                "keys": [{"provider": "p", "label": k, "secret": k} for k in ("key-a", "key-b", "key-c")],
                "users": [{"name": "ada"}, {"name": "bob"}],
            }
        )
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        bob = appliance.cli("token", "add", "bob").strip()
        path, body, headers = ask(dialect, "m", "Hello", stream=False)
        if dialect == "openai":
            path, body = "/v1/responses", {"model": "m", "input": "Hello"}
        assert appliance.request("POST", path, body, headers).status == 200
        for _ in range(4):
            again = appliance.request("POST", path, body | {member: identifier}, headers)
            assert again.status == 200, again
        assert len(set(seen)) == 1 and len(seen) == 5
        headers |= {"Authorization": f"Bearer {bob}", "Content-Type": "application/json"}
        stranger = request(appliance.url, "POST", path, json.dumps(body | {member: identifier}), headers)
        assert stranger.status == 404
        assert len(seen) == 5


def test_a_file_of_googles_is_its_users(appliance):
    """Uploaded and used through passthrough, named by the name that Google gave it."""
    paths = []

    def script(call):
        paths.append(call.path)
        call.answer({"file": {"name": "files/abc123", "uri": "https://x/v1beta/files/abc123"}})

    with Scripted(script) as provider:
        appliance.import_document(
            {
                "providers": [{"name": "g", "dialect": "gemini", "base_url": provider.url}],
                "keys": [{"provider": "g", "label": "one", "secret": "key-a"}],
                "users": [{"name": "ada"}, {"name": "bob"}],
            }
        )
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        bob = appliance.cli("token", "add", "bob").strip()
        path = "/passthrough/g/v1beta/files/abc123"
        assert appliance.request("GET", path).status == 404
        assert appliance.request("POST", "/passthrough/g/upload/v1beta/files", {"file": {}}).status == 200
        assert appliance.request("GET", path).status == 200
        assert appliance.request("GET", path, token=bob).status == 404
        assert len(paths) == 2


def test_an_id_is_none_at_another_provider(appliance):
    """A passthrough names its provider: an id that lives elsewhere leads neither there nor to where it lives."""
    paths = []

    def script(call):
        paths.append(call.path)
        call.answer({"file": {"name": "files/abc123", "uri": "https://x/v1beta/files/abc123"}})

    with Scripted(script) as one, Scripted(script) as other:
        appliance.import_document(
            {
                "providers": [
                    {"name": name, "dialect": "gemini", "base_url": provider.url}
                    for name, provider in (("g", one), ("h", other))
                ],
                "keys": [{"provider": name, "label": "one", "secret": f"key-{name}"} for name in "gh"],
                "users": [{"name": "ada"}],
            }
        )
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        assert appliance.request("POST", "/passthrough/g/upload/v1beta/files", {"file": {}}).status == 200
        paths.clear()
        refused = appliance.request("GET", "/passthrough/h/v1beta/files/abc123")
        assert refused.status == 404 and "files/abc123" in refused.json()["error"]["message"]
        assert paths == []
        assert appliance.request("GET", "/passthrough/g/v1beta/files/abc123").status == 200
        assert paths == ["/v1beta/files/abc123"]
