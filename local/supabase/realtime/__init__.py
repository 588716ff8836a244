"""`/realtime/v1/websocket`: changes of published tables, sent to subscribers whose policies show the row."""
