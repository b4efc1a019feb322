"""The gateway of Monshin: REST made from the protos, and the web app."""
