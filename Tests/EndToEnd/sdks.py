"""What a user does with each provider's own SDK; the same against the simulator and through the appliance."""

import anthropic
import openai
from google import genai
from google.genai import types

TOOL = {
    "name": "weather",
    "description": "Tells the weather of a city.",
    "schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
    },
}
ARGUMENTS = {"city": "sim", "days": 7}


def openai_client(url, key, **more):
    return openai.OpenAI(base_url=f"{url}/v1", api_key=key, **({"max_retries": 0} | more))


def anthropic_client(url, key, **more):
    return anthropic.Anthropic(base_url=url, api_key=key, **({"max_retries": 0} | more))


def gemini_client(url, key):
    """Keep it in a variable: the client closes its connections when it is dropped."""
    return genai.Client(api_key=key, http_options=types.HttpOptions(base_url=url))


# A chat with each SDK, whole and streamed: (text, input tokens, output tokens).


def openai_chat(url, key, model, text):
    answer = openai_client(url, key).chat.completions.create(
        model=model, messages=[{"role": "user", "content": text}]
    )
    return answer.choices[0].message.content, answer.usage.prompt_tokens, answer.usage.completion_tokens


def openai_stream(url, key, model, text):
    chunks = list(
        openai_client(url, key).chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": text}],
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    said = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    return said, chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens


def openai_response(url, key, model, text):
    answer = openai_client(url, key).responses.create(model=model, input=text)
    return answer.output_text, answer.usage.input_tokens, answer.usage.output_tokens


def openai_response_stream(url, key, model, text):
    said, last = "", None
    for event in openai_client(url, key).responses.create(model=model, input=text, stream=True):
        if event.type == "response.output_text.delta":
            said += event.delta
        last = event
    assert last.type == "response.completed"
    return said, last.response.usage.input_tokens, last.response.usage.output_tokens


def anthropic_chat(url, key, model, text):
    answer = anthropic_client(url, key).messages.create(
        model=model, max_tokens=1000, messages=[{"role": "user", "content": text}]
    )
    return answer.content[0].text, answer.usage.input_tokens, answer.usage.output_tokens


def anthropic_stream(url, key, model, text):
    with anthropic_client(url, key).messages.stream(
        model=model, max_tokens=1000, messages=[{"role": "user", "content": text}]
    ) as stream:
        said = "".join(stream.text_stream)
        usage = stream.get_final_message().usage
    return said, usage.input_tokens, usage.output_tokens


def gemini_chat(url, key, model, text):
    client = gemini_client(url, key)
    answer = client.models.generate_content(model=model, contents=text)
    usage = answer.usage_metadata
    return answer.text, usage.prompt_token_count, usage.candidates_token_count


def gemini_stream(url, key, model, text):
    client = gemini_client(url, key)
    chunks = list(client.models.generate_content_stream(model=model, contents=text))
    usage = chunks[-1].usage_metadata
    said = "".join(chunk.text or "" for chunk in chunks)
    return said, usage.prompt_token_count, usage.candidates_token_count


CHATS = {
    "openai": openai_chat,
    "openai-stream": openai_stream,
    "openai-responses": openai_response,
    "openai-responses-stream": openai_response_stream,
    "anthropic": anthropic_chat,
    "anthropic-stream": anthropic_stream,
    "gemini": gemini_chat,
    "gemini-stream": gemini_stream,
}


def dialect_of(name):
    return name.split("-")[0]
