/// What a command asks of an appliance: the operations of the administration, by name.
///
/// A request is `{"operation": "provider.add", "arguments": {…}}`, posted to
/// `http://localhost/admin/v1/operations` on the socket `DATA/appliance.sock`. The answer is
/// `{"result": {…}}` or `{"error": {"message", "code"}}`. Without a running appliance the same
/// operation is done in process, by whoever holds the lock of the data folder.
///
/// Fields of records have the names of the import document. A field that an `add` or `set` leaves
/// out stays as it is (or at its default); `null` in a `set` returns it to its default. Secrets go
/// in and never come out: a result holds `secret` only where an operation has just made it.
/// Times are Unix milliseconds in arguments (`…_ms`) and RFC 3339 texts in results.
///
/// Every `add`, `set` and `remove` of a name that is (not) there is an error with the code
/// `already_exists` (`not_found`).
enum Operation: String, Sendable, CaseIterable {
  /// `{}` → `{"providers": [provider…]}`, by name.
  ///
  /// A provider is `{name, dialect, base_url, auth, api_version?, style?, allow_private,
  /// stream_usage, headers?, keys}`: as in the import document, with the effective `auth`, and the
  /// number of its keys.
  case providerList = "provider.list"
  /// `{name}` → `{"provider": provider}`.
  case providerShow = "provider.show"
  /// `{name, dialect, base_url, auth?, api_version?, style?, allow_private?, stream_usage?,
  /// headers?: {NAME: VALUE}}` → `{"provider": provider}`.
  case providerAdd = "provider.add"
  /// The fields of `add`, all but `name` optional → `{"provider": provider}`.
  case providerSet = "provider.set"
  /// `{name, force?}` → `{"removed": name, "keys": N}`. Without `force` a provider that still has
  /// keys is refused with the code `conflict`.
  case providerRemove = "provider.remove"

  /// `{provider?}` → `{"keys": [key…]}`, by provider, level (highest first) and label.
  ///
  /// A key is `{provider, label, level, weight, models, status, owner?, state, reason?, until?,
  /// successes?, failures?, recent_attempts?, success_rate?, left?, check?, checked_at?,
  /// secret_hint}`: `models` is a list, null for all; `status` is `active`, `disabled`, `pending`
  /// or `withdrawn`, the operator's or the owner's word; `owner` is the user who contributed it;
  /// `state` is what the appliance knows of it (`ready`, `cooling`, `resting`, `suspect`, `invalid`,
  /// `unknown` when none runs, or a `status` that keeps it out of use) with `reason` and `until`;
  /// `success_rate` is that of the last five to ten minutes, 0 to 1; `left` lists what the provider
  /// last said is left: `{model, of, remaining, limit, read_at, resets_at?}` with `of` one of
  /// `requests`, `tokens`, `input_tokens`, `output_tokens`, and no model where all count together;
  /// `check` is what the last validation found: `valid`, `invalid`, `out_of_money`, `undecided`;
  /// `secret_hint` is the last four characters.
  case keyList = "key.list"
  /// `{provider, label, secret, level?, weight?, models?, status?}` → `{"key": key}`.
  case keyAdd = "key.add"
  /// `{provider, label, secret?, level?, weight?, models?, status?}` → `{"key": key}`.
  case keySet = "key.set"
  /// `{provider, label}` → `{"key": key}`, with `shown_models`, the models that the provider shows to
  /// the key, where a validation of this process has found them.
  case keyShow = "key.show"
  /// `{provider, label}` → `{"key": key}`. Validates the key now; waits at most 20 s for that.
  case keyCheck = "key.check"
  /// `{provider, label}` → `{"withdrawn": label}`. Takes a contributed key out for its owner.
  case keyWithdraw = "key.withdraw"
  /// `{provider, label}` → `{"removed": label}`, or `{"withdrawn": label}` for a contributed key,
  /// which is removed when it is removed once more.
  case keyRemove = "key.remove"

  /// `{}` → `{"users": [user…]}`, by name.
  ///
  /// A user is `{name, status, level, affinity, tokens}` and what else its record holds, as the
  /// import document writes it: `allow_levels`, `failover`, `models`, `endpoints`, `ips`,
  /// `model_map`, `disconnect`, `contribute_keys`, `limits`, `model_limits`, `budgets`. `tokens` is
  /// their number. `limits` is `{rpm, tpm, itpm, otpm, rpd, tpd, itpd, otpd, concurrent}`, of which
  /// each may be left out, `model_limits` a list of the same with a `model` that may hold a `*`;
  /// `budgets` a list of `{usd, period: hour|day|week|month|total, aligned?, timezone?,
  /// mode?: soft|strict, raises?: [{usd, until}]}`.
  case userList = "user.list"
  /// `{name}` → `{"user": user}`.
  case userShow = "user.show"
  /// `{name, map?, …fields of the import document}` → `{"user": user}`.
  ///
  /// `map` is merged into `model_map`, a null takes a name out of it.
  case userAdd = "user.add"
  /// The same, and `now?` → `{"user": user}`. With `now` the user's requests that are under way are
  /// broken off, which `"cut": N` counts.
  case userSet = "user.set"
  /// `{name, now?}` → `{"removed": name, "tokens": N}`. The user's tokens go with it.
  case userRemove = "user.remove"

