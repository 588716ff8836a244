"""`/realtime/v1/websocket`: changes of published tables, told to those whose policies show them the row."""
