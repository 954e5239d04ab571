"""The running program: two processes, so that no rule, model or sink can ever hold up reception.

`daemon` receives and stores; `worker` judges, correlates, delivers and writes digests. See docs/decisions/0004-two-processes.md.
"""
