"""What the gateway serves beside the API: the edge around everything, health, development sign-in, the web app."""
