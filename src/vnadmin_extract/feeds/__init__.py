"""Live feeds: tasks pushed to an issue tracker or a calendar over the network, on request only.

A feed is a module with what :class:`.base.Feed` describes. :func:`.push.push` sends tasks to it and writes down in a
:class:`.ledger.Ledger` what the server has, so that the next push sends only what changed.
"""
