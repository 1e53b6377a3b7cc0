"""A stand-in for Replicate's HTTP API on one machine, for tests and rehearsals: nothing here is Replicate's.

True to what is documented (https://replicate.com/docs/reference/http and the pages beside it): addresses,
fields and states, `Prefer: wait`, `Cancel-After`, errors with title and detail, throttling, links and data
that are gone after an hour, webhooks with signatures and their retries, what is charged. What it draws,
plays, speaks and writes comes from this project's own engines; prices are those of `models.toml`, which are
Replicate's of 2025. Each answer carries `x-stand-in`.

Ours, and under `/sandbox/`: a bill with everything that was ordered, and faults by name. Where the
documentation says nothing exact: a prediction that is cancelled while it runs costs its whole price; and a
token that reaches the host of the files is refused there, so that it is noticed. Not there: deployments,
trainings, uploads to `/v1/files`, streams, and any model that is in no table.

`python -m sandbox.replicate --help` is the process; `sandbox.replicate.app.create_app` the application.
"""