  /// `{user?}` → `{"tokens": [token…]}`, by user and label.
  ///
  /// A token is `{user, label, status, public_id?, expires_at?, level?, models?, endpoints?, ips?,
  /// limits?, budgets?}`.
  case tokenList = "token.list"
  /// `{user, label}` → `{"token": token}`.
  case tokenShow = "token.show"
  /// `{user, label?, expires_at_ms?, level?, models?, endpoints?, ips?, limits?, budgets?, secret?}` →
  /// `{"token": token, "secret": TEXT}`.
  ///
  /// Without `secret` one is made; the result's `secret` is shown this once. Without `label` the
  /// first free of `default`, `default-2`… is taken.
  case tokenAdd = "token.add"
  /// `{user, label, now?, expires_at_ms?, level?, models?, endpoints?, ips?, status?}` →
  /// `{"token": token}`; `now` as for a user.
  case tokenSet = "token.set"
  /// `{user, label, now?}` → `{"removed": label}`.
  case tokenRemove = "token.remove"

  /// `{}` → `{"models": [model…]}`, by name.
  ///
  /// A model is `{name, targets: [target…], fallbacks?: [target…], level?}`; a target is `{provider,
  /// model, weight}`.
  case modelList = "model.list"
  /// `{name, targets, fallbacks?, level?}` → `{"model": model}`.
  case modelAdd = "model.add"
  /// `{name, targets?, fallbacks?, level?}` → `{"model": model}`.
  case modelSet = "model.set"
  /// `{name, force?}` → `{"removed": name}`; without `force` nothing may lead to it by name.
  case modelRemove = "model.remove"

  /// `{model?}` → `{"prices": {MODEL: {FIELD: NUMBER…}}, "built_in": FLAG, "price_version": TEXT}`,
  /// by name: the operator's, or that of one model, which may be built in. The fields are LiteLLM's,
  /// and the version is that of the whole table, built-in prices included.
  case priceList = "price.list"
  /// `{model, fields: {FIELD: NUMBER | TEXT | null…}}` → `{"price": {…}}`. Merged into the model's
  /// entry; null removes a field. Numbers keep every digit.
  case priceSet = "price.set"
  /// `{prices: {MODEL: {…}}}`, LiteLLM's document → `{"imported": N, "skipped": [MODEL…],
  /// "repeated": [MODEL…], "warnings": [TEXT…], "price_version": TEXT}`. What is no price entry is
  /// skipped; of a model that is named more than once the last entry holds.
  case priceImport = "price.import"
  /// `{model}` → `{"removed": model, "built_in": FLAG}`: whether a built-in price holds then.
  case priceRemove = "price.remove"

  /// `{}` → `{"settings": [{name, value, default, help}…]}`, by name.
  case settingList = "setting.list"
  /// `{name, value}` → `{"setting": {name, value, default, help}}`; a null value is the default.
  case settingSet = "setting.set"

  /// `{document: {…}, replace: BOOL}` → `{"created": N, "changed": N, "unchanged": N,
  /// "removed": N}`. All of it or nothing.
  case importDocument = "import"
  /// `{clear_secrets: BOOL}` → `{"document": {…}}`.
  case exportDocument = "export"

  /// `{path}` → `{path, bytes}`. `path` is absolute, and its file must not exist.
  case backup = "backup"

