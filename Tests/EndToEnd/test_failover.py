"""Failures between the client and the answer: the SDK sees one clean answer, the ledger one request."""

import collections
import http.client
import json
import time

import anthropic
import openai
import pytest
from google import genai

from harness import Simulator, eventually, events_of
from scripted import Scripted
from sdks import CHATS, anthropic_client, dialect_of, gemini_client, openai_client

THREE_KEYS = (("key-a", 1), ("key-b", 1), ("key-c", 1))
ERRORS = {
    "openai": openai.APIStatusError,
    "anthropic": anthropic.APIStatusError,
    "gemini": genai.errors.APIError,
}


@pytest.fixture
def three_keys(appliance, simulator):
    appliance.add_simulator(simulator, THREE_KEYS)
    return appliance


@pytest.mark.parametrize("name", CHATS)
def test_first_429_second_500_third_answers(three_keys, simulator, name):
    simulator.fail({"do": "429,retry-after=30", "times": 1}, {"do": "500", "times": 1})
    said, *_ = CHATS[name](three_keys.url, three_keys.token, "sim-small", "Hello")
    assert said.startswith("You said: Hello")
    row = three_keys.row()
    assert (row["attempts"], row["status"], row["outcome"]) == (3, 200, "served")
    used = simulator.counters()
    assert sorted(count["statuses"].popitem()[0] for count in used.values()) == ["200", "429", "500"]


@pytest.mark.parametrize("name", CHATS)
def test_a_dead_level_is_followed_by_the_next(appliance, simulator, name):
    appliance.add_simulator(simulator, (("top-a", 100), ("top-b", 100), ("low", 1)))
    appliance.cli("user", "set", "ada", "--level", "100")
    simulator.fail({"key": "top", "do": "500"})
    said, *_ = CHATS[name](appliance.url, appliance.token, "sim-small", "Hello")
    assert said.startswith("You said: Hello")
    row = appliance.row()
    assert (row["level"], row["key"], row["status"]) == (1, "label-low", 200)


@pytest.mark.parametrize("name", CHATS)
def test_all_dead_is_one_clear_error_in_the_clients_dialect(three_keys, simulator, name):
    simulator.fail({"do": "500"})
    error = ERRORS[dialect_of(name)]
    with pytest.raises(error) as caught:
        CHATS[name](three_keys.url, three_keys.token, "sim-small", "Hello")
    status = caught.value.code if dialect_of(name) == "gemini" else caught.value.status_code
    assert status == 502
    row = three_keys.row()
    assert (row["outcome"], row["status"]) == ("failed", 502)
    assert row["attempts"] >= 2


@pytest.mark.parametrize("failure", ["drop", "cut=0", "garbage", "529", "quota", "401", "headers"])
@pytest.mark.parametrize("name", ["openai", "openai-stream", "anthropic-stream", "gemini-stream"])
def test_whatever_the_first_key_meets_the_next_answers(three_keys, simulator, failure, name):
    simulator.fail({"do": failure, "times": 1})
    said, *_ = CHATS[name](three_keys.url, three_keys.token, "sim-small", "Hello")
    assert said.startswith("You said: Hello")
    assert three_keys.row()["attempts"] == 2


@pytest.mark.parametrize("failure", ["cut=1", "error-event=1"])
@pytest.mark.parametrize("name", ["openai-stream", "openai-responses-stream", "anthropic-stream"])
def test_a_stream_that_fails_before_content_starts_again(three_keys, simulator, failure, name):
    simulator.fail({"do": failure, "times": 1})
    said, *_ = CHATS[name](three_keys.url, three_keys.token, "sim-small", "Hello")
    assert said.startswith("You said: Hello")
    assert three_keys.row()["attempts"] == 2


# A cut after content: never a silent end.


def test_a_cut_openai_stream_ends_in_an_error(gateway):
    stream = openai_client(gateway.url, gateway.token).chat.completions.create(
        model="sim-small;cut=6", messages=[{"role": "user", "content": "Hello"}], stream=True
    )
    said = ""
    with pytest.raises(openai.APIError):
        for chunk in stream:
            said += chunk.choices[0].delta.content or ""
    assert said.startswith("You said:")
    assert gateway.row()["outcome"] == "cut"


