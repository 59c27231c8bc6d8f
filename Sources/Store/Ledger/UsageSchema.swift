extension Migration {
  /// The tables of the roll-ups, filled from the rows that there are.
  ///
  /// `CAST(min(total(x), …))` and not `sum(x)`, which fails where 64 bits overflow: a row may hold
  /// whatever a provider has stated.
  static let rollUps = Migration(
    name: "receipts and roll-ups",
    sql: """
      -- The version of the price table that the request was priced with.
      ALTER TABLE request ADD COLUMN price_version TEXT;
      -- Plan, attempts and cost lines: ReceiptDetail in the code.
      ALTER TABLE request ADD COLUMN detail BLOB;

      -- Combinations of names that have cells; '' is none.
      CREATE TABLE usage_subject (
        id       INTEGER PRIMARY KEY,
        user     TEXT NOT NULL,
        token    TEXT NOT NULL,
        model    TEXT NOT NULL,
        provider TEXT NOT NULL,
        key      TEXT NOT NULL,
        endpoint TEXT NOT NULL,
        UNIQUE (user, token, model, provider, key, endpoint)
      ) STRICT;

      -- Sums of requests by the UTC hour in which they finished. The token columns are those of
      -- the usage in JSON.
      CREATE TABLE usage_hour (\(columns)) STRICT, WITHOUT ROWID;
      -- The same by the UTC day.
      CREATE TABLE usage_day (\(columns)) STRICT, WITHOUT ROWID;

      INSERT INTO usage_subject (user, token, model, provider, key, endpoint)
      SELECT DISTINCT ifnull(user, ''), ifnull(token, ''), ifnull(model, ''),
        ifnull(provider, ''), ifnull(key, ''), ifnull(endpoint, '')
      FROM request;

      INSERT INTO usage_hour
      SELECT max(0, finished_at) / 3600000 * 3600000, s.id, count(*), sum(outcome = 'served'),
        sum(attempts), sum(cost_nano_usd IS NULL AND usage_source <> 'none'),
        sum(usage_source = 'estimated'), \(totals), 0
      FROM request AS r JOIN usage_subject AS s
        ON s.user = ifnull(r.user, '') AND s.token = ifnull(r.token, '')
        AND s.model = ifnull(r.model, '') AND s.provider = ifnull(r.provider, '')
        AND s.key = ifnull(r.key, '') AND s.endpoint = ifnull(r.endpoint, '')
      GROUP BY 1, 2;

      INSERT INTO usage_day
      SELECT start / 86400000 * 86400000, subject, sum(requests), sum(served), sum(attempts),
        sum(unpriced), sum(estimated), \(totals), 0
      FROM usage_hour GROUP BY 1, 2;

      -- How many requests there have ever been: counting rows would read them all.
      INSERT INTO meta SELECT 'requests_total', count(*) FROM request;
      """)

  private static let tokens = [
    "input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens",
    "cache_write_5m_tokens", "cache_write_1h_tokens", "reasoning_tokens", "input_audio_tokens",
    "output_audio_tokens", "input_image_tokens", "output_image_tokens",
    "cached_input_audio_tokens", "cached_input_image_tokens", "tool_use_input_tokens",
    "accepted_prediction_tokens", "rejected_prediction_tokens",
  ]

  private static var columns: String {
    let amounts =
      [
        "requests",
        "served",
        "attempts",
        "unpriced",  // requests with usage and without a cost
        "estimated",  // requests whose usage is an estimate
      ] + tokens + [
        "cost_nano_usd",
        "possible_nano_usd",  // what attempts that were left may have cost
      ]
    let definitions = amounts.map { "\($0) INTEGER NOT NULL" }
    return """
      start INTEGER NOT NULL,  -- Unix time, milliseconds
        subject INTEGER NOT NULL,
        \(definitions.joined(separator: ",\n  ")),
        PRIMARY KEY (start, subject)
      """
  }

  private static var totals: String {
    (tokens + ["cost_nano_usd"]).map {
      "CAST(min(total(max(0, \($0))), 9.2e18) AS INTEGER)"
    }.joined(separator: ", ")
  }
}
