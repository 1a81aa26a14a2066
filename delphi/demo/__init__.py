"""The demo study: fictional people and opinions on a real framework, made by the same services as a real study."""
