"""Recorded answers of real providers through a running appliance: bytes, usage, cost, in every split."""

import collections
import concurrent.futures
import decimal
import gzip
import json
import os

import pytest

from corpus import (
    SPLITS, Corpus, expected_cost, has_route, is_asked_for, recorded_body, seen_by_client, without_usage,
)
from harness import TABLES, Appliance, Replay, shared_folder

pytestmark = pytest.mark.skipif(shared_folder() is None, reason="../shared is not here")

# Cut byte by byte inside the chunked framing, the whole corpus is 21 million writes: larger bodies
# go that way only when they are asked for, with APPLIANCE_CORPUS=all.
WIRE_BYTES_MAX = 10**9 if os.environ.get("APPLIANCE_CORPUS") == "all" else 8_000


TEXT_ENDPOINTS = {
    "chat/completions", "completions", "responses", "messages", "v1/chat", "v2/chat", "interactions",
    "models:generateContent", "models:streamGenerateContent",
}


@pytest.fixture(scope="module")
def cases():
    return Replay.cases()


@pytest.fixture(scope="module")
def prices():
    return json.loads((shared_folder() / "prices/model_prices.json").read_text("utf-8"))


def carry(appliance, corpus, cases, change=None):
    """[(case, answer, row of the ledger)], eight at a time, the largest first."""
    ordered = sorted(cases, key=lambda case: -len(recorded_body(case)))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sent = [
            (case, pool.submit(appliance.request, *corpus.request(case, change), timeout=120))
            for case in ordered
        ]
        answers = [(case, answer.result()) for case, answer in sent]
    rows = {row["request_id"]: row for row in appliance.rows(len(answers))}
    assert len(rows) == len(answers)
    return [(case, answer, rows[answer.headers["x-request-id"]]) for case, answer in answers]


def running(corpus, folder):
    appliance = Appliance(folder)
    appliance.import_document(corpus.document())
    appliance.tokens["ada"] = appliance.cli("token", "add", "ada").strip()
    return appliance


@pytest.fixture(scope="module", params=SPLITS)
def carried(request, replay, cases, prices, tmp_path_factory):
    """Every answer of the corpus, relayed once in this split, with its row of the ledger."""
    split = request.param
    chosen = cases
    if split == "wire":
        chosen = [case for case in cases if len(recorded_body(case)) <= WIRE_BYTES_MAX]
    corpus = Corpus(cases, replay.url, split, prices)
    with running(corpus, tmp_path_factory.mktemp("corpus") / "data") as appliance:
        return split, carry(appliance, corpus, chosen)


def judge(carried, subject, differs):
    """Notes for the table how many cases agree, provider by provider; all must."""
    split, exchanges = carried
    agreement = TABLES["Recorded answers that agree, of all"]
    wrong = []
    for case, answer, row in exchanges:
        difference = differs(case, answer, row)
        for provider in (case["provider"], "all"):
            cell = agreement[provider].setdefault(f"{split} {subject}", [0, 0])
            cell[0] += not difference
            cell[1] += 1
        if difference:
            wrong.append(f"{case['id']}: {difference}")
    assert not wrong, "\n".join(wrong[:60]) + f"\n{len(wrong)} of {len(exchanges)} differ"


def failed_before_content(case, row):
    """A failure of the key or the provider is not for the client: other keys were tried, and there was none."""
    is_failure = case["response"]["status"] != 200 or "mid_stream_error" in case["features"]
    return is_failure and row["outcome"] == "failed"


def test_the_clients_bytes_are_the_providers(carried):
    def differs(case, answer, row):
        if failed_before_content(case, row):
            return None if answer.status in (404, 429, 502, 503, 504) else f"status {answer.status}"
        if answer.status != case["response"]["status"]:
            return f"status {answer.status}: {answer.body[:300]}"
        if answer.body != seen_by_client(case):
            return f"{len(answer.body)} bytes, not {len(seen_by_client(case))}"

    judge(carried, "bytes", differs)


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


