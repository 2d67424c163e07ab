"""Numbered changes of the results database, run at start by `server.store`."""
