"""The judge `llm`: any endpoint that speaks OpenAI's chat completions. What it replies is checked, never believed."""