def test_the_cost_is_what_the_case_states(carried):
    def differs(case, answer, row):
        expected, found = expected_cost(case), row["cost_usd"]
        if expected is None:
            reason = case["expected"]["cost"]["reason"].split(":")[0]
            if found is not None:
                return f"a cost of {found} where there is none: {reason}"
            is_said = reason in row["anomalies"] or failed_before_content(case, row)
            return None if is_said else f"no cost, but {reason!r} is not in {row['anomalies']}"
        if found is None or decimal.Decimal(found) != expected:
            return f"{found}, not {expected}: {row['anomalies']} {case['expected']['cost']['lines']}"

    judge(carried, "cost", differs)


def test_the_row_says_how_it_ended(carried):
    def differs(case, answer, row):
        good = case["response"]["status"] == 200 and "mid_stream_error" not in case["features"]
        outcomes = ("served",) if good else ("rejected", "failed", "served", "cut")
        if row["outcome"] not in outcomes or row["status"] != answer.status:
            return f"{row['outcome']} {row['status']} {row['anomalies']}"
        wanted = case["endpoint"] if has_route(case) else "passthrough"
        if row["endpoint"] != wanted or row["attempts"] != 1:
            return f"{row['endpoint']}, {row['attempts']} attempts"

    judge(carried, "row", differs)


def test_a_client_that_did_not_ask_for_usage_sees_none(replay, cases, prices, folder):
    """The cases whose client asked for usage, sent without asking: no usage chunk, no `"usage":null`."""
    chosen = [case for case in cases if is_asked_for(case) and case["response"]["status"] == 200]
    assert len(chosen) == 58

    def without(body):
        options = body["stream_options"]
        del options["include_usage"]
        if not options:
            del body["stream_options"]

    corpus = Corpus(chosen, replay.url, "mixed", prices)
    with running(corpus, folder / "data") as appliance:
        carried = carry(appliance, corpus, chosen, without)

    def differs(case, answer, row):
        wanted = without_usage(recorded_body(case))
        if answer.body != wanted:
            return f"{len(answer.body)} bytes, not {len(wanted)}"
        expected = case["expected"]
        if row["usage_source"] != "reported" or row["usage"] != expected["usage"] | {
            name: row["usage"][name] for name in row["usage"] if name not in expected["usage"]
        }:
            return f"usage {row['usage_source']} {row['usage']}"
        cost = expected_cost(case)
        if (row["cost_usd"] and decimal.Decimal(row["cost_usd"])) != cost:
            return f"cost {row['cost_usd']}, not {cost}"

    judge(("unasked", carried), "all", differs)


def test_a_coded_answer_is_relayed_and_flagged(replay, cases, prices, folder):
    """A provider that compresses though `identity` was asked for: its bytes pass, its usage is not made up."""
    by_place = collections.defaultdict(list)
    for case in cases:
        if case["response"]["status"] == 200:
            by_place[case["provider"], case["endpoint"], case["stream"]].append(case)
    chosen = [found[0] for found in by_place.values()]
    corpus = Corpus(chosen, replay.url, "random", prices)

    class Coded(Corpus):
        def request(self, case, change=None):
            method, path, body, headers = corpus.passthrough(case)
            return method, path + ("&" if "?" in path else "?") + "encoding=gzip", body, headers

    with running(corpus, folder / "data") as appliance:
        carried = carry(appliance, Coded(chosen, replay.url, "random"), chosen)

    def differs(case, answer, row):
        if answer.body != gzip.compress(recorded_body(case), 6, mtime=0):
            return f"{answer.status}, {len(answer.body)} bytes"
        if answer.headers["content-encoding"] != "gzip":
            return "the coding is not said"
        if row["usage_source"] == "reported" or "coded_answer" not in row["anomalies"]:
            return f"{row['usage_source']} {row['anomalies']}"
        if row["cost_usd"] is not None:
            return f"a cost of {row['cost_usd']}"
        is_text = case["endpoint"] in TEXT_ENDPOINTS
        if is_text and (row["usage_source"] != "estimated" or row["usage"]["output_tokens"] < 1):
            return f"no estimate: {row['usage_source']} {row['usage']['output_tokens']}"

    judge(("gzip", carried), "all", differs)
