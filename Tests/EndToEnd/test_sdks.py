"""The providers' own SDKs, against the simulator itself and through the appliance: no difference."""

import base64
import io
import json

import anthropic
import openai
import pytest
from google import genai
from google.genai import types

from sdks import (
    ARGUMENTS,
    CHATS,
    TOOL,
    anthropic_client,
    gemini_client,
    openai_client,
)


@pytest.fixture(params=["simulator", "appliance"])
def endpoint(request, simulator):
    """(url, key) of the simulator itself, or of an appliance in front of it."""
    if request.param == "simulator":
        return simulator.url, "sim-key-1"
    gateway = request.getfixturevalue("gateway")
    return gateway.url, gateway.token


@pytest.mark.parametrize("name", CHATS)
def test_a_chat(endpoint, name):
    said, input_tokens, output_tokens = CHATS[name](*endpoint, "sim-small", "What is the time?")
    assert said.startswith("You said: What is the time?")
    assert input_tokens >= 5
    assert output_tokens > 10


def test_openai_tools(endpoint):
    client = openai_client(*endpoint)
    tools = [{"type": "function", "function": {"name": TOOL["name"], "parameters": TOOL["schema"]}}]
    ask = dict(
        model="sim-small", messages=[{"role": "user", "content": "Call the tool."}], tools=tools
    )
    call = client.chat.completions.create(**ask).choices[0].message.tool_calls[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("weather", ARGUMENTS)
    streamed = ""
    for chunk in client.chat.completions.create(**ask, stream=True):
        for part in chunk.choices[0].delta.tool_calls or []:
            streamed += part.function.arguments or ""
    assert json.loads(streamed) == ARGUMENTS
    after = ask["messages"] + [
        {"role": "assistant", "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
    ]
    last = client.chat.completions.create(model="sim-small", messages=after, tools=tools)
    assert last.choices[0].message.content.startswith("You said: sunny")


def test_openai_response_tools(endpoint):
    tools = [{"type": "function", "name": TOOL["name"], "parameters": TOOL["schema"], "strict": None}]
    answer = openai_client(*endpoint).responses.create(
        model="sim-small", input="Call the tool.", tools=tools
    )
    call = answer.output[0]
    assert (call.type, call.name, json.loads(call.arguments)) == (
        "function_call",
        "weather",
        ARGUMENTS,
    )


def test_anthropic_tools(endpoint):
    client = anthropic_client(*endpoint)
    ask = dict(
        model="sim-small",
        max_tokens=1000,
        messages=[{"role": "user", "content": "Go on."}],
        tools=[{"name": TOOL["name"], "input_schema": TOOL["schema"]}],
        tool_choice={"type": "any"},
    )
    block = client.messages.create(**ask).content[0]
    assert (block.type, block.name, block.input) == ("tool_use", "weather", ARGUMENTS)
    with client.messages.stream(**ask) as stream:
        assert stream.get_final_message().content[0].input == ARGUMENTS


def test_gemini_tools(endpoint):
    tool = types.Tool(
        function_declarations=[
            types.FunctionDeclaration(name=TOOL["name"], parameters_json_schema=TOOL["schema"])
        ]
    )
    client = gemini_client(*endpoint)
    answer = client.models.generate_content(
        model="sim-small",
        contents="Call the tool.",
        config=types.GenerateContentConfig(tools=[tool]),
    )
    assert answer.function_calls[0].name == "weather"
    assert answer.function_calls[0].args == ARGUMENTS


def test_openai_images(endpoint):
    client = openai_client(*endpoint)
    made = client.images.generate(model="gpt-image-1", prompt="A cat", n=2)
    assert len(made.data) == 2
    image = base64.b64decode(made.data[0].b64_json)
    assert image.startswith(b"\x89PNG")
    assert made.usage.output_tokens == 544
    file = ("cat.png", io.BytesIO(image), "image/png")
    edited = client.images.edit(model="gpt-image-1", image=file, prompt="A dog")
    assert edited.usage.input_tokens_details.image_tokens == 272
    events = list(client.images.generate(model="gpt-image-1", prompt="A cat", stream=True))
    assert [event.type for event in events][-1] == "image_generation.completed"


def test_openai_embeddings(endpoint):
    client = openai_client(*endpoint)
    answer = client.embeddings.create(model="sim-embed", input=["one", "two words"])
    assert [len(entry.embedding) for entry in answer.data] == [8, 8]
    assert answer.usage.prompt_tokens == 3
    floats = client.embeddings.create(model="sim-embed", input="one", encoding_format="float")
    assert floats.data[0].embedding == pytest.approx(answer.data[0].embedding, abs=1e-6)


def test_openai_moderations(endpoint):
    answer = openai_client(*endpoint).moderations.create(model="sim-small", input=["good", "bad"])
    assert [result.flagged for result in answer.results] == [False, True]


def test_openai_audio(endpoint):
    client = openai_client(*endpoint)
    sound = client.audio.speech.create(model="sim-audio", voice="alloy", input="Hello").read()
    assert sound.startswith(b"\xff\xfb")
    file = ("a.mp3", io.BytesIO(b"x" * 3000), "audio/mpeg")
    text = client.audio.transcriptions.create(model="gpt-4o-transcribe", file=file)
    assert text.text.startswith("You said:")
    assert text.usage.input_tokens == 30
    file = ("a.mp3", io.BytesIO(b"x" * 3000), "audio/mpeg")
    events = list(
        client.audio.transcriptions.create(model="gpt-4o-transcribe", file=file, stream=True)
    )
    assert events[-1].type == "transcript.text.done"
    file = ("a.mp3", io.BytesIO(b"x" * 3000), "audio/mpeg")
    assert client.audio.translations.create(model="whisper-1", file=file).text


def test_openai_completions(endpoint):
    client = openai_client(*endpoint)
    answer = client.completions.create(model="sim-small", prompt="Hello")
    assert answer.choices[0].text.startswith("You said: Hello")
    chunks = list(client.completions.create(model="sim-small", prompt="Hello", stream=True))
    assert "".join(chunk.choices[0].text for chunk in chunks) == answer.choices[0].text


def test_openai_responses_live_on(endpoint):
    client = openai_client(*endpoint)
    first = client.responses.create(model="sim-small", input="Hello")
    assert client.responses.retrieve(first.id).output_text == first.output_text
    client.responses.create(model="sim-small", input="More", previous_response_id=first.id)
    client.responses.delete(first.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(first.id)
    counted = client.responses.input_tokens.count(model="sim-small", input="one two")
    assert counted.input_tokens == 2


def test_token_counts(endpoint):
    counted = anthropic_client(*endpoint).messages.count_tokens(
        model="sim-small", messages=[{"role": "user", "content": "one two"}]
    )
    assert counted.input_tokens == 6
    client = gemini_client(*endpoint)
    counted = client.models.count_tokens(model="sim-small", contents="one two")
    assert counted.total_tokens == 6


def test_gemini_embeddings(endpoint):
    client = gemini_client(*endpoint)
    answer = client.models.embed_content(model="sim-embed", contents=["one", "two"])
    assert [len(entry.values) for entry in answer.embeddings] == [8, 8]


@pytest.mark.parametrize(
    "name, error",
    [
        ("openai", openai.BadRequestError),
        ("anthropic", anthropic.BadRequestError),
        ("gemini", genai.errors.ClientError),
    ],
)
def test_the_clients_own_fault_comes_back_as_it_is(endpoint, name, error):
    with pytest.raises(error) as caught:
        CHATS[name](*endpoint, "sim-small;status=400", "Hello")
    assert "told to find this request invalid" in str(caught.value)
