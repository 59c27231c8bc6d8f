"""Recorded answers of real providers through a running appliance: bytes, usage, and what a client would have seen."""

import collections
import concurrent.futures
import json

import pytest

from corpus import Corpus, recorded_body, routed
from harness import Appliance, Replay, events_of, shared_folder

pytestmark = pytest.mark.skipif(shared_folder() is None, reason="../shared is not here")


@pytest.fixture(scope="module")
def cases():
    return routed(Replay.cases())


def carry(appliance, corpus, cases, change=None):
    """[(case, answer)], eight at a time."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = [
            (case, pool.submit(appliance.request, *corpus.request(case, change))) for case in cases
        ]
        return [(case, answer.result()) for case, answer in sent]


@pytest.fixture(scope="module", params=["mixed", "wire"])
def carried(request, replay, cases, tmp_path_factory):
    """Every good answer of the corpus, relayed once, with its row of the ledger."""
    chosen = [case for case in cases if case["response"]["status"] == 200]
    if request.param == "wire":
        chosen = [case for case in chosen if len(recorded_body(case)) < 20_000][::3]
    corpus = Corpus(cases, replay.url, request.param)
    with Appliance(tmp_path_factory.mktemp("corpus") / "data") as appliance:
        appliance.import_document(corpus.document())
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        answers = carry(appliance, corpus, chosen)
        rows = {row["request_id"]: row for row in appliance.rows(len(chosen))}
    return [(case, answer, rows[answer.headers["x-request-id"]]) for case, answer in answers]


def table(agreement, title):
    print(f"\n{title}")
    for name in sorted(agreement):
        good, all = agreement[name]
        print(f"  {name:14} {good:4} of {all:4}")


def judge(carried, title, differs):
    """Prints how many cases agree, provider by provider; all must."""
    agreement = collections.defaultdict(lambda: [0, 0])
    wrong = []
    for case, answer, row in carried:
        difference = differs(case, answer, row)
        agreement[case["provider"]][0] += not difference
        agreement[case["provider"]][1] += 1
        if difference:
            wrong.append(f"{case['id']}: {difference}")
    table(agreement, title)
    assert not wrong, "\n".join(wrong[:40]) + f"\n{len(wrong)} of {len(carried)} differ"


def test_the_clients_bytes_are_the_providers(carried):
    def differs(case, answer, row):
        if "mid_stream_error" in case["features"] and row["outcome"] == "failed":
            return None  # An error before content: other keys were tried, and there was none.
        if answer.status != 200:
            return f"status {answer.status}: {answer.body[:300]}"
        if answer.body not in seen_by_client(case):
            return f"{len(answer.body)} bytes, not {len(recorded_body(case))}"

    judge(carried, "the client's bytes", differs)


def test_usage_is_what_the_case_states(carried):
    def differs(case, answer, row):
        expected = case["expected"]
        if not expected["usage_reported"]:
            return None if row["usage_source"] != "reported" else "usage where none is stated"
        found = {name: row["usage"].get(name) for name in expected["usage"]}
        if row["usage_source"] != "reported" or found != expected["usage"]:
            unequal = {n: (found[n], v) for n, v in expected["usage"].items() if found[n] != v}
            return f"{row['usage_source']} {unequal} {row['anomalies']}"

    judge(carried, "usage", differs)


def is_asked_for(case):
    body = case["request"].get("body") or {}
    return bool((body.get("stream_options") or {}).get("include_usage"))


def seen_by_client(case):
    """The recorded bytes. We ask OpenAI's streams for usage even where the client did not: what looks
    like the answer to that may be gone, although these providers tell it unasked."""
    recorded = recorded_body(case)
    forms = [recorded]
    if case["framing"] == "sse" and not is_asked_for(case):
        lines = recorded.split(b"\n\n")
        kept = [line for line in lines if hidden_lines(line) is not None]
        forms.append(b"\n\n".join(hidden_lines(line) for line in kept))
    return forms


def hidden_lines(event):
    if not event.startswith(b"data: {") or b"\n" in event:
        return event
    kept = hidden([event[6:].decode()])
    return b"data: " + kept[0].encode() if kept else None


def test_a_client_that_did_not_ask_for_usage_sees_none(replay, cases, folder):
    """The cases whose client asked for usage, sent without asking: no usage chunk, no `"usage":null`."""
    chosen = [case for case in cases if is_asked_for(case) and case["response"]["status"] == 200]
    assert len(chosen) > 50
    corpus = Corpus(cases, replay.url, "mixed")
    replay.reset()

    def without(body):
        options = body["stream_options"]
        del options["include_usage"]
        if not options:
            del body["stream_options"]

    with Appliance(folder / "data") as appliance:
        appliance.import_document(corpus.document())
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        answers = carry(appliance, corpus, chosen, without)
        rows = {row["request_id"]: row for row in appliance.rows(len(chosen))}

    def differs(case, answer, row):
        wanted = hidden(events_of(recorded_body(case)))
        found = events_of(answer.body)
        if found != wanted:
            place = next((i for i, (a, b) in enumerate(zip(found, wanted)) if a != b), -1)
            return f"event {place}: {found[place][:200]} and not {wanted[place][:200]}"
        if row["usage_source"] != "reported":
            return "the usage was lost"
        expected = case["expected"]["usage"]
        if any(row["usage"][name] != count for name, count in expected.items()):
            return f"usage {row['usage']}"

    carried = [(case, answer, rows[answer.headers["x-request-id"]]) for case, answer in answers]
    judge(carried, "hidden usage", differs)


def hidden(events):
    """The events without what `include_usage` adds, every other byte as it was."""
    kept = []
    for event in events:
        document = json.loads(event) if event.startswith("{") else {}
        if document.get("choices") == [] and document.get("usage"):
            continue
        if "usage" in document and document["usage"] is None:
            event = cut_null_usage(event)
        kept.append(event)
    return kept


def cut_null_usage(event):
    for form in (',"usage":null', ', "usage": null', ',"usage": null', ', "usage":null'):
        if form in event:
            return event.replace(form, "", 1)
    for form in ('"usage":null,', '"usage": null, ', '"usage": null,'):
        if form in event:
            return event.replace(form, "", 1)
    raise AssertionError(f"no null usage in {event}")


def test_errors_of_the_corpus_reach_the_client_as_errors(replay, cases, folder):
    chosen = [case for case in cases if case["response"]["status"] != 200]
    assert len(chosen) > 20
    corpus = Corpus(cases, replay.url, "whole")
    with Appliance(folder / "data") as appliance:
        appliance.import_document(corpus.document())
        appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
        answers = carry(appliance, corpus, chosen)
        rows = {row["request_id"]: row for row in appliance.rows(len(chosen))}
    for case, answer in answers:
        row = rows[answer.headers["x-request-id"]]
        assert answer.status >= 400, case["id"]
        assert row["outcome"] in ("rejected", "failed"), case["id"]
        if row["outcome"] == "rejected":
            assert answer.body == recorded_body(case), case["id"]
            assert answer.status == case["response"]["status"], case["id"]
        else:
            assert answer.status in (404, 429, 502, 503, 504), case["id"]
