"""Dashboard, REST, WebSocket, store and command line: what people see of a session and what is kept of it."""
