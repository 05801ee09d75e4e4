"""What a household could do better: looked for each night, shown, and dismissed."""