def test_a_cut_response_ends_in_an_error(gateway):
    stream = openai_client(gateway.url, gateway.token).responses.create(
        model="sim-small;cut=7", input="Hello", stream=True
    )
    types = []
    try:
        for event in stream:
            types.append(event.type)
    except openai.APIError:
        types.append("raised")
    assert types[-1] in ("error", "raised", "response.failed")
    assert gateway.row()["outcome"] == "cut"


def test_a_cut_anthropic_stream_ends_in_an_error(gateway):
    with pytest.raises(anthropic.APIError):
        with anthropic_client(gateway.url, gateway.token).messages.stream(
            model="sim-small;cut=6",
            max_tokens=100,
            messages=[{"role": "user", "content": "Hello"}],
        ) as stream:
            list(stream.text_stream)
    assert gateway.row()["outcome"] == "cut"


def test_a_cut_gemini_stream_ends_in_an_error(gateway):
    client = gemini_client(gateway.url, gateway.token)
    with pytest.raises(Exception):
        list(client.models.generate_content_stream(model="sim-small;cut=4", contents="Hello"))
    assert gateway.row()["outcome"] == "cut"


def test_a_cut_gemini_array_gets_an_error_element(gateway):
    body = {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]}
    answer = gateway.request(
        "POST", "/v1beta/models/sim-small;cut=4:streamGenerateContent", body
    )
    assert "error" in answer.json()[-1]
    assert gateway.row()["outcome"] == "cut"


def test_a_cut_whole_answer_never_looks_whole(gateway, simulator):
    """A body that ends too soon: another key may answer; else the client gets an error."""
    answer = gateway.chat(model="sim-small;cut")
    assert answer.status in (502, 504)


def test_events_of_the_openai_error_event(gateway):
    answer = gateway.chat(model="sim-small;cut=6", stream=True)
    events = events_of(answer.body)
    assert "[DONE]" not in events
    assert '"error"' in events[-1]


# Time that runs out.


@pytest.mark.parametrize("name", ["openai-stream", "anthropic-stream", "gemini-stream"])
def test_a_stream_that_does_not_begin_starts_again(three_keys, simulator, name):
    three_keys.cli("setting", "set", "stream_head_timeout", "1")
    simulator.fail({"do": "hang", "times": 1})
    said, *_ = CHATS[name](three_keys.url, three_keys.token, "sim-small", "Hello")
    assert said.startswith("You said: Hello")
    assert three_keys.row()["attempts"] == 2


def test_a_whole_answer_that_does_not_come_may_have_been_billed(three_keys, simulator):
    three_keys.cli("setting", "set", "response_head_timeout", "1")
    simulator.fail({"do": "hang"})
    answer = three_keys.chat()
    assert (answer.status, answer.json()["error"]["code"]) == (504, "upstream_timeout")
    assert three_keys.row()["attempts"] == 1


def test_a_stream_that_falls_silent_is_cut(gateway):
    gateway.cli("setting", "set", "stream_silence_timeout", "1")
    answer = gateway.chat(model="sim-small;stall=4", stream=True)
    assert '"error"' in events_of(answer.body)[-1]
    assert gateway.row()["outcome"] == "cut"


# What rests, and for how long.


def test_a_key_that_was_told_to_wait_is_left_alone(three_keys, simulator):
    simulator.fail({"key": "openai-key-a", "do": "429,retry-after=60"})
    for _ in range(9):
        assert three_keys.chat().status == 200
    assert simulator.counters("openai-key-a")["requests"] == 1
    assert simulator.counters("openai-key-b")["requests"] >= 3
    states = {key["label"]: key["state"] for key in three_keys.json("key", "list") if key["provider"] == "sim-openai"}
    assert states["label-key-a"] == "cooling"