  /// `{}` → `{version, running: BOOL, pid?, started_at?, data, listen: [URL…], node, providers,
  /// keys, users, tokens, models, prices, price_version, requests_total, connections?, draining?}`.
  /// `requests_total` counts those too whose rows are gone.
  case status = "status"
  /// `{limit, user?, model?, since_ms?}` → `{"requests": [request…]}`, newest first.
  ///
  /// A request has exactly these fields, in this order: `request_id, time, user, token, dialect,
  /// endpoint, model, upstream_model, provider, key, level, attempts, status, stream, outcome,
  /// usage, usage_source, cost_usd, anomalies, ttft_ms, duration_ms`. `usage` has all fields of
  /// `Usage` in snake case, `total_tokens` after the first two; `cost_usd` is a decimal text or
  /// null; `anomalies` a list of texts; what is unknown is null.
  case requestsList = "requests.list"
  /// `{id}` → `{"request": {…}}`: the fields of a request as in `requests.list`, then `wait_ms`,
  /// `decisions`: [{phase, rule}], `limits`: [{token, limit, model, max, used_before, takes,
  /// used_after}], `budgets`: [{token, usd, period, spent_before_usd, reserved_before_usd, takes_usd,
  /// spent_after_usd, aligned, timezone}], those that counted it, as it found them and as they were
  /// at its end, `plan`: [{provider, model, level}], `attempt_list`: [{provider, model, key, level, wait_ms,
  /// duration_ms, status, end, reason, retry_after_ms, possible_cost_usd}] and `cost`:
  /// {price_version, price_key, lines: [{item, quantity, unit_price_usd, amount_usd, price_field,
  /// above_tokens, tier}], sum_usd, factors: [{name, factor}], exact_usd, cost_usd, possible_usd}.
  /// `quantity` × `unit_price_usd` is `amount_usd`, their sum `sum_usd`, that times the factors
  /// `exact_usd`, and that rounded half to even to nine places `cost_usd`. All amounts are decimal
  /// texts.
  case requestShow = "request.show"
  /// `{by: [user | token | model | key | provider | endpoint | hour | day…], from_ms?, to_ms?}` →
  /// `{"rows": [row…], "total": row, "from": TIME | null, "to": TIME | null}`, by hour or day and
  /// then the dearest first.
  ///
  /// `by` holds any of them together, but not both periods; a row has a member of each name, then
  /// `requests, failed, input_tokens, output_tokens, total_tokens, cached_input_tokens,
  /// cache_write_tokens, reasoning_tokens, cost_usd, unpriced, estimated, attempts, possible_usd`.
  /// `unpriced` counts requests with usage and without a cost, `possible_usd` is an estimate of what
  /// attempts that were left may have cost. A range is in whole hours, UTC: `from` is rounded down
  /// and `to` up, and both are in the result as they were taken.
  case usageSummary = "usage.summary"
  /// `{limit?, kind?, name?, since_ms?}` → `{"entries": [entry…]}`, newest first.
  ///
  /// An entry is a change of one record: `{time, actor, uid, pid, origin, address, operation, kind,
  /// name, id, change, before, after}`. `actor` is the system's name for `uid`, who owned the process
  /// `pid` that asked; `origin` is `socket`, `command` (it worked alone), `appliance`, or `client`,
  /// who came from `address` with the token that `actor` names; `change` is `created`, `changed`,
  /// `removed`, or `refused` for a key that was brought and may not join; secrets in `before` and
  /// `after` are masked.
  case auditList = "audit.list"
  /// `{user, model?, endpoint?, token?, provider?, id?, ip?, level?, own_key?, input_tokens?,
  /// max_tokens?}` → `{allowed, user, token, model, endpoint, dialect, status?, code?, message?,
  /// rule, decisions, request, limits, budgets, output_cap, not_bounded, plan, keys, drawn,
  /// resting, wait_ms}`. `drawn` says that chance decides which target comes first.
  ///
  /// What would happen to such a request now; nothing is sent and nothing taken. `rule` says which
  /// rule refuses it; `decisions` is `[{phase, rule}]`. `request` is what was assumed of it:
  /// `{input_tokens, max_tokens, own_key}`. `limits` are those that count it: `[{token, limit, model,
  /// max, used, takes, left_after, resets_at, refuses}]`, and `budgets` are as in `budget.show`, with
  /// `takes_usd` (the bound of its cost), `left_after_usd` and `refuses`; what it would leave is null
  /// where it is refused. `output_cap` is the cap that would be written into it to make it fit,
  /// `not_bounded` lists what keeps its cost from having a bound. `plan` is `[{provider, model, level,
  /// levels}]`, in order; `keys` is `[{provider, model, key, level, own, owner}]`, in the order in
  /// which they would be tried, `owner` being the user who contributed one, and `own` the key that
  /// the client would bring, which has no label and no level; `resting` are the keys that would be
  /// tried if they could serve: `[{provider, key, level, state, reason, until, owner}]`. `wait_ms`
  /// is how long it would wait in line while all of them rest, null where it would not.
  case explain = "explain"

  /// `{user}` → `{"budgets": [budget…]}`: the user's, then those of its tokens by label.
  ///
  /// A budget is `{usd, period, spent_usd, reserved_usd, left_usd, resets_at, token, aligned,
  /// timezone, mode, raised_usd}`: dollars are numbers with every digit, `reserved_usd` is set aside
  /// for requests under way, `resets_at` null for what does not come back, `token` null for the
  /// user's own.
  case budgetShow = "budget.show"
  /// `{user, token?, period?, timezone?, rolling?, usd, until_ms}` → `{"budgets": [budget…]}`: more
  /// dollars until a time. Raises that have ended go. Just one budget must be as it is described.
  case budgetRaise = "budget.raise"
}