def test_all_cooling_is_waited_for(appliance, simulator):
    appliance.add_simulator(simulator, (("only", 1),))
    simulator.fail({"do": "429,retry-after=1", "times": 1})
    began = time.monotonic()
    assert appliance.chat().status == 200
    assert 0.5 < time.monotonic() - began < 5


def test_all_cooling_for_long_is_429_with_the_time(appliance, simulator):
    appliance.add_simulator(simulator, (("only", 1),))
    simulator.fail({"do": "429,retry-after=100", "times": 1})
    appliance.chat()
    answer = appliance.chat()
    assert answer.status == 429
    assert 90 <= int(answer.headers["retry-after"]) <= 100
    assert answer.json()["error"]["code"] == "rate_limit_exceeded"


def test_round_robin_by_weight(appliance, simulator):
    appliance.add_simulator(simulator, (("key-a", 1), ("key-b", 1)))
    appliance.cli("key", "set", "sim-openai", "label-key-a", "--weight", "3")
    for _ in range(8):
        appliance.chat()
    assert simulator.counters("openai-key-a")["requests"] == 6
    assert simulator.counters("openai-key-b")["requests"] == 2


def test_another_provider_steps_in(appliance, simulator):
    with Simulator() as other:
        appliance.add_simulator(simulator)
        appliance.cli(
            "provider", "add", "spare", "--dialect", "openai", "--base-url", f"{other.url}/v1"
        )
        appliance.cli("key", "add", "spare", "one", "--secret-stdin", input="spare-key")
        appliance.cli(
            "model", "add", "best", "--target", "sim-openai/sim-small", "--fallback", "spare/sim-large"
        )
        assert appliance.chat(model="best").json()["model"] == "sim-small"
        simulator.fail({"do": "503"})
        assert appliance.chat(model="best").json()["model"] == "sim-large"
        row = appliance.row()
        assert (row["provider"], row["model"], row["upstream_model"]) == ("spare", "best", "sim-large")


# Clients that leave.


@pytest.mark.parametrize("model, stream", [("sim-small;hang", False), ("sim-small;chunks=500;interval=20", True)])
def test_a_client_that_leaves_cancels_its_upstream(gateway, simulator, model, stream):
    body = {"model": model, "messages": [{"role": "user", "content": "x"}], "stream": stream}
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.request(
        "POST",
        "/v1/chat/completions",
        json.dumps(body),
        {"Authorization": f"Bearer {gateway.token}", "Content-Type": "application/json"},
    )
    if stream:
        connection.getresponse().read(200)
    else:
        eventually(lambda: simulator.counters("openai-sim-key-1")["open"] == 1)
    left = time.monotonic()
    connection.close()
    eventually(lambda: simulator.counters("openai-sim-key-1")["client_left"] == 1, seconds=2)
    assert time.monotonic() - left < 1
    assert gateway.row()["outcome"] == "abandoned"


def test_a_good_key_is_found_among_many_that_fail(appliance):
    """Once it has served, no request is lost to the others, which are tried now and then."""
    asked = collections.Counter()

    def script(call):
        good = "key-good" in call.head
        asked[good] += 1
        message = {"role": "assistant", "content": "Hello"}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        answer = {"id": "c", "object": "chat.completion", "model": "m", "choices": choices}
        call.answer(answer if good else {"error": {"message": "down"}}, 200 if good else 500)

    with Scripted(script) as provider:
        appliance.import_document({
            "providers": [{"name": "p", "dialect": "openai", "base_url": provider.url + "/v1"}],
            "keys": [{"provider": "p", "label": f"k{number:02}", "secret": f"key-{number}"} for number in range(12)]
            + [{"provider": "p", "label": "z", "secret": "key-good"}],
            "users": [{"name": "ada"}],
        })
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        eventually(lambda: appliance.chat(model="m").status == 200, seconds=30, what="the good key")
        asked.clear()
        for _ in range(80):
            assert appliance.chat(model="m").status == 200
            time.sleep(0.05)  # So that doubts end and failing keys are tried again.
        assert asked[True] == 80 and asked[False] <= 30, asked
